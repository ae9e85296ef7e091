//! `lab ingest`: a folder into a library, with the queue that the window has.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use library::{Analyzer, Change, Ingest, IngestState, IngestStatus, Setup, readers_of_this_machine};
use serde_json::{Value, json};
use vault::{DocumentState, Vault};
use wire::Failure;

use crate::places;

/// Where the library of `--data` lies.
pub fn database(data: &Path) -> std::path::PathBuf {
    data.join("lab.db")
}

/// As [`database`], its index.
pub fn index(data: &Path) -> std::path::PathBuf {
    data.join("index")
}

/// Adds the folder `docs` to the library in `data` and waits until everything is read; with `again` also what failed before.
pub async fn run(docs: &Path, data: &Path, side_by_side: Option<NonZeroUsize>, again: bool, json: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let vault = places::open_vault(&database(data))?;
    let library = places::open_library(vault.clone(), &index(data), Analyzer::load(&places::dictionary()?)?)?;
    let opened = begun.elapsed().as_secs_f64();
    let setup = Setup {
        vault: vault.clone(),
        library,
        reader: places::reader()?,
        readers: side_by_side.unwrap_or_else(readers_of_this_machine),
        now_ms,
        default_grade: None,
    };
    let ingest = Ingest::start(setup, move |change| {
        if let (Change::Status(status), false) = (change, json) {
            eprint!("\r{}   ", line(&status));
        }
    });
    let docs = std::fs::canonicalize(docs).map_err(|error| {
        Failure::new("folder_unreadable", "자료 폴더를 읽지 못했습니다.", format!("{}: {error}", docs.display()))
    })?;
    let before = vault.documents_in(DocumentState::Failed)?;
    ingest.add(vec![docs]).await?;
    for document in before.into_iter().filter(|_| again) {
        ingest.retry(document).await?;
    }
    // Between a walk and the files that it found the queue may look empty for a moment.
    let (mut idle, mut readers) = (0, None);
    while idle < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        readers = readers_peak().into_iter().chain(readers).reduce(f64::max);
        idle = if ingest.status().state == IngestState::Idle { idle + 1 } else { 0 };
    }
    let report = report(&vault, begun.elapsed().as_secs_f64(), opened, readers)?;
    if json {
        println!("{report}");
    } else {
        eprintln!();
        println!("{report:#}");
    }
    Ok(())
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn line(status: &IngestStatus) -> String {
    let rest = status.remaining_seconds.map_or_else(String::new, |seconds| format!(" · {seconds} s left"));
    format!("{}/{} files · {} failed{rest}", status.files_done, status.files_total, status.failed)
}

fn report(vault: &Vault, seconds: f64, opened: f64, readers_peak: Option<f64>) -> Result<Value, Failure> {
    let rows = vault.documents()?;
    let (mut states, mut failures) = (BTreeMap::new(), BTreeMap::new());
    for row in &rows {
        let state = serde_json::to_value(row.state).unwrap_or_default();
        *states.entry(state.as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
        if let Some(failure) = &row.failure {
            *failures.entry(failure.code.clone()).or_insert(0) += 1;
        }
    }
    Ok(json!({
        "files": rows.len(),
        "seconds": seconds,
        "opened_seconds": opened,
        "files_per_s": rows.len() as f64 / (seconds - opened),
        "states": states,
        "failures": failures,
        "passages": vault.passage_ids()?.len(),
        "peak_rss_mb": peak("self", "lab"),
        // Of the readers that were seen running, ten times a second.
        "reader_peak_rss_mb": readers_peak,
    }))
}

/// The most memory that a process of this name held since it started, in megabytes, where the system tells.
fn peak(process: &str, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |field: &str| status.lines().find_map(|line| line.strip_prefix(field)).map(str::trim);
    // A child that is about to become a reader still counts its parent's memory as its own.
    let kilobytes = field("VmHWM:").filter(|_| field("Name:").is_some_and(|found| found == name))?;
    kilobytes.trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes * 1024e-6)
}

/// The most that any reader which runs now held, so far.
fn readers_peak() -> Option<f64> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let children = threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok());
    let peaks = children.flat_map(|children| {
        let peaks = children.split_whitespace().filter_map(|child| peak(child, "naratmal-reader"));
        peaks.collect::<Vec<_>>()
    });
    peaks.reduce(f64::max)
}
