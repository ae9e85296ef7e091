//! `lab eval joining`: what joining passages that were read alone costs in right answers, and gains in time.
//!
//! Each question is asked over the passage that holds its answer and others of the same document, best match first, in
//! several ways one after the other: `full` reads all of it in turn, and the others join it. An answer is right where a
//! wanted answer stands in it. `loss` is the share of right answers that a way has less than `full`, and `low` and
//! `high` are the ends of its 95 % interval (a bootstrap of 2,000 draws of whole documents, since questions about one
//! document stand and fall together; Efron and Tibshirani 1993).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use engine::{Engine, Joining, Keep, LoadOptions, Prompt, Sampling, Turn};
use serde::Serialize;
use serde_json::{Value, json};
use wire::Failure;

use crate::bench::asking;
use crate::figures::{quantile, share};
use crate::generate::Random;
use crate::judge;
use crate::places;
use crate::sets::{self, Passage, Query, lines, shuffled};

const SYSTEM: &str = "당신은 대한민국 공무원을 돕는 비서입니다. [자료]에 적힌 내용만으로 한국어 존댓말로 짧고 정확하게 답합니다.";
const ASKS: &str = "위 자료에서 답이 적힌 부분을 찾아, 자료의 표현을 그대로 써서 완전한 문장 하나로 답하세요.";
/// The most tokens of an answer.
const ANSWER: u32 = 64;
/// Room for all that a run reads, so that nothing is read twice.
const MEMORY: u64 = 6 << 30;

/// Which questions are asked, and how.
pub struct Settings {
    /// Questions.
    pub questions: usize,
    /// Passages of each.
    pub passages: usize,
    /// The same seed asks the same.
    pub seed: u64,
    /// The ways beside `full`.
    pub ways: Vec<Way>,
    pub threads: Option<u32>,
}

/// How the passages of a question come into the KV cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, clap::ValueEnum)]
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

/// A question and its passages, best match first.
struct Task<'a> {
    query: &'a Query,
    title: &'a str,
    passages: Vec<&'a Passage>,
    /// Where the one that holds the answer stands, from 0.
    place: usize,
}

/// A question that was asked in one way, as a line of `--out`.
#[derive(Debug, Clone, Serialize)]
struct Asked {
    id: String,
    document: String,
    place: usize,
    way: Way,
    right: bool,
    wanted: Vec<String>,
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
    let tasks = tasks(&passages, &queries, settings);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))?;
    let keep = Keep { folder: folder.path().into(), key: [0; 32], memory_bytes: MEMORY, disk_bytes: 0 };
    let engine = places::engine()?;
    let options = LoadOptions { keep: Some(keep), threads: settings.threads, ..LoadOptions::default() };
    let model = engine.load(&places::model(model)?, options, |_| {}).await?;
    let mut out = out.map(|file| std::fs::File::create(file).map_err(|error| sets::unreadable(file, error))).transpose()?;
    let ways: Vec<Way> = [Way::Full].into_iter().chain(settings.ways.iter().copied()).collect();
    let mut asked: Vec<Asked> = Vec::new();
    for (number, task) in tasks.iter().enumerate() {
        eprint!("\r{number}/{}   ", tasks.len());
        let texts = task.passages.iter().map(|passage| passage.text.clone()).collect();
        engine.read_alone(vec![Turn::new("system", SYSTEM)], texts).await?;
        // Each way follows each other as often.
        for at in 0..ways.len() {
            let one = ask(&engine, task, number, ways[(at + number) % ways.len()]).await?;
            if let Some(file) = &mut out {
                let line = json!(one).to_string();
                writeln!(file, "{line}")
                    .map_err(|error| Failure::new("eval_unwritable", "결과를 쓰지 못했습니다.", error))?;
            }
            asked.push(one);
        }
    }
    eprintln!();
    let report = report(&asked, settings);
    if json {
        println!("{report}");
    } else {
        println!("{} · {} · {} threads · {} questions", model.name, model.device, model.threads, tasks.len());
        println!("{report:#}");
    }
    Ok(())
}

