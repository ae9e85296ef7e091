//! `lab bench encryption`: what encrypting costs, sealed and plain in turn in one run.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use keys::Key;
use library::{Analyzer, Entry, Index, Ingest, IngestState, Library, Question, Setup, Storage, readers_of_this_machine};
use serde_json::{Value, json};
use tempfile::TempDir;
use vault::Vault;
use wire::Failure;

use crate::figures::quantile;
use crate::generate::Random;
use crate::places;

/// The most that a query may take, beside the same on plain files.
const QUERY: f64 = 1.10;
/// As [`QUERY`], writing an index from passages that are analysed already.
const WRITE: f64 = 1.25;
/// As [`QUERY`], a whole ingest.
const INGEST: f64 = 1.03;

/// Milliseconds of ingest in each round at least, plain and sealed each: a small folder is ingested several times.
const ROUND_MS: f64 = 20_000.0;
/// Questions of each round.
const QUESTIONS: usize = 400;
/// Passages that a question asks for, as the program does.
const WANTED: usize = 24;
/// Words of the made vocabulary.
const VOCABULARY: u64 = 40_000;
/// Words of a made passage.
const WORDS: u64 = 90;

/// What is measured.
pub struct Sizes {
    /// Made passages.
    pub passages: usize,
    /// Rounds of writing and asking, each plain and sealed.
    pub rounds: usize,
    /// Rounds of ingest, each plain and sealed.
    pub ingests: usize,
    /// Files that are read side by side.
    pub readers: Option<NonZeroUsize>,
}

/// How files are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Plain,
    Sealed,
}

impl Kept {
    /// Both, each first in every other round: what warms up, and what a disk still writes, falls on both alike.
    fn in_turn(round: usize) -> [Self; 2] {
        if round % 2 == 0 { [Self::Plain, Self::Sealed] } else { [Self::Sealed, Self::Plain] }
    }

    fn storage(self, key: &Key) -> Storage<'_> {
        match self {
            Self::Plain => Storage::Plain,
            Self::Sealed => Storage::Sealed(key),
        }
    }
}

/// One measure: its rounds on plain and on sealed files, in milliseconds.
struct Measure {
    name: &'static str,
    bound: f64,
    plain: Vec<f64>,
    sealed: Vec<f64>,
}

impl Measure {
    fn new(name: &'static str, bound: f64) -> Self {
        Self { name, bound, plain: Vec::new(), sealed: Vec::new() }
    }

    fn take(&mut self, kept: Kept, milliseconds: f64) {
        match kept {
            Kept::Plain => self.plain.push(milliseconds),
            Kept::Sealed => self.sealed.push(milliseconds),
        }
    }

    fn ratio(&self) -> f64 {
        quantile(&self.sealed, 0.5) / quantile(&self.plain, 0.5)
    }

    fn report(&self) -> Value {
        let figures = |rounds: &[f64]| {
            json!({ "median": quantile(rounds, 0.5), "min": quantile(rounds, 0.0), "max": quantile(rounds, 1.0) })
        };
        json!({
            "measure": self.name,
            "plain_ms": figures(&self.plain),
            "sealed_ms": figures(&self.sealed),
            "rounds": self.plain.len(),
            "ratio": self.ratio(),
            "bound": self.bound,
            "holds": self.ratio() <= self.bound,
        })
    }

    fn line(&self) -> String {
        let figures = |rounds: &[f64]| {
            let [median, least, most] = [0.5, 0.0, 1.0].map(|at| quantile(rounds, at));
            format!("{median:.3} ({least:.3} to {most:.3})")
        };
        let holds = if self.ratio() <= self.bound { "holds" } else { "FAILS" };
        let (plain, sealed) = (figures(&self.plain), figures(&self.sealed));
        format!("{:<22}{plain:>34}{sealed:>34}{:>8.3}{:>7.2}  {holds}", self.name, self.ratio(), self.bound)
    }
}

/// Measures with made passages, and with the documents in `docs` where they are given.
pub async fn run(docs: Option<&Path>, sizes: Sizes, json: bool) -> Result<(), Failure> {
    let analyzer = Analyzer::load(&places::dictionary()?)?;
    let texts = made(sizes.passages);
    let mut measures = written_and_asked(&analyzer, &texts, sizes.rounds)?;
    if let Some(docs) = docs {
        measures.push(ingested(&analyzer, docs, &sizes).await?);
    }
    if json {
        let measures: Vec<Value> = measures.iter().map(Measure::report).collect();
        let report = json!({
            "passages": texts.len(),
            "questions": QUESTIONS,
            "hardware_aes": hardware_aes(),
            "measures": measures,
        });
        println!("{report}");
        return Ok(());
    }
    let aes = hardware_aes().map_or("unknown", |has| if has { "yes" } else { "no" });
    println!("{} passages · {QUESTIONS} questions a round · AES in the processor: {aes}", texts.len());
    let [plain, sealed] = ["plain ms", "sealed ms"].map(|kept| format!("{kept} (least to most)"));
    println!("{:<22}{plain:>34}{sealed:>34}{:>8}{:>7}", "measure", "ratio", "bound");
    measures.iter().for_each(|measure| println!("{}", measure.line()));
    Ok(())
}

