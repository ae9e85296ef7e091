//! Every test, stage after stage: a failure is counted and the rest goes on where it can.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::baseline;
use crate::build::{Downloads, cargo_build, place_pdfium};
use crate::catalog::Catalog;
use crate::command::{command, on_path, run, run_watched, say, status};
use crate::download::place;
use crate::failure::{Explain, Failure, Result};
use crate::node::{Node, with_first};
use crate::places::Places;
use crate::python;
use crate::summary::{Tally, skipped_notes};
use crate::vulkan;

/// A program of the tests that cargo installs.
struct Tool {
    program: &'static str,
    package: &'static str,
    version: &'static str,
}

const NEXTEST: Tool = Tool {
    program: "cargo-nextest",
    package: "cargo-nextest",
    version: "0.9.143",
};
const DENY: Tool = Tool {
    program: "cargo-deny",
    package: "cargo-deny",
    version: "0.20.2",
};
const DRIVER: Tool = Tool {
    program: "tauri-driver",
    package: "tauri-driver",
    version: "2.1.0",
};

/// Nextest keeps what passing tests print, so that what they left out can be told; and it keeps it outside the checkout.
/// A test of the engine has the machine to itself: two models that compute at once wait for each other's threads, ten
/// times as long as one after the other. A test that hangs is ended, so that the others are told of.
fn nextest_config(store: &Path) -> String {
    let store = serde_json::Value::from(store.to_string_lossy());
    format!(
        "[store]\ndir = {store}\n\
         [profile.default]\nslow-timeout = {{ period = \"60s\", terminate-after = 15 }}\n\
         [profile.default.junit]\npath = \"xtask-junit.xml\"\nstore-success-output = true\n\
         [[profile.default.overrides]]\nfilter = '(package(naratmal-engine) | package(models)) & kind(test)'\n\
         threads-required = 'num-test-threads'\n"
    )
}

struct Stages<'a> {
    places: &'a Places,
    total: Tally,
    lines: Vec<String>,
}

impl Stages<'_> {
    /// Runs a stage and keeps its count; a stage that cannot be run is one failure.
    fn stage(&mut self, name: &str, stage: impl FnOnce(&Places) -> Result<Tally>) {
        say(format!("시험: {name}"));
        let tally = stage(self.places).unwrap_or_else(|failure| {
            eprintln!("\n오류: {failure}");
            Tally::of(false)
        });
        self.total += tally;
        self.lines
            .push(format!("    {name}: {tally}, {} skipped", tally.skipped));
    }

    /// What must succeed before tests can run; a success is not counted as a test.
    fn prepare<T>(&mut self, name: &str, step: impl FnOnce(&Places) -> Result<T>) -> Option<T> {
        match step(self.places) {
            Ok(value) => Some(value),
            Err(failure) => {
                eprintln!("\n오류: {failure}");
                self.total += Tally::of(false);
                self.lines.push(format!("    {name}: 실패"));
                None
            }
        }
    }
}

/// Builds, runs every stage and gives the sum.
pub fn all(places: &Places, fast: bool) -> Tally {
    let mut stages = Stages {
        places,
        total: Tally::default(),
        lines: Vec::new(),
    };
    let downloads = Downloads::start(places);

    let node = stages.prepare("창의 빌드", |places| {
        let node = Node::find(places, Catalog::load()?.tool("node")?)?;
        node.build_ui(places)?;
        Ok(node)
    });
    let built = stages.prepare("프로그램 빌드", |places| build_programs(places, fast));

    if let Some(node) = &node {
        stages.stage("창의 단위 시험(vitest)", |places| {
            vitest(places, node)
        });
        stages.stage("창의 형 검사(svelte-check)", |places| {
            Ok(Tally::of(
                status(&mut node.npm(places, &["run", "check"]), "svelte-check")?.success(),
            ))
        });
    }
    stages.stage("의존성 검사(cargo deny)", deny);

    let downloaded = stages.prepare("내려받기", |places| {
        downloads.finish()?;
        baseline::source(places)?;
        python::ensure(places)?;
        place_pdfium(places)
    });
    if built.is_some() {
        vulkan::ensure_or_say(places);
    }
    if built.is_some() && downloaded.is_some() {
        stages.stage("Rust 시험(nextest)", |places| {
            nextest(places, &["-E", "not package(e2e)"], &[])
        });
        if !fast {
            stages.stage("창의 자동 시험(e2e)", |places| {
                let driver = ensure_tool(places, &DRIVER)?;
                let program = places.release().join("naratmal-automation");
                nextest(
                    places,
                    // One after the other; what a failing one said is told where it failed and again at the end.
                    &["-E", "package(e2e)", "--test-threads=1", "--failure-output=immediate-final"],
                    &[("NARATMAL_E2E_PROGRAM", program), ("TAURI_DRIVER", driver)],
                )
            });
        }
    } else {
        say("빌드나 내려받기에 실패하여 Rust 시험과 창의 자동 시험을 하지 않았습니다.");
    }

    eprintln!();
    say("시험 결과");
    stages.lines.iter().for_each(|line| eprintln!("{line}"));
    stages.total
}

