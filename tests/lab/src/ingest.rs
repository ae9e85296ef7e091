//! `lab ingest`: a folder into a library, with the queue that the window has.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use library::{Analyzer, Change, Ingest, IngestState, IngestStatus, Library, Setup, readers_of_this_machine};
use serde_json::{Value, json};
use vault::Vault;
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

/// Adds the folder `docs` to the library in `data` and waits until everything is read.
pub async fn run(docs: &Path, data: &Path, readers: Option<NonZeroUsize>, json: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let vault = Vault::open(&database(data))?;
    let library = Library::open(vault.clone(), &index(data), Analyzer::load(&places::dictionary()?)?)?;
    let opened = begun.elapsed().as_secs_f64();
    let setup = Setup {
        vault: vault.clone(),
        library,
        reader: places::reader()?,
        readers: readers.unwrap_or_else(readers_of_this_machine),
        now_ms,
    };
    let ingest = Ingest::start(setup, move |change| {
        if let (Change::Status(status), false) = (change, json) {
            eprint!("\r{}   ", line(&status));
        }
    });
    let docs = std::fs::canonicalize(docs).map_err(|error| {
        Failure::new("folder_unreadable", "자료 폴더를 읽지 못했습니다.", format!("{}: {error}", docs.display()))
    })?;
    ingest.add(vec![docs]).await?;
    // Between a walk and the files that it found the queue may look empty for a moment.
    let mut idle = 0;
    while idle < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        idle = if ingest.status().state == IngestState::Idle { idle + 1 } else { 0 };
    }
    let report = report(&vault, begun.elapsed().as_secs_f64(), opened)?;
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

fn report(vault: &Vault, seconds: f64, opened: f64) -> Result<Value, Failure> {
    let rows = vault.documents()?;
    let (mut states, mut failures) = (BTreeMap::new(), BTreeMap::new());
    for row in &rows {
        let state = serde_json::to_value(row.state).unwrap_or_default();
        *states.entry(state.as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
        if let Some(failure) = &row.failure {
            *failures.entry(failure.code.clone()).or_insert(0) += 1;
        }
    }
    let (own, readers) = peaks();
    Ok(json!({
        "files": rows.len(),
        "seconds": seconds,
        "opened_seconds": opened,
        "files_per_s": rows.len() as f64 / (seconds - opened),
        "states": states,
        "failures": failures,
        "passages": vault.passage_ids()?.len(),
        "peak_rss_mb": own,
        "reader_peak_rss_mb": readers,
    }))
}

/// The most memory that this process and any one of its children held, in megabytes, where the system tells.
#[cfg(unix)]
fn peaks() -> (Option<f64>, Option<f64>) {
    let peak = |who| {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: `usage` is a whole rusage for the call to fill; zeroes are a valid one.
        let usage = unsafe {
            if libc::getrusage(who, usage.as_mut_ptr()) != 0 {
                return None;
            }
            usage.assume_init()
        };
        let unit = if cfg!(target_os = "macos") { 1e-6 } else { 1024e-6 };
        Some(usage.ru_maxrss as f64 * unit)
    };
    (peak(libc::RUSAGE_SELF), peak(libc::RUSAGE_CHILDREN))
}

#[cfg(not(unix))]
fn peaks() -> (Option<f64>, Option<f64>) {
    (None, None)
}
