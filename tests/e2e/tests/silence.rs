//! The ordinary program, guard and all, cannot reach a network: not itself, not a child, not its page.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What the page tries, in order.
const PAGE: [&str; 14] = [
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "EventSource",
    "sendBeacon",
    "WebRTC",
    "image",
    "stylesheet",
    "script",
    "font",
    "iframe",
    "window.open",
    "form",
    "navigation",
];

/// The ordinary program's self-test with these arguments, on a display or without one.
fn self_test(arguments: &[&str], display: Option<&str>, port: u16) -> Option<Output> {
    let Ok(program) = wire::beside("naratmal") else {
        println!("SKIPPED: naratmal is not built; run `cargo xtask test`");
        return None;
    };
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command
        .arg("--self-test")
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("XDG_DATA_HOME", home.path())
        .env("NARATMAL_SELF_TEST_PORT", port.to_string())
        .stderr(Stdio::inherit());
    if let Some(display) = display {
        command.env("DISPLAY", display);
    }
    Some(command.output().unwrap())
}

fn report(output: &Output) -> Value {
    let report = serde_json::from_slice(&output.stdout).unwrap();
    println!("{report:#}");
    report
}

fn assert_refused(report: &Value, part: &str) {
    let attempts = report[part].as_array().unwrap();
    assert!(attempts.iter().all(|attempt| attempt["refused"] == true), "{part}: {attempts:?}");
}

/// Process and child tried everything that the guard names, and what an officer asks about first is among it.
fn assert_system_refused(report: &Value) {
    for part in ["process", "child"] {
        assert_refused(report, part);
        let attempts = report[part].as_array().unwrap();
        assert!(attempts.len() > 60, "{part}: {}", attempts.len());
        for way in ["TCP (IPv4)", "UDP (IPv6)", "netlink", "packet", "vsock", "Bluetooth", "io_uring_setup", "ptrace"] {
            assert!(attempts.iter().any(|attempt| attempt["way"] == way), "{part}: {way}");
        }
    }
}

#[test]
fn the_ordinary_program_its_children_and_its_page_are_refused_every_way_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let display = format!(":{}", 100 + std::process::id() % 800);
    let mut xvfb = Command::new("Xvfb")
        .args([&display, "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = self_test(&[], Some(&display), address.port());
    xvfb.kill().unwrap();
    xvfb.wait().unwrap();
    let Some(output) = output else { return };
    let report = report(&output);
    assert_system_refused(&report);
    assert_refused(&report, "page");
    let ways: Vec<_> = report["page"].as_array().unwrap().iter().filter_map(|attempt| attempt["way"].as_str()).collect();
    assert_eq!(ways, PAGE);
    assert!(output.status.success());
    assert!(listener.accept().is_err(), "something reached the listener");
    // It would have been seen.
    TcpStream::connect(address).unwrap();
    assert!(listener.accept().is_ok());
}

#[test]
fn without_a_display_or_a_window_the_system_s_part_is_tried_and_the_page_is_null() {
    // No display answers to this name; with `--no-window` it is not asked.
    for (arguments, display) in [([].as_slice(), None), (["--no-window"].as_slice(), Some(":65000"))] {
        let Some(output) = self_test(arguments, display, 9) else { return };
        let report = report(&output);
        assert_system_refused(&report);
        assert_eq!(report["page"], Value::Null);
        assert!(output.status.success());
    }
}
