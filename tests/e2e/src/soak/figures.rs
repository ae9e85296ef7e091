//! What a soak measured, and what is to be said of it: does anything grow?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

/// The growth that nothing goes past, as a share of what it was after the warm-up.
const GROWTH: f64 = 0.05;
/// Thirds want as many samples at least.
const SAMPLES: usize = 3;

/// What is measured of a process or a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Memory, where what is shared counts in parts, in bytes.
    Memory,
    /// Open file descriptors.
    Descriptors,
    /// Threads.
    Threads,
    /// Processes that run.
    Processes,
    /// On the disk, in bytes.
    Bytes,
    /// Files on the disk.
    Files,
    /// The most memory that was seen while it ran, in bytes: of what lives for a moment only. It is told, not judged.
    Peak,
}

impl Measure {
    /// Growth that is none: a few pages that an allocator kept, a thread that had not ended yet.
    fn slack(self) -> f64 {
        match self {
            Self::Memory => (1 << 20) as f64,
            Self::Descriptors | Self::Threads => 2.0,
            Self::Processes => 0.0,
            Self::Bytes => (64 << 10) as f64,
            Self::Files => 2.0,
            Self::Peak => f64::INFINITY,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory MiB",
            Self::Descriptors => "descriptors",
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::Bytes => "bytes MiB",
            Self::Files => "files",
            Self::Peak => "peak MiB",
        }
    }

    fn shown(self, value: f64) -> String {
        match self {
            Self::Memory | Self::Bytes | Self::Peak => format!("{:.2}", value / f64::from(1 << 20)),
            _ => format!("{value:.0}"),
        }
    }
}

/// What a row is of: the name of a process or of a part of the profile, and the measure.
pub type Key = (String, Measure);

/// All that was measured after one round.
pub type Sample = BTreeMap<Key, f64>;

/// What is said of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does not grow.
    Level,
    /// It grows.
    Grows,
    /// There are too few samples to say.
    TooFew,
    /// It is not judged.
    Told,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Grows => "GROWS",
            Self::TooFew => "too few rounds",
            Self::Told => "-",
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is of.
    pub key: Key,
    /// Samples that had it, after the warm-up.
    pub samples: usize,
    /// The median of the first third after the warm-up.
    pub begin: f64,
    /// The median of the last third.
    pub end: f64,
    /// What is said of it.
    pub verdict: Verdict,
}

impl Row {
    fn of(key: Key, values: &[f64]) -> Self {
        let (begin, end) = thirds(values);
        let allowed = (begin * GROWTH).max(key.1.slack());
        let verdict = match values.len() {
            _ if key.1 == Measure::Peak => Verdict::Told,
            ..SAMPLES => Verdict::TooFew,
            _ if end - begin > allowed => Verdict::Grows,
            _ => Verdict::Level,
        };
        Self { key, samples: values.len(), begin, end, verdict }
    }

    /// How much more there is at the end, in percent; NaN of nothing.
    pub fn growth(&self) -> f64 {
        if self.begin == self.end { 0.0 } else { (self.end - self.begin) / self.begin * 100.0 }
    }

    fn json(&self) -> Value {
        let (name, measure) = &self.key;
        json!({
            "of": name,
            "measure": measure.word().split(' ').next(),
            "samples": self.samples,
            "after_warm_up": self.begin,
            "at_the_end": self.end,
            "growth_percent": self.growth(),
            "verdict": self.verdict.word(),
        })
    }
}

/// Medians of the first and the last third: a line through both is bent by no single outlier. Thirds are rounded up, so
/// that few samples still make medians.
fn thirds(values: &[f64]) -> (f64, f64) {
    let third = values.len().div_ceil(3);
    (median(&values[..third]), median(&values[values.len() - third..]))
}

/// The middle one, or the mean of the two in the middle; NaN of none.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { at(middle) } else { (at(middle.wrapping_sub(1)) + at(middle)) / 2.0 }
}

/// Rounds that do not count yet: caches fill, free pages of the database come to be enough. A fifth of all, two at least.
pub fn warm_up(rounds: usize) -> usize {
    (rounds / 5).max(2)
}

/// One row for each thing that was measured, over the samples after the warm-up.
pub fn rows(samples: &[Sample]) -> Vec<Row> {
    let counted = samples.get(warm_up(samples.len())..).unwrap_or_default();
    let mut series: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    for key in samples.iter().flat_map(BTreeMap::keys) {
        series.entry(key.clone()).or_default();
    }
    for (key, value) in counted.iter().flatten() {
        series.entry(key.clone()).or_default().push(*value);
    }
    series.into_iter().map(|(key, values)| Row::of(key, &values)).collect()
}

