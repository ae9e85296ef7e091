//! `lab kill-ingest`: the proof that a kill at any moment loses nothing and doubles nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use documents::{Document, Format};
use library::Analyzer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vault::DocumentState;
use wire::Failure;

use crate::generate::{self, Random};
use crate::ingest::{database, index};
use crate::places;

/// Seconds that opening a library takes at most, about.
const START: f64 = 0.6;
/// Files a second, before it is known.
const SPEED: f64 = 100.0;
/// Files that are looked for by their own word.
const SAMPLE: usize = 200;

/// As [`measured`], printed. Fails where anything is amiss.
///
/// # Errors
/// `kill_ingest_failed`, and the vault's.
pub fn run(files: usize, kills: u32, seed: u64, folder: &Path, json: bool) -> Result<(), Failure> {
    let report = measured(files, kills, seed, folder, !json)?;
    if json {
        println!("{report}");
    } else {
        println!("{report:#}");
    }
    if report["ok"] == json!(true) { Ok(()) } else { Err(broken("the library is not what the files are")) }
}

/// Generates `files` documents in `folder`, kills `lab ingest` over them `kills` times, lets it finish, and holds the
/// library against the files.
///
/// # Errors
/// `kill_ingest_failed` where a document is half in after a kill, or nothing can be said; the vault's.
pub fn measured(files: usize, kills: u32, seed: u64, folder: &Path, told: bool) -> Result<Value, Failure> {
    let begun = Instant::now();
    let (docs, data) = (folder.join("docs"), folder.join("data"));
    generate::run(files, &docs, seed)?;
    let generated = begun.elapsed().as_secs_f64();
    let mut random = Random::new(seed);
    let (mut done, mut seconds, mut killed) = (0, 0.0, Vec::new());
    let mut share = || random.below(1000) as f64 / 1000.0;
    for _ in 0..kills {
        // So that the kills are spread over all of it, as fast as it turns out to be, the start included.
        let speed = if done == 0 { SPEED } else { done as f64 / seconds };
        let reading = files as f64 / f64::from(kills + 1) / speed * 2.0 * share();
        let delay = START * share() + reading;
        let mut child = ingest(&docs, &data)?.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(broken)?;
        std::thread::sleep(Duration::from_secs_f64(delay));
        let alive = child.try_wait().map_err(broken)?.is_none();
        // SIGKILL: nothing of the program runs after it.
        child.kill().map_err(broken)?;
        child.wait().map_err(broken)?;
        seconds += (delay - START).max(0.1);
        done = half_done(&data)?;
        killed.push(json!({ "after_seconds": delay, "was_running": alive, "documents_in": done }));
        if told {
            eprintln!("killed after {delay:.1} s: {done} of {files} documents in");
        }
    }
    let last = Instant::now();
    let ended = ingest(&docs, &data)?.stderr(Stdio::inherit()).output().map_err(broken)?;
    if !ended.status.success() {
        return Err(broken(format!("lab ingest: {}", ended.status)));
    }
    let ingested: Value = serde_json::from_slice(&ended.stdout).map_err(broken)?;
    let finished = last.elapsed().as_secs_f64();
    let mut report = verdict(files, &docs, &data, &mut random)?;
    report["kills"] = json!(killed);
    report["seconds"] = json!(begun.elapsed().as_secs_f64());
    report["generate_seconds"] = json!(generated);
    report["last_run_seconds"] = json!(finished);
    report["last_run"] = ingested;
    Ok(report)
}

fn broken(detail: impl ToString) -> Failure {
    Failure::new("kill_ingest_failed", "강제 종료 시험이 실패했습니다.", detail)
}

/// `lab ingest`, to be started.
///
/// # Errors
/// `kill_ingest_failed` where this program does not know where it lies.
pub fn ingest(docs: &Path, data: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe().map_err(broken)?);
    command.arg("ingest").arg("--docs").arg(docs).arg("--data").arg(data).arg("--json").stdin(Stdio::null());
    Ok(command)
}

