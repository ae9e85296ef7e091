//! Building the workspace, and running what was built.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::{self, JoinHandle};

use crate::catalog::Catalog;
use crate::command::{command, run, say, status};
use crate::download;
use crate::failure::{Explain, Failure, Result};
use crate::node::Node;
use crate::places::Places;

const SAMPLE: &str = "복무규정.hwpx";
const QUESTION: &str = "출장을 마치면 언제까지 보고해야 합니까?";

/// The downloads that go on while the compiler works.
pub struct Downloads(JoinHandle<Result<()>>);

impl Downloads {
    /// Starts them.
    pub fn start(places: &Places) -> Self {
        let places = places.clone();
        Self(thread::spawn(move || {
            download::all(&places, &Catalog::load()?)
        }))
    }

    /// Waits for the last one.
    pub fn finish(self) -> Result<()> {
        if !self.0.is_finished() {
            say("남은 내려받기를 기다립니다.");
        }
        self.0.join().unwrap_or_else(|_| {
            Err(Failure::new(
                "내려받기가 갑자기 멈췄습니다. 다시 실행해 주십시오.",
            ))
        })
    }
}

/// Takes away links to libraries that are gone. llama-cpp-sys-2 links its libraries into these folders, takes a dangling
/// link from an earlier build for a free place, and fails on it.
fn clear_dangling_links(release: &Path) {
    for folder in [release.to_owned(), release.join("deps"), release.join("examples")] {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let dangling = entries.map(|entry| entry.path()).filter(|path| path.is_symlink() && !path.exists());
        // What cannot be removed is told by the build, which then fails on it.
        dangling.for_each(|path| _ = fs::remove_file(path));
    }
}

/// `cargo build` of the whole workspace. Naming the examples makes cargo resolve the features as it does for
/// the tests, so that programs and tests share every compiled crate.
pub fn cargo_build(places: &Places, features: Option<&str>) -> Command {
    clear_dangling_links(&places.release());
    let mut build = command("cargo", places);
    build.args([
        "build",
        "--release",
        "--locked",
        "--workspace",
        "--bins",
        "--examples",
    ]);
    if let Some(features) = features {
        build.args(["--features", features]);
    }
    build
}

/// Puts libpdfium beside the programs.
pub fn place_pdfium(places: &Places) -> Result<()> {
    let library = download::pdfium(places, Catalog::load()?.tool("pdfium")?)?;
    std::fs::create_dir_all(places.release()).explain("빌드 폴더를 만들지 못했습니다")?;
    download::place(&library, &places.release().join("libpdfium.so"))
}

/// Everything up to a program that can be started.
pub fn build(places: &Places) -> Result<()> {
    let downloads = Downloads::start(places);
    Node::find(places, Catalog::load()?.tool("node")?)?.build_ui(places)?;
    say("프로그램을 빌드합니다. 처음에는 10분 넘게 걸릴 수 있습니다.");
    run(&mut cargo_build(places, None), "프로그램 빌드")?;
    downloads.finish()?;
    place_pdfium(places)
}

/// Opens the window, or does the main job in the terminal where there is no display.
pub fn start(places: &Places) -> Result<()> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if has_display {
        say("나랏말을 엽니다.");
        let status = status(
            &mut command(places.release().join("naratmal"), places),
            "나랏말 실행",
        )?;
        return if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "나랏말이 오류로 끝났습니다({status})."
            )))
        };
    }
    say(
        "화면이 없습니다(DISPLAY와 WAYLAND_DISPLAY가 비어 있습니다). 창 대신 터미널에서 견본 문서에 질문합니다.",
    );
    let folder = places.cache.join("sample");
    std::fs::create_dir_all(&folder).explain("견본 문서의 폴더를 만들지 못했습니다")?;
    download::place(
        &places.root.join("tests/fixtures").join(SAMPLE),
        &folder.join(SAMPLE),
    )?;
    eprintln!("  문서: tests/fixtures/{SAMPLE}\n  질문: {QUESTION}\n");
    let mut lab = command(places.release().join("lab"), places);
    run(
        lab.args(["ask", "--docs"]).arg(&folder).arg(QUESTION),
        "견본 문서에 질문하기",
    )
}