/// A round that did not go as it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its number, from 1.
    pub round: usize,
    /// What failed.
    pub what: String,
    /// What the window showed then.
    pub shown: String,
}

/// All that a soak has to say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Seconds that it took.
    pub seconds: f64,
    /// One a round.
    pub samples: Vec<Sample>,
    /// Rounds that failed.
    pub failed: Vec<Failed>,
    /// What still ran once the window was closed, by name.
    pub orphans: Vec<String>,
    /// Entries of the audit trail at the end.
    pub trail: u64,
    /// What is wrong with the trail, as the program says it.
    pub trail_faults: Vec<String>,
}

impl Report {
    /// True where no round failed, nothing grew, nothing was left running, and the trail is whole.
    pub fn is_sound(&self) -> bool {
        self.is_whole() && rows(&self.samples).iter().all(|row| matches!(row.verdict, Verdict::Level | Verdict::Told))
    }

    /// As [`Report::is_sound`], whatever grew: a few rounds cannot say.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.orphans.is_empty() && self.trail_faults.is_empty() && !self.samples.is_empty()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let failed = self.failed.iter().map(|failed| json!({ "round": failed.round, "what": failed.what, "shown": failed.shown }));
        json!({
            "ok": self.is_sound(),
            "seconds": self.seconds,
            "rounds": self.samples.len(),
            "warm_up_rounds": warm_up(self.samples.len()),
            "rows": rows(&self.samples).iter().map(Row::json).collect::<Vec<_>>(),
            "failed": failed.collect::<Vec<_>>(),
            "orphans": self.orphans,
            "trail_entries": self.trail,
            "trail_faults": self.trail_faults,
        })
    }

    /// For people: a table and what it comes to.
    pub fn table(&self) -> String {
        let rounds = self.samples.len();
        let mut table = format!(
            "{rounds} rounds in {:.1} minutes, of which {} warmed up\n{:<26}{:<14}{:>16}{:>14}{:>10}  verdict\n",
            self.seconds / 60.0,
            warm_up(rounds).min(rounds),
            "of",
            "measure",
            "after warm-up",
            "at the end",
            "growth",
        );
        for row in rows(&self.samples) {
            let (name, measure) = &row.key;
            // Writing to a string does not fail.
            let _ = writeln!(
                table,
                "{name:<26}{:<14}{:>16}{:>14}{:>8.1} %  {}",
                measure.word(),
                measure.shown(row.begin),
                measure.shown(row.end),
                row.growth(),
                row.verdict.word(),
            );
        }
        for failed in &self.failed {
            let _ = writeln!(table, "round {} failed: {}\nthe window showed:\n{}", failed.round, failed.what, failed.shown);
        }
        let orphans = if self.orphans.is_empty() { "none".to_owned() } else { self.orphans.join(", ") };
        let _ = writeln!(table, "rounds that failed: {} · left running: {orphans}", self.failed.len());
        let faults = if self.trail_faults.is_empty() { "whole".to_owned() } else { self.trail_faults.join(" / ") };
        let _ = writeln!(table, "audit trail: {} entries, {faults}", self.trail);
        let _ = writeln!(table, "{}", if self.is_sound() { "level" } else { "NOT LEVEL" });
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(measure: Measure, values: &[f64]) -> Verdict {
        Row::of(("window".to_owned(), measure), values).verdict
    }

    const MIB: f64 = 1048576.0;

    #[test]
    fn a_median_is_the_middle_one() {
        for (values, wanted) in [(&[3.0, 1.0, 2.0][..], 2.0), (&[4.0, 1.0, 2.0, 3.0], 2.5), (&[7.0], 7.0)] {
            assert_eq!(median(values), wanted);
        }
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_thirds_are_those_at_the_ends_and_no_outlier_bends_them() {
        assert_eq!(thirds(&[1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 2.0, 2.0, 2.0]), (1.0, 2.0));
        assert_eq!(thirds(&[1.0, 900.0, 1.0, 5.0, 5.0, 5.0, 2.0, 2.0, 900.0]), (1.0, 2.0));
        assert_eq!(thirds(&[1.0, 2.0, 3.0, 4.0]), (1.5, 3.5));
    }

    #[test]
    fn what_grows_over_five_percent_and_more_than_a_little_grows() {
        let scaled = |values: &[f64]| values.iter().map(|value| value * MIB).collect::<Vec<_>>();
        let table: [(Measure, &[f64], Verdict); 12] = [
            (Measure::Memory, &scaled(&[100.0, 102.0, 104.9]), Verdict::Level),
            (Measure::Memory, &scaled(&[100.0, 102.0, 105.1]), Verdict::Grows),
            (Measure::Memory, &scaled(&[105.1, 102.0, 100.0]), Verdict::Level),
            // A fifth more, of next to nothing.
            (Measure::Memory, &scaled(&[4.0, 4.5, 4.9]), Verdict::Level),
            (Measure::Memory, &scaled(&[100.0, 200.0]), Verdict::TooFew),
            (Measure::Memory, &[], Verdict::TooFew),
            (Measure::Descriptors, &[20.0, 21.0, 22.0], Verdict::Level),
            (Measure::Descriptors, &[20.0, 21.0, 23.0], Verdict::Grows),
            (Measure::Processes, &[5.0, 5.0, 6.0], Verdict::Grows),
            (Measure::Processes, &[0.0, 0.0, 0.0], Verdict::Level),
            (Measure::Files, &[0.0, 0.0, 3.0], Verdict::Grows),
            (Measure::Peak, &[1.0, 5.0, 9.0], Verdict::Told),
        ];
        for (measure, values, wanted) in table {
            assert_eq!(verdict(measure, values), wanted, "{measure:?} {values:?}");
        }
    }

    /// A leak of one percent of a hundred megabytes each round is seen through noise of as much as three.
    #[test]
    fn a_slow_leak_is_seen_through_noise() {
        let noise = |round: usize| ((round * 7919) % 7) as f64 - 3.0;
        let leaking: Vec<f64> = (0..30).map(|round| (100.0 + round as f64 + noise(round)) * MIB).collect();
        let level: Vec<f64> = (0..30).map(|round| (100.0 + noise(round)) * MIB).collect();
        assert_eq!((verdict(Measure::Memory, &leaking), verdict(Measure::Memory, &level)), (Verdict::Grows, Verdict::Level));
    }

    fn sample(round: usize) -> Sample {
        let of = |name: &str, measure, value: f64| ((name.to_owned(), measure), value);
        let mut sample = Sample::from([
            of("engine", Measure::Memory, 1100.0 * MIB),
            of("window", Measure::Memory, (90.0 + round as f64) * MIB),
            of("window", Measure::Descriptors, 64.0),
            of("profile: database", Measure::Bytes, 0.5 * MIB),
            of("readers", Measure::Processes, 0.0),
        ]);
        // It is not there after each round.
        if round % 2 == 0 {
            sample.extend([of("embedder", Measure::Threads, 3.0), of("readers", Measure::Peak, 11.5 * MIB)]);
        }
        sample
    }

    #[test]
    fn the_table_says_what_grew_what_failed_and_what_was_left() {
        let samples = (0..12).map(sample).collect();
        let report = Report {
            seconds: 601.2,
            samples,
            failed: vec![Failed { round: 4, what: "no answer".to_owned(), shown: "나랏말\n새 대화".to_owned() }],
            orphans: vec!["naratmal-reader".to_owned()],
            trail: 77,
            trail_faults: Vec::new(),
        };
        assert!(!report.is_sound() && !report.is_whole());
        insta::assert_snapshot!(report.table());
        assert_eq!(report.json()["rows"].as_array().unwrap().len(), 7);
    }

    #[test]
    fn a_soak_is_sound_only_where_everything_is() {
        let sound = Report { samples: vec![Sample::from([(("readers".to_owned(), Measure::Processes), 0.0)]); 6], ..Report::default() };
        assert!(sound.is_sound());
        let few = Report { samples: sound.samples[..2].to_vec(), ..sound.clone() };
        assert!(few.is_whole() && !few.is_sound(), "too few rounds are no proof");
        let orphans = vec!["naratmal-engine".to_owned()];
        assert!(!Report { orphans, ..sound.clone() }.is_whole());
        assert!(!Report { trail_faults: vec!["2".to_owned()], ..sound.clone() }.is_whole());
        assert!(!Report { samples: Vec::new(), ..sound }.is_whole(), "nothing was measured");
    }
}
