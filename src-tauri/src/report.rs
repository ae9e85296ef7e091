//! The report of a problem: what the crate `diagnosis` makes a text of, gathered from the running program, and
//! `naratmal report FILE` for where no window opens.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use diagnosis::{Machine, Part, Policy, Report};
use wire::Failure;

use crate::app::{App, Paths, now_ms};
use crate::export;
use crate::self_test::{Attempt, NetworkProbes};

/// Lines of the log that go into a report.
const LINES: usize = 200;
/// As the window calls the parts of the network's test.
const PARTS: [&str; 2] = ["나랏말", "나랏말이 시작하는 다른 프로그램"];

/// The report of the running program. It blocks for as long as a child takes to start.
///
/// # Errors
/// The vault's, while the data is unlocked.
pub fn of(app: &App) -> Result<Report, Failure> {
    let unlocked = match app.session() {
        Ok(session) => Some(session.report()?),
        Err(_) => None,
    };
    Ok(Report { unlocked, ..of_machine(app.paths()) })
}

/// What is known without opening the data.
fn of_machine(paths: &Paths) -> Report {
    let probes = NetworkProbes::take();
    let network = PARTS.into_iter().zip(probes.parts()).map(|(name, attempts)| part(name, attempts)).collect();
    let policy = policy::load(&paths.policy, None).map_err(|error| error.code().to_owned());
    Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now_ms(),
        machine: Machine::this(),
        network,
        policy: policy.map(|loaded| Policy {
            source: loaded.source.word(),
            name: loaded.policy.name,
            serial: loaded.policy.serial,
        }),
        unlocked: None,
        log: diagnosis::tail(&paths.logs(), LINES),
    }
}

fn part(name: &'static str, attempts: &[Attempt]) -> Part {
    let open = attempts.iter().filter(|attempt| !attempt.refused).map(|attempt| attempt.way.clone());
    Part { name, tried: attempts.len(), open: open.collect() }
}

/// Writes the report that is known without a window to the file in `words`; 0 where it was written, 2 where not.
pub fn run(words: &[OsString]) -> ExitCode {
    let [file] = words else {
        eprintln!("사용법: naratmal report 파일.txt");
        return ExitCode::from(2);
    };
    match write(Path::new(file)) {
        Ok(()) => {
            println!("문제 보고서를 저장했습니다. 넘기시기 전에 읽어 보십시오.");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn write(file: &Path) -> Result<(), Failure> {
    let paths = Paths::of_this_system().ok_or_else(|| Failure::new("no_home", "홈 폴더를 찾지 못했습니다.", ""))?;
    // A bare name lies in the folder where the command is given.
    let file = std::path::absolute(file).map_err(export::failed)?;
    export::outside(&file, &paths.data)?;
    export::write(&file, of_machine(&paths).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ways_that_opened_are_named() {
        let attempt = |way: &str, refused| Attempt { way: way.to_owned(), refused, answer: String::new() };
        let attempts = [attempt("TCP (IPv4)", true), attempt("UDP (IPv4)", false)];
        let wanted = Part { name: "나랏말", tried: 2, open: vec!["UDP (IPv4)".to_owned()] };
        assert_eq!(part("나랏말", &attempts), wanted);
        assert_eq!(part("나랏말", &[]).tried, 0);
    }

    #[test]
    fn a_report_without_the_data_names_no_folder() {
        let folder = tempfile::Builder::new().prefix("심은폴더").tempdir().unwrap();
        let paths = Paths {
            data: folder.path().join("자료"),
            reader: folder.path().join("reader"),
            engine: folder.path().join("engine"),
            policy: folder.path().join("정책"),
        };
        std::fs::create_dir_all(paths.logs()).unwrap();
        std::fs::write(paths.logs().join("naratmal.log"), "2026-11-27T22:59:18.123Z WARN library: a line\n").unwrap();
        let text = of_machine(&paths).to_string();
        assert!(text.contains("WARN library: a line"), "{text}");
        assert!(!text.contains("심은폴더") && !text.contains(&*folder.path().to_string_lossy()), "{text}");
    }
}