/// Questions of documents in an order by chance. The passages of a document are parted into groups once, so that a run
/// reads each passage alone once.
fn tasks<'a>(passages: &'a [Passage], queries: &'a [Query], settings: &Settings) -> Vec<Task<'a>> {
    let mut documents: BTreeMap<&str, Vec<&Passage>> = BTreeMap::new();
    for passage in passages {
        documents.entry(&passage.title).or_default().push(passage);
    }
    let mut asked: HashMap<&str, Vec<&Query>> = HashMap::new();
    for query in queries {
        if let [id] = query.positive_ids.as_slice() {
            asked.entry(id).or_default().push(query);
        }
    }
    let mut random = Random::new(settings.seed);
    let mut tasks = Vec::new();
    for (title, passages) in shuffled(documents.into_iter().collect(), &mut random) {
        // One group of each document: as many documents as can be.
        let Some(group) = shuffled(passages, &mut random).chunks_exact(settings.passages).next().map(<[_]>::to_vec)
        else {
            continue;
        };
        for held in &group {
            for query in asked.get(held.id.as_str()).into_iter().flatten() {
                let passages = ranked(&query.query, &group);
                let place = passages.iter().position(|passage| passage.id == held.id).unwrap_or(0);
                tasks.push(Task { query, title, passages, place });
                if tasks.len() == settings.questions {
                    return tasks;
                }
            }
        }
    }
    tasks
}

/// The share of the question's pairs of letters that a text has.
fn overlap(question: &str, text: &str) -> f64 {
    let wanted = pairs(question);
    let held = pairs(text);
    share(wanted.intersection(&held).count(), wanted.len())
}

fn pairs(text: &str) -> HashSet<[char; 2]> {
    let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

fn ranked<'a>(question: &str, passages: &[&'a Passage]) -> Vec<&'a Passage> {
    let mut passages = passages.to_vec();
    passages.sort_by(|one, other| overlap(question, &other.text).total_cmp(&overlap(question, &one.text)));
    passages
}

async fn ask(engine: &Engine, task: &Task<'_>, number: usize, way: Way) -> Result<Asked, Failure> {
    // What another way left in the KV cache is not to be gone on with.
    let mut turn = match way.joining(Vec::new()) {
        Some(_) => format!("[자료 {number}-{}]\n", way as u8),
        None => "[자료 0-0]\n".to_owned(),
    };
    let mut ranges = Vec::new();
    for (passage, number) in task.passages.iter().zip(1..) {
        turn.push_str(&format!("[{number}]\n"));
        let start = turn.len();
        turn.push_str(&passage.text);
        ranges.push(start..turn.len());
        turn.push_str("\n\n");
    }
    turn.push_str(&format!("[질문] {}\n\n{ASKS}", task.query.query));
    let turns = vec![Turn::new("system", SYSTEM), Turn::new("user", turn)];
    let prompt = Prompt { joining: way.joining(ranges), lookup: false, ..Prompt::new(turns, ANSWER, Sampling::Greedy) };
    let answered = asking::answer(engine, prompt).await?;
    Ok(Asked {
        id: task.query.id.clone(),
        document: task.title.to_owned(),
        place: task.place,
        way,
        right: task.query.answers.iter().any(|wanted| judge::holds(&answered.text, wanted)),
        wanted: task.query.answers.clone(),
        answer: answered.text,
        ttft_ms: answered.ttft_ms,
        prompt_tokens: answered.usage.prompt_tokens,
        cached_tokens: answered.usage.cached_tokens,
        joined_tokens: answered.usage.joined_tokens,
    })
}

