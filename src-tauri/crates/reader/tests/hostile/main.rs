//! Files made to hurt: cut short, with bytes flipped, that expand without end, nested without end; fifty of each kind a
//! format, each through the real process. Every one ends in a document or in a failure with a code, none outlives
//! its limit, and none leaves a process behind.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod files;
#[path = "../made/hwp.rs"]
#[allow(dead_code, reason = "the tests of the format use the rest")]
mod hwp;
#[path = "../made/mod.rs"]
mod made;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use documents::Reader;

const EACH: usize = 50;
const ALLOWANCE: Duration = Duration::from_secs(20);
/// What ending a process and noticing it may take on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

/// What a file may fail with. A crash is the child's alone, and is counted apart.
const CODES: [&str; 14] = [
    "document_damaged", "document_empty", "document_bomb", "document_memory", "document_unknown_type", "document_scanned",
    "document_password", "document_password_wrong", "document_locked", "document_timeout", "document_garbled",
    "document_too_deep", "document_hostile", "document_crashed",
];

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): the same files each time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    }
}

fn cut(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    bytes[..random.next(bytes.len())].to_vec()
}

fn flipped(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.next(24) {
        let at = random.next(bytes.len());
        bytes[at] ^= 1 << random.next(8);
    }
    bytes
}

/// Reads `files` two at a time; gives how each ended, by code.
async fn outcomes(files: Vec<(String, String, Vec<u8>)>) -> BTreeMap<(String, String), usize> {
    let folder = tempfile::tempdir().unwrap();
    let mut counts = BTreeMap::new();
    let mut running = tokio::task::JoinSet::new();
    for (index, (kind, extension, bytes)) in files.into_iter().enumerate() {
        if running.len() >= 2 {
            count(&mut counts, running.join_next().await.unwrap().unwrap());
        }
        let path = folder.path().join(format!("{index}.{extension}"));
        running.spawn(async move {
            std::fs::write(&path, bytes).unwrap();
            let reader = Reader::new(PathBuf::from(env!("CARGO_BIN_EXE_naratmal-reader"))).with_allowance(ALLOWANCE);
            let started = Instant::now();
            let outcome = reader.read(&path).await;
            assert!(started.elapsed() < ALLOWANCE + SLACK, "{} outlived its limit", path.display());
            std::fs::remove_file(&path).unwrap();
            (kind, outcome.map_or_else(|failure| failure.code, |document| format!("{:?} read", document.format)))
        });
    }
    while let Some(ended) = running.join_next().await {
        count(&mut counts, ended.unwrap());
    }
    counts
}

fn count(counts: &mut BTreeMap<(String, String), usize>, (kind, how): (String, String)) {
    assert!(how.ends_with(" read") || CODES.contains(&how.as_str()), "{kind}: an unknown end: {how}");
    *counts.entry((kind, how)).or_default() += 1;
}

/// The processes that this one started and that still run.
fn children() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// How the files ended: every one of them, and with no process left behind.
async fn survived(files: Vec<(String, String, Vec<u8>)>) -> BTreeMap<(String, String), usize> {
    let wanted = files.len();
    let counts = outcomes(files).await;
    for ((kind, how), count) in &counts {
        println!("{kind:<24}{how:<28}{count:>5}");
    }
    assert_eq!(counts.values().sum::<usize>(), wanted);
    assert!(children().is_empty(), "left behind: {:?}", children());
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_files_hurt_nothing_but_themselves() {
    let mut random = Random(20_261_125);
    let mut files = Vec::new();
    for (extension, seed) in files::seeds() {
        for _ in 0..EACH {
            files.push((format!("{extension} cut"), extension.to_owned(), cut(&seed, &mut random)));
            files.push((format!("{extension} flipped"), extension.to_owned(), flipped(&seed, &mut random)));
        }
    }
    survived(files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_are_told_and_cost_no_memory() {
    let zeros = files::Zeros::new(120 * 1024 * 1024);
    let mut files = Vec::new();
    for (extension, marks) in [
        ("hwpx", &["mimetype", "Contents/section0.xml"][..]),
        ("docx", &["word/document.xml"]),
        ("pptx", &["ppt/slides/slide1.xml"]),
        ("xlsx", &["xl/worksheets/sheet1.xml"]),
        ("odt", &["content.xml"]),
        ("zip", &["가.txt"]),
    ] {
        for index in 0..EACH {
            // One large part or many; honest about its size or not.
            let parts = 1 + index % 8;
            files.push((format!("{extension} bomb"), extension.to_owned(), zeros.archive(extension, marks, parts, index % 2 == 0)));
        }
    }
    for index in 0..EACH {
        files.push(("pdf bomb".to_owned(), "pdf".to_owned(), zeros.pdf(1 + index % 8)));
    }
    for ((kind, how), count) in &survived(files).await {
        // libpdfium ends its process where memory ends; it is the reader's memory that ends, not the machine's.
        let crashed = kind == "pdf bomb" && how == "document_crashed";
        let told = ["document_bomb", "document_memory", "document_empty", "document_scanned", "document_damaged"].contains(&how.as_str())
            || crashed;
        assert!(told, "{count} of {kind}: {how}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nesting_without_end_ends() {
    let mut files = Vec::new();
    for (extension, nest) in files::nests() {
        for index in 0..EACH {
            let depth = 100 << (index % 12);
            files.push((format!("{extension} nested"), extension.to_owned(), nest(depth)));
        }
    }
    survived(files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_samples_hurt_nothing_but_themselves() {
    let Some(folder) = made::told::samples() else { return };
    let mut random = Random(4);
    let mut files = Vec::new();
    for format in std::fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let mut samples: Vec<PathBuf> = std::fs::read_dir(format.path()).unwrap().flatten().map(|entry| entry.path()).collect();
        samples.retain(|path| path.extension().is_some_and(|extension| extension != "txt"));
        samples.sort();
        for _ in 0..EACH {
            let sample = &samples[random.next(samples.len())];
            let extension = sample.extension().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(sample).unwrap();
            files.push((format!("sample {extension} flipped"), extension.clone(), flipped(&bytes, &mut random)));
            files.push((format!("sample {extension} cut"), extension, cut(&bytes, &mut random)));
        }
    }
    survived(files).await;
}
