//! `lab bench first-token`: how long a person waits for the first token of an answer about some 3,000 tokens of
//! evidence, in the situations that come up (see [`Case`]), beside llama-server where it is given.
//!
//! A round is what one sitting is: a fresh process, evidence that no round had before, nothing kept. The two programs
//! get the same prompts in the same order, a round each in turn. `to_cold` is the ratio to the same round's cold case,
//! of the same program; `to_server` that to the server's same case of the same round. llama-server has no request to
//! prepare a document, so it is not prepared there.

mod report;
mod scenario;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::{Engine, Keep, LoadOptions, Model, Prompt, Sampling, Turn};
use serde_json::json;
use tempfile::TempDir;
use wire::Failure;

use self::scenario::{Case, Step, parcels, steps};
use super::asking::{First, answer, milliseconds};
use super::server::Server;
use crate::places;
use crate::sets::{self, Passage};

/// Tokens of an answer: the wait is over with the first.
const MAX_TOKENS: u32 = 8;
/// What may be kept, in bytes: several prompts of this length of a small model.
const MEMORY_BYTES: u64 = 512 << 20;
const DISK_BYTES: u64 = 4 << 30;

/// What is measured.
pub struct Settings {
    /// Tokens of evidence, at least.
    pub tokens: u32,
    /// Rounds of each program.
    pub rounds: usize,
    /// Seconds between preparing a document and asking about it.
    pub rest: u64,
    /// By default the physical cores.
    pub threads: Option<u32>,
}

/// The first tokens of a round, and whether the document was prepared to its end.
struct Round {
    firsts: Vec<(Case, First)>,
    prepared: bool,
}

/// A program that answers.
trait Side {
    /// Starts its process with the model; what it had kept is still there.
    async fn start(&mut self) -> Result<(), Failure>;
    async fn ask(&mut self, turns: &[Turn]) -> Result<First, Failure>;
    /// Has it read what a question will begin with; false where it did not, or cannot.
    async fn prepare(&mut self, turns: &[Turn]) -> Result<bool, Failure>;
    fn end(&mut self);
}

/// The program's own engine.
struct Ours {
    model: PathBuf,
    options: LoadOptions,
    engine: Option<Engine>,
    /// Where it keeps.
    _folder: TempDir,
}

/// llama-server at its defaults.
struct Theirs<'a> {
    program: &'a Path,
    model: PathBuf,
    threads: u32,
    server: Option<Server>,
}