fn written_and_asked(analyzer: &Analyzer, texts: &[String], rounds: usize) -> Result<Vec<Measure>, Failure> {
    let terms: Vec<String> = texts.iter().map(|text| analyzer.terms(text).join(" ")).collect();
    let questions: Vec<String> = (0..QUESTIONS).map(|number| question(texts, number)).collect();
    let key = Key::random().map_err(|error| Failure::new("no_randomness", "난수를 얻지 못했습니다.", error))?;
    let mut written = Measure::new("index write", WRITE);
    let mut asked = [
        Measure::new("query p50, just opened", QUERY),
        Measure::new("query p95, just opened", QUERY),
        Measure::new("query p50, warm", QUERY),
        Measure::new("query p95, warm", QUERY),
    ];
    for round in 0..rounds {
        let (plain, sealed) = (folder()?, folder()?);
        let place = |kept| if kept == Kept::Plain { plain.path() } else { sealed.path() };
        let open = |kept: Kept| Index::open(place(kept), analyzer.clone(), "bench".to_owned(), kept.storage(&key));
        for kept in Kept::in_turn(round) {
            written.take(kept, write(&open(kept)?, &terms)?);
        }
        let [first, second] = Kept::in_turn(round);
        let indexes = [(first, open(first)?), (second, open(second)?)];
        for warm in [false, true] {
            for (kept, [p50, p95]) in ask(analyzer, &indexes, &questions)? {
                asked[if warm { 2 } else { 0 }].take(kept, p50);
                asked[if warm { 3 } else { 1 }].take(kept, p95);
            }
        }
    }
    Ok([written].into_iter().chain(asked).collect())
}

/// Writes an index; gives the milliseconds until it is on the disk.
fn write(index: &Index, terms: &[String]) -> Result<f64, Failure> {
    index.take_terms();
    let begun = Instant::now();
    index.add((0..).zip(terms).map(|(row, terms)| Entry { passage: row, document: row, title: "", body: terms }))?;
    index.commit()?;
    Ok(milliseconds(begun))
}

/// Asks each question of each index, in turn; gives the median of an index's milliseconds, and the 95th of a hundred.
fn ask(
    analyzer: &Analyzer,
    indexes: &[(Kept, Index); 2],
    questions: &[String],
) -> Result<[(Kept, [f64; 2]); 2], Failure> {
    let mut times = [Vec::new(), Vec::new()];
    for (number, question) in questions.iter().enumerate() {
        // What comes second finds the question's text in the processor's memory.
        for at in [number % 2, 1 - number % 2] {
            let begun = Instant::now();
            let found = indexes[at].1.search(&Question::new(analyzer, question), None, WANTED)?;
            times[at].push(milliseconds(begun));
            if found.is_empty() {
                return Err(Failure::new("bench_failed", "색인에서 시험 질문의 답을 찾지 못했습니다.", question));
            }
        }
    }
    let [one, other] = times.map(|times| [quantile(&times, 0.5), quantile(&times, 0.95)]);
    Ok([(indexes[0].0, one), (indexes[1].0, other)])
}

async fn ingested(analyzer: &Analyzer, docs: &Path, sizes: &Sizes) -> Result<Measure, Failure> {
    let docs = std::fs::canonicalize(docs).map_err(|error| {
        Failure::new("folder_unreadable", "자료 폴더를 읽지 못했습니다.", format!("{}: {error}", docs.display()))
    })?;
    let mut measure = Measure::new("whole ingest", INGEST);
    // Not counted: the first one finds neither the documents nor the reader in memory.
    let once = ingest(analyzer, &docs, Kept::Plain, sizes.readers).await?;
    let times = (ROUND_MS / once).ceil().max(1.0) as usize;
    for round in 0..sizes.ingests {
        let (mut plain, mut sealed) = (0.0, 0.0);
        for time in 0..times {
            for kept in Kept::in_turn(round + time) {
                let sum = if kept == Kept::Plain { &mut plain } else { &mut sealed };
                *sum += ingest(analyzer, &docs, kept, sizes.readers).await?;
            }
        }
        measure.take(Kept::Plain, plain / times as f64);
        measure.take(Kept::Sealed, sealed / times as f64);
    }
    Ok(measure)
}

