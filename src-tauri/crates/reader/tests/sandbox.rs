//! A child confined as the reader is, told to get out by every way that there is.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::process::Command;

#[test]
fn every_way_out_of_the_sandbox_is_refused() {
    let mut escape = std::env::current_exe().unwrap();
    escape.pop();
    escape.pop();
    escape.push("examples/escape");
    let ran = Command::new(&escape).output().unwrap_or_else(|error| unreachable!("{}: {error}", escape.display()));
    let said = String::from_utf8(ran.stdout).unwrap();
    insta::assert_snapshot!(said, @r"
    open /etc/passwd refused
    create a file refused
    list a folder refused
    look at a file refused
    remove a file refused
    connect by TCP refused
    open a Unix socket refused
    connect a Unix socket refused
    fork refused
    start a program refused
    become a program refused
    allocate 4 GiB refused
    map memory to execute refused
    signal the parent refused
    trace the parent refused
    threads and memory work
    ");
    assert!(ran.status.success());
}