fn report(asked: &[Asked], settings: &Settings) -> Value {
    let of = |way: Way| asked.iter().filter(move |asked| asked.way == way);
    let full: HashMap<&str, bool> = of(Way::Full).map(|asked| (asked.id.as_str(), asked.right)).collect();
    let ways = [Way::Full].into_iter().chain(settings.ways.iter().copied());
    let figures = |way: Way| {
        let here: Vec<&Asked> = of(way).collect();
        let lost = |asked: &&Asked| f64::from(u8::from(full[asked.id.as_str()])) - f64::from(u8::from(asked.right));
        let mut by_document: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for asked in &here {
            by_document.entry(&asked.document).or_default().push(lost(asked));
        }
        let losses: Vec<f64> = here.iter().map(lost).collect();
        let (low, high) = interval(&by_document.into_values().collect::<Vec<_>>(), settings.seed);
        let right = |place: Option<usize>| {
            let those: Vec<bool> =
                here.iter().filter(|asked| place.is_none_or(|place| asked.place == place)).map(|asked| asked.right).collect();
            json!({ "questions": those.len(), "right": those.iter().filter(|right| **right).count() })
        };
        json!({
            "all": right(None),
            "by_place": (0..settings.passages).map(|place| right(Some(place))).collect::<Vec<_>>(),
            "lost": losses.iter().filter(|loss| **loss > 0.0).count(),
            "gained": losses.iter().filter(|loss| **loss < 0.0).count(),
            "loss": losses.iter().sum::<f64>() / losses.len() as f64,
            "low": low,
            "high": high,
            "ttft_ms": quantile(&here.iter().map(|asked| asked.ttft_ms).collect::<Vec<_>>(), 0.5),
        })
    };
    let ways: serde_json::Map<String, Value> =
        ways.map(|way| (json!(way).as_str().unwrap_or_default().to_owned(), figures(way))).collect();
    json!({ "ways": ways, "passages": settings.passages, "seed": settings.seed })
}

/// The 95 % interval of the mean of all losses, of draws of whole groups.
fn interval(groups: &[Vec<f64>], seed: u64) -> (f64, f64) {
    const DRAWS: usize = 2_000;
    let mut random = Random::new(seed);
    let means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..groups.len()).map(|_| &groups[random.below(groups.len() as u64) as usize]);
            let (sum, number) =
                drawn.fold((0.0, 0), |(sum, number), group| (sum + group.iter().sum::<f64>(), number + group.len()));
            sum / number as f64
        })
        .collect();
    (quantile(&means, 0.025), quantile(&means, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(id: &str, title: &str, text: &str) -> Passage {
        Passage { id: id.to_owned(), title: title.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn passages_are_those_of_the_document_with_the_nearest_first() {
        let passages = [
            passage("a1", "가", "연가는 15일이다. 병가는 60일이다."),
            passage("a2", "가", "출장 여비를 지급한다."),
            passage("a3", "가", "회의록을 공유한다."),
            passage("b1", "나", "둘이 없는 문서"),
        ];
        let query = Query {
            id: "q".to_owned(),
            query: "병가는 며칠인가?".to_owned(),
            positive_ids: vec!["a1".to_owned()],
            answers: vec!["60일".to_owned()],
        };
        let queries = [query];
        let settings = Settings { questions: 9, passages: 3, seed: 1, ways: Vec::new(), threads: None };
        let tasks = tasks(&passages, &queries, &settings);
        assert_eq!(tasks.len(), 1);
        assert_eq!((tasks[0].title, tasks[0].place, tasks[0].passages[0].id.as_str()), ("가", 0, "a1"));
        let held: HashSet<&str> = tasks[0].passages.iter().map(|passage| passage.id.as_str()).collect();
        assert_eq!(held.len(), 3);
    }

    #[test]
    fn an_interval_is_of_whole_documents() {
        let (low, high) = interval(&vec![vec![0.0; 5]; 20], 1);
        assert_eq!((low, high), (0.0, 0.0));
        let mixed: Vec<Vec<f64>> = (0..20).map(|at| vec![f64::from(u8::from(at % 2 == 0)); 5]).collect();
        let (low, high) = interval(&mixed, 1);
        assert!(low > 0.2 && low < 0.4 && high > 0.6 && high < 0.8, "{low} {high}");
    }
}