/// After a kill each document is wholly in or wholly out; gives how many are in.
fn half_done(data: &Path) -> Result<usize, Failure> {
    let vault = places::open_vault(&database(data))?;
    let mut inside = 0;
    for row in vault.documents()? {
        let wanted = matches!(row.state, DocumentState::Indexing | DocumentState::Ready);
        let (blocks, passages) = (vault.blocks(row.id)?, vault.passages_of(row.id)?);
        if blocks.is_empty() == wanted || passages.is_empty() == wanted {
            return Err(broken(format!("{}: {:?} with {} blocks", row.name, row.state, blocks.len())));
        }
        inside += usize::from(wanted);
    }
    Ok(inside)
}

/// Holds the library in `data` against the `files` documents in `docs`.
///
/// # Errors
/// The vault's and the index's.
pub fn verdict(files: usize, docs: &Path, data: &Path, random: &mut Random) -> Result<Value, Failure> {
    let vault = places::open_vault(&database(data))?;
    let rows = vault.documents()?;
    let mut by_content: HashMap<String, usize> = HashMap::new();
    let (mut states, mut failures, mut torn) = (BTreeMap::new(), BTreeMap::new(), 0);
    for row in &rows {
        *by_content.entry(vault.document_sha(row.id)?.unwrap_or_default()).or_default() += 1;
        *states.entry(format!("{:?}", row.state).to_lowercase()).or_insert(0) += 1;
        if let Some(failure) = &row.failure {
            *failures.entry(failure.code.clone()).or_insert(0) += 1;
        }
        let document = Document { blocks: vault.blocks(row.id)?, ..Document::new(row.format.unwrap_or(Format::Txt)) };
        let wanted: Vec<String> = library::passages(&document).into_iter().map(|passage| passage.text).collect();
        let kept: Vec<String> = vault.passages_of(row.id)?.into_iter().map(|passage| passage.text).collect();
        torn += usize::from(wanted != kept);
    }
    let (mut lost, mut doubled) = (0, 0);
    for number in 0..files {
        let content = std::fs::read(docs.join(generate::name(number))).map_err(broken)?;
        match by_content.get(&format!("{:x}", Sha256::digest(content))) {
            None => lost += 1,
            Some(1) => {}
            Some(_) => doubled += 1,
        }
    }
    let analyzer = Analyzer::load(&places::dictionary()?)?;
    // As the last run left it, before opening the library would bring it in step.
    let indexed = places::open_index(&index(data), analyzer.clone(), library::versions(&analyzer))?.passages()?;
    let kept: HashSet<i64> = vault.passage_ids()?.into_iter().collect();
    let library = places::open_library(vault.clone(), &index(data), analyzer)?;
    let (mut searched, mut found) = (0, 0);
    for _ in 0..SAMPLE.min(files) {
        let number = random.below(files as u64) as usize;
        let word = generate::word(number);
        let wanted = generate::name(number);
        let hits = library.search(&word, None, None, 3)?;
        searched += 1;
        found += usize::from(hits.first().is_some_and(|hit| {
            hit.passage.text.contains(&word) && wanted.ends_with(&hit.passage.file)
        }));
    }
    let unready = rows.iter().filter(|row| row.state != DocumentState::Ready && row.failure.is_none()).count();
    // What was generated can be read: a reader that fails on one of them failed for another reason than the file.
    let ok = (lost, doubled, torn, unready) == (0, 0, 0, 0)
        && failures.is_empty()
        && rows.len() == files
        && indexed == kept
        && found == searched;
    Ok(json!({
        "ok": ok,
        "files": files,
        "documents": rows.len(),
        "states": states,
        "failures": failures,
        "lost": lost,
        "doubled": doubled,
        "torn": torn,
        "passages": kept.len(),
        "passages_only_in_index": indexed.difference(&kept).count(),
        "passages_only_in_vault": kept.difference(&indexed).count(),
        "searched": searched,
        "found": found,
    }))
}