/// The automation build first, kept under a name of its own, then the ordinary one: only `naratmal` itself differs.
fn build_programs(places: &Places, fast: bool) -> Result<()> {
    if !fast {
        say("자동 시험용 프로그램을 빌드합니다.");
        run(
            &mut cargo_build(places, Some("naratmal/automation")),
            "자동 시험용 프로그램 빌드",
        )?;
        place(
            &places.release().join("naratmal"),
            &places.release().join("naratmal-automation"),
        )?;
    }
    say("프로그램을 빌드합니다.");
    run(&mut cargo_build(places, None), "프로그램 빌드")
}

fn vitest(places: &Places, node: &Node) -> Result<Tally> {
    let report = places.cache.join("vitest.json");
    _ = fs::remove_file(&report);
    let file = format!("--outputFile.json={}", report.display());
    let mut vitest = node.npm(
        places,
        &[
            "test",
            "--",
            "--run",
            "--reporter=default",
            "--reporter=json",
            &file,
        ],
    );
    let success = status(&mut vitest, "창의 단위 시험")?.success();
    let text = fs::read_to_string(&report).explain("vitest의 결과를 읽지 못했습니다")?;
    let tally = Tally::from_vitest(&text)
        .ok_or_else(|| Failure::new("vitest의 결과를 알아볼 수 없습니다."))?;
    Ok(tally.and_status(success))
}

fn deny(places: &Places) -> Result<Tally> {
    let program = ensure_tool(places, &DENY)?;
    let mut deny = command(program, places);
    deny.args(["--locked", "check", "bans", "licenses", "sources"]);
    Ok(Tally::of(status(&mut deny, "cargo deny")?.success()))
}

fn nextest(places: &Places, arguments: &[&str], variables: &[(&str, PathBuf)]) -> Result<Tally> {
    let program = ensure_tool(places, &NEXTEST)?;
    let store = places.cache.join("nextest");
    fs::create_dir_all(&store).explain("nextest의 폴더를 만들지 못했습니다")?;
    let config = store.join("config.toml");
    fs::write(&config, nextest_config(&store)).explain("nextest의 설정을 쓰지 못했습니다")?;
    let report = store.join("default/xtask-junit.xml");
    _ = fs::remove_file(&report);

    let mut nextest = command(program, places);
    nextest
        .args([
            "nextest",
            "run",
            "--release",
            "--locked",
            "--workspace",
            "--no-fail-fast",
            "--no-tests=pass",
        ])
        .arg("--tool-config-file")
        .arg(format!("xtask:{}", config.display()))
        .args(arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .env("PATH", with_first(&places.tools().join("bin")));
    let mut tally = None;
    let status = run_watched(&mut nextest, "Rust 시험", |line| {
        tally = Tally::from_nextest(&without_colour(line)).or(tally);
    })?;
    if let Ok(junit) = fs::read_to_string(&report) {
        skipped_notes(&junit)
            .iter()
            .for_each(|note| eprintln!("    {note}"));
    }
    Ok(tally.unwrap_or_default().and_status(status.success()))
}

fn without_colour(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(|c| c.is_ascii_alphabetic());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Gives the program of a tool: from the PATH, from the cache, or installed now and kept.
fn ensure_tool(places: &Places, tool: &Tool) -> Result<PathBuf> {
    if let Some(path) = on_path(tool.program) {
        return Ok(path);
    }
    let path = places.tools().join("bin").join(tool.program);
    if path.is_file() {
        return Ok(path);
    }
    say(format!(
        "{} {}을(를) 설치합니다. 몇 분 걸립니다.",
        tool.package, tool.version
    ));
    let mut install: Command = command("cargo", places);
    install
        .args(["install", "--locked", "--version", tool.version, "--root"])
        .arg(places.tools())
        .arg(tool.package)
        // A folder of its own that stays: an interrupted build goes on where it was.
        .env("CARGO_TARGET_DIR", places.tools().join("target"));
    run(&mut install, &format!("{} 설치", tool.package))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_toml_whatever_the_folder_is_called() {
        let config: toml::Value =
            toml::from_str(&nextest_config(Path::new("/a \"b\"/가"))).expect("TOML");
        assert_eq!(config["store"]["dir"].as_str(), Some("/a \"b\"/가"));
    }

    #[test]
    fn colours_are_taken_off() {
        for (line, expected) in [
            ("plain", "plain"),
            ("\u{1b}[1m\u{1b}[32mSummary\u{1b}[0m [", "Summary ["),
            ("\u{1b}", ""),
        ] {
            assert_eq!(without_colour(line), expected);
        }
    }
}