/// Measures and prints.
///
/// # Errors
/// The engine's, `eval_unreadable` for the corpus, `corpus_too_small`, `llama_server_failed`.
pub async fn run(
    model: Option<PathBuf>,
    corpus: Option<PathBuf>,
    settings: &Settings,
    against: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let path = places::model(model)?;
    let passages: Vec<Passage> = sets::lines(&corpus.unwrap_or_else(scenario::default_corpus))?;
    let texts: Vec<String> = passages.into_iter().map(|passage| passage.text).collect();
    let (model, evidence) = evidence(&path, &texts, settings).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (round, two) in evidence.chunks_exact(2).enumerate() {
        eprint!("\r{round}/{} rounds   ", settings.rounds);
        let steps = steps(&two[0], &two[1]);
        ours.push(sit(&mut Ours::new(&path, settings)?, &steps, settings).await?);
        if let Some(program) = against {
            let mut side = Theirs { program, model: path.clone(), threads: model.threads, server: None };
            theirs.push(sit(&mut side, &steps, settings).await?);
        }
    }
    eprintln!();
    if json {
        let report = json!({
            "model": model.name,
            "device": model.device,
            "threads": model.threads,
            "rounds": settings.rounds,
            "rest_s": settings.rest,
            "prepared_whole": ours.iter().filter(|round| round.prepared).count(),
            "cases": report::cases(&ours, &theirs),
        });
        println!("{report}");
    } else {
        println!("{} · {} · {} threads", model.name, model.device, model.threads);
        report::table(&ours, &theirs).iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// The model, and two documents for each round, none of them twice.
async fn evidence(path: &Path, texts: &[String], settings: &Settings) -> Result<(Model, Vec<Vec<String>>), Failure> {
    let engine = places::engine()?;
    let options = LoadOptions { threads: settings.threads, ..LoadOptions::default() };
    let model = engine.load(path, options, |_| {}).await?;
    let counts = engine.count(texts.to_vec()).await?;
    let ranges = parcels(&counts, settings.tokens, settings.rounds * 2).ok_or_else(|| {
        Failure::new(
            "corpus_too_small",
            "글이 모자랍니다. --rounds나 --tokens를 줄이거나 더 큰 --corpus를 주십시오.",
            format!("{} passages", texts.len()),
        )
    })?;
    Ok((model, ranges.into_iter().map(|range| texts[range].to_vec()).collect()))
}

/// One round of one program.
async fn sit(side: &mut impl Side, steps: &[Step], settings: &Settings) -> Result<Round, Failure> {
    let mut round = Round { firsts: Vec::new(), prepared: false };
    side.start().await?;
    for step in steps {
        match step {
            Step::Ask(turns) => _ = side.ask(turns).await?,
            Step::Measure(case, turns) => round.firsts.push((*case, side.ask(turns).await?)),
            Step::Prepare(turns) => round.prepared = side.prepare(turns).await?,
            Step::Rest => tokio::time::sleep(Duration::from_secs(settings.rest)).await,
            Step::Restart(case, turns) => {
                side.end();
                let begun = Instant::now();
                side.start().await?;
                let started_ms = milliseconds(begun);
                let first = side.ask(turns).await?;
                round.firsts.push((*case, First { ttft_ms: started_ms + first.ttft_ms, ..first }));
            }
        }
    }
    side.end();
    Ok(round)
}

impl Ours {
    fn new(model: &Path, settings: &Settings) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))?;
        let keep = Keep {
            folder: folder.path().join("kept"),
            // What is kept here is no secret, and gone with the round.
            key: [7; 32],
            memory_bytes: MEMORY_BYTES,
            disk_bytes: DISK_BYTES,
        };
        let options = LoadOptions { threads: settings.threads, keep: Some(keep), ..LoadOptions::default() };
        Ok(Self { model: model.to_owned(), options, engine: None, _folder: folder })
    }

    fn engine(&self) -> Result<&Engine, Failure> {
        self.engine.as_ref().ok_or_else(not_started)
    }
}

impl Side for Ours {
    async fn start(&mut self) -> Result<(), Failure> {
        let engine = places::engine()?;
        engine.load(&self.model, self.options.clone(), |_| {}).await?;
        self.engine = Some(engine);
        Ok(())
    }

    async fn ask(&mut self, turns: &[Turn]) -> Result<First, Failure> {
        let prompt = Prompt::new(turns.to_vec(), MAX_TOKENS, Sampling::Greedy);
        Ok(First::from(&answer(self.engine()?, prompt).await?))
    }

    async fn prepare(&mut self, turns: &[Turn]) -> Result<bool, Failure> {
        self.engine()?.prepare(turns.to_vec()).await
    }

    fn end(&mut self) {
        self.engine = None;
    }
}

impl Side for Theirs<'_> {
    async fn start(&mut self) -> Result<(), Failure> {
        self.server = Some(Server::start(self.program, &self.model, self.threads)?);
        Ok(())
    }

    async fn ask(&mut self, turns: &[Turn]) -> Result<First, Failure> {
        self.server.as_ref().ok_or_else(not_started)?.ask(turns, MAX_TOKENS)
    }

    /// It has no such request.
    async fn prepare(&mut self, _turns: &[Turn]) -> Result<bool, Failure> {
        Ok(false)
    }

    fn end(&mut self) {
        self.server = None;
    }
}

fn not_started() -> Failure {
    Failure::new("bench_order", "재는 순서가 잘못되었습니다. 다시 실행해 주십시오.", "asked before it was started")
}
