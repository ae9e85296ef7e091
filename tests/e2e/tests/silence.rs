//! The ordinary program, guard and all, cannot reach a network: not itself, not a child, not its page.

use std::net::TcpListener;
use std::process::{Command, Stdio};

#[test]
fn the_ordinary_program_its_children_and_its_page_are_refused_every_way_out() {
    let Ok(program) = wire::beside("naratmal") else {
        println!("SKIPPED: naratmal is not built; run `cargo xtask test`");
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let display = format!(":{}", 100 + std::process::id() % 800);
    let mut xvfb = Command::new("Xvfb")
        .args([&display, "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(program)
        .arg("--self-test")
        .env("DISPLAY", &display)
        .env("XDG_DATA_HOME", home.path())
        .env("NARATMAL_SELF_TEST_PORT", port.to_string())
        .stderr(Stdio::inherit())
        .output();
    xvfb.kill().unwrap();
    xvfb.wait().unwrap();
    let output = output.unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    println!("{report:#}");
    for (part, ways) in [("process", 10), ("child", 10), ("page", 3)] {
        let attempts = report[part].as_array().unwrap();
        assert_eq!(attempts.len(), ways, "{part}");
        assert!(attempts.iter().all(|attempt| attempt["refused"] == true), "{part}: {attempts:?}");
    }
    assert!(output.status.success());
    assert!(listener.accept().is_err(), "something reached the listener");
}
