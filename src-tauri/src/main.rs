//! 나랏말: the window. Thin by rule: commands parse, call a core crate and map its errors.
#![cfg_attr(windows, windows_subsystem = "windows")]

mod app;
mod audit;
mod commands;
mod export;
mod heap;
#[cfg(unix)]
mod instance;
mod models;
mod original;
mod pasted;
mod report;
mod self_test;
mod session;
#[cfg(target_os = "linux")]
mod session_lock;
mod shown;
mod trail;
mod window;

use std::process::ExitCode;

use crate::app::Paths;

fn main() -> ExitCode {
    // Before anything else, and above all before a thread starts (invariant 3).
    let network_blocked = match deny_network() {
        Ok(blocked) => blocked,
        Err(error) => {
            eprintln!("나랏말: 네트워크 차단을 설정하지 못하여 시작하지 않습니다. ({error})");
            return ExitCode::FAILURE;
        }
    };
    // A crash of a process that holds keys and documents may leave no image of them.
    if let Err(error) = guard::no_core_dumps()
        && !matches!(error, guard::Error::Unsupported)
    {
        eprintln!("나랏말: 충돌 기록을 막지 못하여 시작하지 않습니다. ({error})");
        return ExitCode::FAILURE;
    }
    heap::bound();
    let asked = |flag: &str| std::env::args_os().any(|argument| argument == flag);
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let command = words.first().and_then(|word| word.to_str()).unwrap_or_default();
    let self_test = asked(self_test::FLAG);
    // What only looks leaves nothing behind.
    let opens = !self_test && !asked(self_test::CHILD) && !["audit", "report"].contains(&command);
    let logs = Paths::of_this_system().filter(|_| opens).map(|paths| paths.logs());
    if let Err(error) = diagnosis::start(logs.as_deref(), "NARATMAL_LOG", "warn") {
        eprintln!("나랏말: 기록을 남기지 못합니다. 데이터 폴더의 권한과 디스크 공간을 확인해 주십시오. ({error})");
    }
    if asked(self_test::CHILD) {
        return self_test::child();
    }
    match command {
        "audit" => return audit::run(&words[1..]),
        "report" => return report::run(&words[1..]),
        _ => {}
    }
    if self_test && (asked(self_test::NO_WINDOW) || !self_test::has_display()) {
        return self_test::without_window();
    }
    window::run(network_blocked, self_test)
}

/// True where the system enforces it; false where this system has no such guard and says so in the window.
#[cfg(not(feature = "automation"))]
fn deny_network() -> Result<bool, guard::Error> {
    match guard::deny_network() {
        Ok(()) => Ok(true),
        Err(guard::Error::Unsupported) => Ok(false),
        Err(error) => Err(error),
    }
}

/// WebDriver needs loopback TCP: the end-to-end test runs this build in a network namespace that has nothing else.
#[cfg(feature = "automation")]
fn deny_network() -> Result<bool, guard::Error> {
    Ok(false)
}
