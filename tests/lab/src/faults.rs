//! `lab faults`: faults put in on purpose, each many times: processes killed at any moment, a disk that is full or cannot
//! be written, files damaged, a clock set back. What was promised is held against what is there afterwards.
//!
//! It runs itself again in a namespace without any network, where a small disk (tmpfs) can be filled and made read-only
//! without touching the machine's.

mod clock;
mod damage;
mod disk;
mod killed;
mod made;
mod talk;

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Instant;

use serde_json::{Value, json};
use wire::Failure;

use crate::generate::Random;

pub use talk::talk;

/// Says that the faults are put in here, in the namespace.
const INSIDE: &str = "NARATMAL_FAULTS_INSIDE";
/// Documents of the small libraries that are damaged.
const DOCUMENTS: usize = 40;

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// What was done.
    kind: &'static str,
    /// How often.
    tries: u32,
    /// What came of it: each is something that was lost, doubled, not noticed or told wrongly.
    losses: Vec<String>,
    /// What shows that the fault was one.
    note: String,
}

/// One way to put a fault in, many times over.
type Kind = fn(&mut Setting<'_>) -> Result<Row, Failure>;

/// What a kind works with.
struct Setting<'a> {
    /// A folder of its own, on a disk with room.
    folder: &'a Path,
    tries: u32,
    random: Random,
}

const KINDS: [Kind; 12] = [
    killed::while_documents_are_read,
    killed::while_a_conversation_is_kept,
    killed::the_reader,
    disk::full_while_documents_are_read,
    disk::full_while_a_conversation_is_kept,
    disk::read_only_at_start,
    damage::index_bytes,
    damage::index_cut,
    damage::index_gone,
    damage::database_pages,
    clock::audit_trail,
    clock::documents,
];

/// Puts every kind of fault in, `tries` times each, and prints the table.
///
/// # Errors
/// `faults_lost` where something was lost, `faults_failed` where a fault could not be put in.
pub fn run(tries: u32, seed: u64, json: bool) -> Result<(), Failure> {
    if std::env::var_os(INSIDE).is_none() {
        let ended = inside()?;
        // What went wrong was said inside.
        return if ended.success() { Ok(()) } else { Err(lost(ended)) };
    }
    let begun = Instant::now();
    let mut rows = Vec::with_capacity(KINDS.len());
    for kind in KINDS {
        let folder = tempfile::tempdir().map_err(failed)?;
        let row = kind(&mut Setting { folder: folder.path(), tries, random: Random::new(seed) })?;
        if !json {
            print!("{}", if rows.is_empty() { heading() } else { String::new() });
            println!("{}", line(&row));
        }
        rows.push(row);
    }
    let losses: usize = rows.iter().map(|row| row.losses.len()).sum();
    if json {
        println!("{}", report(&rows, begun.elapsed().as_secs_f64()));
    } else {
        println!("losses: {losses} · {:.0} s", begun.elapsed().as_secs_f64());
    }
    if losses == 0 { Ok(()) } else { Err(lost(format!("{losses} losses"))) }
}

fn heading() -> String {
    format!("{:<44}{:>6}{:>8}  note\n", "kind", "tries", "losses")
}

fn line(row: &Row) -> String {
    let mut line = format!("{:<44}{:>6}{:>8}  {}", row.kind, row.tries, row.losses.len(), row.note);
    for loss in &row.losses {
        line.push_str("\n    lost: ");
        line.push_str(loss);
    }
    line
}

fn report(rows: &[Row], seconds: f64) -> Value {
    let rows = rows.iter().map(|row| {
        json!({ "kind": row.kind, "tries": row.tries, "losses": row.losses.len(), "lost": row.losses, "note": row.note })
    });
    let rows: Vec<Value> = rows.collect();
    let ok = rows.iter().all(|row| row["losses"] == json!(0));
    json!({ "ok": ok, "seconds": seconds, "rows": rows })
}

/// This program again, in a namespace that has no network, may mount, and whose mounts nobody else sees.
fn inside() -> Result<ExitStatus, Failure> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--net", "--map-root-user", "--"]).arg(std::env::current_exe().map_err(failed)?);
    unshare.args(std::env::args_os().skip(1)).env(INSIDE, "1").status().map_err(failed)
}

fn failed(detail: impl ToString) -> Failure {
    Failure::new("faults_failed", "장애 시험을 하지 못했습니다. 리눅스에서 unshare를 쓸 수 있는지 확인해 주십시오.", detail)
}

fn lost(detail: impl ToString) -> Failure {
    Failure::new("faults_lost", "장애 시험에서 잃은 것이 있습니다. 위의 표를 보아 주십시오.", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_counts_what_was_lost_and_names_it() {
        let row = |kind, losses: &[&str]| Row {
            kind,
            tries: 20,
            losses: losses.iter().map(|loss| (*loss).to_owned()).collect(),
            note: "7 while it was reading".to_owned(),
        };
        let rows = [row("SIGKILL while documents are read", &[]), row("index cut", &["try 3: zqaa is not found"])];
        insta::assert_snapshot!(format!("{}{}\n{}", heading(), line(&rows[0]), line(&rows[1])));
        let report = report(&rows, 1.0);
        assert_eq!((&report["ok"], &report["rows"][1]["losses"]), (&json!(false), &json!(1)));
        assert_eq!(super::report(&rows[..1], 1.0)["ok"], json!(true));
    }
}
