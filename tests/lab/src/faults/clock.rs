//! A clock that is set back.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use library::{Analyzer, Ingest, IngestState, Setup, readers_of_this_machine};
use vault::Event;
use wire::Failure;

use super::made::Made;
use super::{DOCUMENTS, Row, Setting, failed};
use crate::generate;
use crate::ingest::{database, index};
use crate::places;

const HOUR_MS: i64 = 3_600_000;

/// Entries in any order of time: their chain is one of numbers.
pub fn audit_trail(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let path = database(setting.folder);
    let mut losses = Vec::new();
    let mut anchor = None;
    for number in 1..=setting.tries {
        // Opened anew, as after a restart.
        let vault = places::open_vault(&path)?;
        let at = 1_700_000_000_000 - setting.random.below(1000) as i64 * HOUR_MS;
        anchor = Some(vault.account(Event { at, who: "lab", action: "unlock", what: "{}" })?);
        let (found, faults) = vault.verify_audit(&[anchor.as_ref()])?;
        if found.count != i64::from(number) || !faults.is_empty() {
            losses.push(format!("{} of {number} entries: {faults:?}", found.count));
        }
    }
    let last = anchor.map_or(0, |anchor| anchor.count);
    Ok(Row { kind: "clock set back between audit entries", tries: setting.tries, losses, note: format!("{last} entries, one chain") })
}

/// Goes an hour back whenever it is looked at.
static CLOCK: AtomicI64 = AtomicI64::new(1_700_000_000_000);

fn backwards() -> i64 {
    CLOCK.fetch_sub(HOUR_MS, Ordering::Relaxed)
}

/// Documents that are read while the clock runs backwards, and whose files are of tomorrow.
pub fn documents(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let made = Made::new(setting.folder.join("docs"), setting.folder.join("data"), DOCUMENTS, 1)?;
    for number in made.numbers() {
        let file = std::fs::File::options().write(true).open(made.docs.join(generate::name(number))).map_err(failed)?;
        file.set_modified(SystemTime::now() + Duration::from_secs(24 * 3600)).map_err(failed)?;
    }
    let (before, mut losses) = (CLOCK.load(Ordering::Relaxed), Vec::new());
    let tries = setting.tries.min(5);
    for number in 1..=tries {
        let again = made.elsewhere(setting.folder.join(number.to_string()));
        // The queue wants a runtime, which waits for this kind anyway.
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(read(&again)))?;
        losses.extend(again.losses(&mut setting.random)?.into_iter().map(|loss| format!("{number}: {loss}")));
    }
    let hours = (before - CLOCK.load(Ordering::Relaxed)) / HOUR_MS;
    Ok(Row { kind: "clock set back while documents are read", tries, losses, note: format!("{hours} times, by an hour") })
}

async fn read(made: &Made) -> Result<(), Failure> {
    let vault = places::open_vault(&database(&made.data))?;
    let library = places::open_library(vault.clone(), &index(&made.data), Analyzer::load(&places::dictionary()?)?)?;
    let setup = Setup {
        vault,
        library,
        reader: places::reader()?,
        readers: readers_of_this_machine(),
        now_ms: backwards,
        default_grade: None,
    };
    let ingest = Ingest::start(setup, |_| {});
    ingest.add(vec![std::fs::canonicalize(&made.docs).map_err(failed)?]).await?;
    // Between a walk and the files that it found the queue may look empty for a moment.
    let mut idle = 0;
    while idle < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        idle = if ingest.status().state == IngestState::Idle { idle + 1 } else { 0 };
    }
    Ok(())
}