/// Adds a folder to a new library; gives the milliseconds until everything is read and found.
async fn ingest(
    analyzer: &Analyzer,
    docs: &Path,
    kept: Kept,
    readers: Option<NonZeroUsize>,
) -> Result<f64, Failure> {
    let folder = folder()?;
    let key = Key::random().map_err(|error| Failure::new("no_randomness", "난수를 얻지 못했습니다.", error))?;
    let reader = places::reader()?;
    let begun = Instant::now();
    let database = folder.path().join("bench.db");
    let vault = match kept {
        Kept::Plain => Vault::open_plain(&database)?,
        Kept::Sealed => Vault::open(&database, &key)?,
    };
    let index = folder.path().join("index");
    let library = Library::open(vault.clone(), &index, analyzer.clone(), kept.storage(&key))?;
    let readers = readers.unwrap_or_else(readers_of_this_machine);
    let ingest = Ingest::start(Setup { vault: vault.clone(), library, reader, readers, now_ms, default_grade: None }, |_| {});
    ingest.add(vec![docs.to_owned()]).await?;
    // Between a walk and the files that it found the queue may look empty for a moment.
    let (mut idle, mut ended) = (0, begun);
    while idle < 30 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if ingest.status().state == IngestState::Idle {
            ended = if idle == 0 { Instant::now() } else { ended };
            idle += 1;
        } else {
            idle = 0;
        }
    }
    Ok(ended.duration_since(begun).as_secs_f64() * 1e3)
}

/// True where the processor has instructions for AES-GCM, which the cipher then uses; `None` where it cannot be told.
fn hardware_aes() -> Option<bool> {
    #[cfg(target_arch = "x86_64")]
    return Some(std::is_x86_feature_detected!("aes") && std::is_x86_feature_detected!("pclmulqdq"));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn folder() -> Result<TempDir, Failure> {
    tempfile::tempdir()
        .map_err(|error| Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error))
}

/// Passages of words that are as rare as those of a language: the word of rank r stands with a frequency of 1/r.
fn made(passages: usize) -> Vec<String> {
    let mut random = Random::new(1);
    let mut passage = || (0..WORDS).map(|_| word(ranked(&mut random))).collect::<Vec<_>>().join(" ");
    (0..passages).map(|_| passage()).collect()
}

/// A rank up to [`VOCABULARY`], 1/r often: what is evenly spread on a logarithmic scale is.
fn ranked(random: &mut Random) -> u64 {
    let even = random.below(1 << 32) as f64 / (1_u64 << 32) as f64;
    (VOCABULARY as f64).powf(even) as u64
}

/// The word of a rank: two to three syllables and, often, a particle.
fn word(rank: u64) -> String {
    const PARTICLES: [&str; 8] = ["", "을", "의", "에서", "", "으로", "은", "이"];
    let mut random = Random::new(rank);
    let syllables = 2 + rank % 2;
    let stem: String = (0..syllables).filter_map(|_| char::from_u32(0xac00 + random.below(11_172) as u32)).collect();
    stem + PARTICLES[random.below(PARTICLES.len() as u64) as usize]
}

/// Three to five words that follow each other in one passage.
fn question(texts: &[String], number: usize) -> String {
    let mut random = Random::new(number as u64 + 1_000_003);
    let text = &texts[random.below(texts.len() as u64) as usize];
    let begin = random.below(WORDS - 5) as usize;
    text.split(' ').skip(begin).take(3 + number % 3).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_the_definitions() {
        let mut measure = Measure::new("a", 1.25);
        measure.take(Kept::Plain, 2.0);
        [2.5, 9.0, 1.0].into_iter().for_each(|milliseconds| measure.take(Kept::Sealed, milliseconds));
        assert_eq!(measure.report()["ratio"], 1.25);
        assert_eq!(measure.report()["holds"], true);
        measure.take(Kept::Sealed, 9.0);
        measure.take(Kept::Sealed, 9.0);
        assert_eq!(measure.report()["holds"], false);
        assert!(measure.line().ends_with("FAILS"));
    }

    #[test]
    fn made_passages_are_the_same_each_time_and_their_words_are_of_all_ranks() {
        let texts = made(50);
        assert_eq!(texts, made(50));
        let words: Vec<&str> = texts.iter().flat_map(|text| text.split(' ')).collect();
        let often = words.iter().filter(|one| **one == word(1)).count();
        let distinct: std::collections::HashSet<&&str> = words.iter().collect();
        assert!((200..400).contains(&often), "{often}");
        assert!((1500..4000).contains(&distinct.len()), "{}", distinct.len());
        assert!(texts[0..50].iter().any(|text| text.contains(&question(&texts, 3))));
    }
}
