//! The soak: one window that is used for long, in rounds that do the same kinds of things, and what grows meanwhile.

pub mod figures;
mod made;
mod rounds;
mod sampling;

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{Desk, Prerequisites, Result, Window};
use figures::{Failed, Report, Sample};
use rounds::Models;
use sampling::Watch;

/// A round in which the window is locked and unlocked, too, is every one that this divides.
const LOCKED_EVERY: usize = 5;
/// What was in use is let go of in this time before it is measured.
const SETTLED: Duration = Duration::from_secs(3);
/// What a process may take to end once the window is closed.
const ENDED: Duration = Duration::from_secs(10);
/// After so many failures behind each other nothing more is to be learnt.
const GIVEN_UP: usize = 3;

/// How long a soak goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// No round begins later than this after the first.
    Time(Duration),
    /// So many rounds.
    Rounds(usize),
}

/// Uses the window until `length` is over; tells each round on standard error.
///
/// # Errors
/// Where the window does not open or close. A round that fails is in the report, and is not measured.
pub async fn soak(needs: &Prerequisites, length: Length) -> Result<Report> {
    let desk = Desk::set_up(needs)?;
    let watch = Watch::begin(needs.program());
    let window = desk.open().await?;
    window.add_sample().await?;
    let person = Person { needs, desk: &desk, made: tempfile::tempdir()?, models: Models::find(&window).await? };
    let (begun, mut report) = (Instant::now(), Report::default());
    let mut failed_in_a_row = 0;
    for round in 1.. {
        let over = match length {
            Length::Time(time) => begun.elapsed() >= time,
            Length::Rounds(rounds) => round > rounds,
        };
        if over || failed_in_a_row == GIVEN_UP {
            break;
        }
        let at = Instant::now();
        match person.measured(&window, &watch, round, &mut report).await {
            Ok(sample) => {
                failed_in_a_row = 0;
                eprintln!("round {round}: {:.0} s, {}", at.elapsed().as_secs_f64(), brief(&sample));
                report.samples.push(sample);
            }
            Err(error) => {
                failed_in_a_row += 1;
                let failed = Failed { round, what: error.to_string(), shown: shown(&window).await };
                eprintln!("round {round} failed: {}\nthe window showed:\n{}", failed.what, failed.shown);
                report.failed.push(failed);
                // Where this fails the next round does, and says so.
                let _ = rounds::begin_anew(&window).await;
            }
        }
    }
    report.seconds = begun.elapsed().as_secs_f64();
    window.close().await?;
    report.orphans = watch.orphans(ENDED);
    Ok(report)
}

/// Who uses the window.
struct Person<'a> {
    needs: &'a Prerequisites,
    desk: &'a Desk,
    /// Where the documents of a round lie: outside the profile, which is measured.
    made: tempfile::TempDir,
    models: Models,
}

impl Person<'_> {
    async fn round(&self, window: &Window<'_>, round: usize) -> Result<()> {
        let made = made::documents(&self.made.path().join("자료"), round)?;
        rounds::add(window, &made).await?;
        rounds::ask(window, &made.question, round).await?;
        rounds::search(window).await?;
        rounds::switch_models(window, &self.models).await?;
        if round.is_multiple_of(LOCKED_EVERY) {
            rounds::lock(window).await?;
        }
        rounds::delete_conversations(window).await?;
        rounds::delete_documents(window).await
    }

    /// A round, and what everything takes after it.
    async fn measured(&self, window: &Window<'_>, watch: &Watch, round: usize, report: &mut Report) -> Result<Sample> {
        self.round(window, round).await?;
        report.trail = trail(window, &mut report.trail_faults).await?;
        self.sample(window, watch, report.trail).await
    }

    async fn sample(&self, window: &Window<'_>, watch: &Watch, trail: u64) -> Result<Sample> {
        rounds::rest(window).await?;
        tokio::time::sleep(SETTLED).await;
        let mut sample = sampling::processes(self.needs.program(), self.models.embedding_file(), watch);
        sample.extend(sampling::profile(self.desk.home(), trail));
        Ok(sample)
    }
}

/// Entries of the audit trail, which is checked whole; what is wrong with it goes to `faults`.
async fn trail(window: &Window<'_>, faults: &mut Vec<String>) -> Result<u64> {
    let page = window.invoke("audit_entries", json!({ "before": null, "limit": 1 })).await?;
    let found = page["faults"].as_array().into_iter().flatten().map(|fault| fault.as_str().unwrap_or("?").to_owned());
    *faults = found.collect();
    page["count"].as_u64().ok_or_else(|| "the trail has no count".into())
}

/// The words that the window shows; why not, where it does not tell.
async fn shown(window: &Window<'_>) -> String {
    let text = window.script("return document.body.innerText", Vec::new()).await;
    let _ = window.screenshot("soak-failed").await;
    text.map_or_else(|error| format!("({error})"), |text| text.as_str().unwrap_or_default().to_owned())
}

/// The memory of each process, for whoever watches.
fn brief(sample: &Sample) -> String {
    let memory = sample.iter().filter(|((_, measure), _)| *measure == figures::Measure::Memory);
    let parts: Vec<String> = memory.map(|((name, _), bytes)| format!("{name} {:.0}", bytes / f64::from(1 << 20))).collect();
    format!("MiB: {}", parts.join(" · "))
}

/// What `soak` is started with: `--minutes N` (10 where nothing is said), or `--rounds N`, and `--json`.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// How long.
    pub length: Length,
    /// For programs instead of people.
    pub json: bool,
}

impl Arguments {
    /// Reads the words behind the program's name.
    ///
    /// # Errors
    /// The word that means nothing.
    pub fn read(words: impl IntoIterator<Item = String>) -> Result<Self> {
        const MINUTE: u64 = 60;
        let mut arguments = Self { length: Length::Time(Duration::from_secs(10 * MINUTE)), json: false };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut number = || -> Result<u64> {
                let said = words.next().unwrap_or_default();
                said.parse().ok().filter(|number| *number > 0).ok_or_else(|| format!("{word} {said}: a number above 0 is wanted").into())
            };
            match word.as_str() {
                "--json" => arguments.json = true,
                "--minutes" => arguments.length = Length::Time(Duration::from_secs(number()? * MINUTE)),
                "--rounds" => arguments.length = Length::Rounds(number()? as usize),
                _ => return Err(format!("{word}: unknown; soak [--minutes N | --rounds N] [--json]").into()),
            }
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_or_refused() {
        let read = |words: &[&str]| Arguments::read(words.iter().map(|word| (*word).to_owned()));
        let minutes = |minutes: u64| Length::Time(Duration::from_secs(minutes * 60));
        let table: [(&[&str], Length, bool); 4] = [
            (&[], minutes(10), false),
            (&["--minutes", "120"], minutes(120), false),
            (&["--json", "--minutes", "1"], minutes(1), true),
            (&["--rounds", "2"], Length::Rounds(2), false),
        ];
        for (words, length, json) in table {
            assert_eq!(read(words).unwrap(), Arguments { length, json }, "{words:?}");
        }
        for words in [&["--minutes"][..], &["--minutes", "0"], &["--minutes", "ten"], &["--hours", "2"]] {
            assert!(read(words).is_err(), "{words:?}");
        }
    }
}
