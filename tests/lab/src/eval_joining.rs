//! `lab eval joining`: what joining passages that were read alone costs in right answers, and gains in time.
//!
//! Each question is asked over the passage that holds its answer and others of the same document, in several ways: `full`
//! reads all of it in turn, and the others join it. The passages stand best match first, or, on a machine that reads too
//! slowly for that, in one order for all questions about a document, so that each way reads it once. An answer is right
//! where a wanted answer stands in it; where two passages are asked for together, one of each. `loss` is the share of right
//! answers that a way has less than `full`, and `low` and `high` are the ends of its 95 % interval (a bootstrap of 2,000
//! draws of whole documents, since questions about one document stand and fall together; Efron and Tibshirani 1993).

mod kept;
mod report;
mod tasks;

use std::path::{Path, PathBuf};

use engine::{Engine, Joining, Keep, LoadOptions, Prompt, Sampling, Turn};
use serde::{Deserialize, Serialize};
use wire::Failure;

use self::kept::{Kept, Run};
use self::tasks::{Group, Task, groups};
use crate::bench::asking;
use crate::judge;
use crate::places;
use crate::sets::{Passage, Query, lines};

const SYSTEM: &str = "당신은 대한민국 공무원을 돕는 비서입니다. [자료]에 적힌 내용만으로 한국어 존댓말로 짧고 정확하게 답합니다.";
const ASKS: &str = "자료의 표현을 그대로 써서 한 문장으로 답하세요.";
/// The most tokens of an answer.
const ANSWER: u32 = 64;
/// Room for all that a run reads, so that nothing is read twice.
const MEMORY: u64 = 6 << 30;

/// Which questions are asked, and how.
pub struct Settings {
    /// Questions that one passage answers.
    pub questions: usize,
    /// Questions that need two passages together.
    pub pairs: usize,
    /// Passages of each.
    pub passages: usize,
    /// Questions about a document whose passages stand in one order for all of them; by default in an order of each.
    pub each: Option<usize>,
    /// The same seed asks the same.
    pub seed: u64,
    /// The ways beside `full`.
    pub ways: Vec<Way>,
    pub threads: Option<u32>,
}

/// How the passages of a question come into the KV cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Read in turn.
    Full,
    /// Joined as they are.
    Joined,
    /// Joined, with the first 16 tokens of each read again.
    Heads,
    /// As `heads`, and the second passage is read again.
    Second,
}

impl Way {
    fn joining(self, passages: Vec<std::ops::Range<usize>>) -> Option<Joining> {
        const HEADS: u32 = 16;
        const WHOLE: u32 = 600;
        let joining = |heads, repair| Some(Joining { passages, heads, repair });
        match self {
            Self::Full => None,
            Self::Joined => joining(0, 0),
            Self::Heads => joining(HEADS, 0),
            Self::Second => joining(HEADS, WHOLE),
        }
    }
}

/// A question that was asked in one way, as a line of `--out`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    id: String,
    document: String,
    /// Where the passage that holds the answer stands, from 0; nothing where two are needed.
    place: Option<usize>,
    way: Way,
    right: bool,
    /// Of each question one is to stand in the answer.
    wanted: Vec<Vec<String>>,
    answer: String,
    ttft_ms: f64,
    prompt_tokens: u32,
    cached_tokens: u32,
    joined_tokens: u32,
}

/// Asks, and prints the figures.
///
/// # Errors
/// The files', and the engine's.
pub async fn run(
    corpus: &Path,
    queries: &Path,
    settings: &Settings,
    model: Option<PathBuf>,
    out: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let passages: Vec<Passage> = lines(corpus)?;
    let queries: Vec<Query> = lines(queries)?;
    let groups = groups(&passages, &queries, settings);
    let questions: usize = groups.iter().map(|group| group.tasks.len()).sum();
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))?;
    let keep = Keep { folder: folder.path().into(), key: [0; 32], memory_bytes: MEMORY, disk_bytes: 0 };
    let engine = places::engine()?;
    let options = LoadOptions { keep: Some(keep), threads: settings.threads, ..LoadOptions::default() };
    let model = engine.load(&places::model(model)?, options, |_| {}).await?;
    let mut kept = out.map(|file| Kept::open(file, &Run::of(&model.name, settings))).transpose()?;
    let ways: Vec<Way> = [Way::Full].into_iter().chain(settings.ways.iter().copied()).collect();
    let mut asked: Vec<Asked> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        // Each way follows each other as often.
        let of_each = (0..ways.len()).flat_map(|at| {
            let way = ways[(at + number) % ways.len()];
            group.tasks.iter().map(move |task| (way, task))
        });
        let mut alone = false;
        for (way, task) in of_each {
            let earlier = kept.as_ref().and_then(|kept| kept.answer(way, &task.id())).cloned();
            asked.push(match earlier {
                Some(answered) => answered,
                None => {
                    if !alone {
                        let texts = group.passages.iter().map(|passage| passage.text.clone()).collect();
                        engine.read_alone(vec![Turn::new("system", SYSTEM)], texts).await?;
                        alone = true;
                    }
                    let answered = ask(&engine, group, task, number, way).await?;
                    if let Some(kept) = &mut kept {
                        kept.keep(&answered)?;
                    }
                    answered
                }
            });
            eprint!("\r{}/{} answers   ", asked.len(), questions * ways.len());
        }
    }
    eprintln!();
    let report = report::report(&asked, settings);
    if json {
        println!("{report}");
    } else {
        println!("{} · {} · {} threads · {} questions", model.name, model.device, model.threads, questions);
        println!("{report:#}");
    }
    Ok(())
}

async fn ask(
    engine: &Engine,
    group: &Group<'_>,
    task: &Task<'_>,
    number: usize,
    way: Way,
) -> Result<Asked, Failure> {
    // What another way left in the KV cache is not to be gone on with.
    let mut turn = match way.joining(Vec::new()) {
        Some(_) => format!("[자료 {number}-{}]\n", way as u8),
        None => "[자료 0-0]\n".to_owned(),
    };
    let mut ranges = Vec::new();
    for (passage, number) in group.passages.iter().zip(1..) {
        turn.push_str(&format!("[{number}]\n"));
        let start = turn.len();
        turn.push_str(&passage.text);
        ranges.push(start..turn.len());
        turn.push_str("\n\n");
    }
    turn.push_str(&format!("[질문] {}\n\n{ASKS}", task.question()));
    let turns = vec![Turn::new("system", SYSTEM), Turn::new("user", turn)];
    let prompt = Prompt { joining: way.joining(ranges), ..Prompt::new(turns, ANSWER, Sampling::Greedy) };
    let answered = asking::answer(engine, prompt).await?;
    Ok(Asked {
        id: task.id(),
        document: group.title.to_owned(),
        place: task.place,
        way,
        right: task.queries.iter().all(|query| query.answers.iter().any(|wanted| judge::holds(&answered.text, wanted))),
        wanted: task.queries.iter().map(|query| query.answers.clone()).collect(),
        answer: answered.text,
        ttft_ms: answered.ttft_ms,
        prompt_tokens: answered.usage.prompt_tokens,
        cached_tokens: answered.usage.cached_tokens,
        joined_tokens: answered.usage.joined_tokens,
    })
}
