//! Counting what passed and what failed, over several kinds of tests.

use serde_json::Value;

/// How many tests passed, failed and were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that were not run.
    pub skipped: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Tally {
    /// One check that has no tests of its own.
    pub fn of(passed: bool) -> Self {
        Self {
            passed: usize::from(passed),
            failed: usize::from(!passed),
            skipped: 0,
        }
    }

    /// A run whose program says that it failed counts at least one failure.
    pub fn and_status(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }

    /// Reads nextest's line `Summary [   1.2s] 5 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
    pub fn from_nextest(line: &str) -> Option<Self> {
        let line = line.trim_start();
        let (_, counts) = line
            .strip_prefix("Summary [")
            .and_then(|rest| rest.split_once(" run: "))?;
        let mut plain = String::new();
        let mut depth = 0usize;
        for character in counts.chars() {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ if depth == 0 => plain.push(character),
                _ => {}
            }
        }
        let mut tally = Self::default();
        for part in plain.split(',') {
            let Some((number, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let number: usize = number.parse().ok()?;
            match what.trim() {
                "passed" => tally.passed += number,
                "skipped" => tally.skipped += number,
                _ => tally.failed += number,
            }
        }
        Some(tally)
    }

    /// Reads vitest's JSON report.
    pub fn from_vitest(report: &str) -> Option<Self> {
        let report: Value = serde_json::from_str(report).ok()?;
        let count = |name: &str| report[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let tally = Self {
            passed: count("numPassedTests")?,
            failed: count("numFailedTests")?,
            skipped: count("numPendingTests").unwrap_or(0) + count("numTodoTests").unwrap_or(0),
        };
        Some(tally.and_status(report["success"].as_bool().unwrap_or(true)))
    }
}

/// The lines of a JUnit report in which a test says that it left something out.
pub fn skipped_notes(junit: &str) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for line in junit.lines().filter(|line| line.contains("SKIPPED")) {
        let text = line
            .rsplit_once("<system-out>")
            .or_else(|| line.rsplit_once("<system-err>"))
            .map_or(line, |(_, rest)| rest);
        let text = text.split("</system-").next().unwrap_or(text);
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&");
        let text = text.trim().to_owned();
        if !notes.contains(&text) {
            notes.push(text);
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_summaries_are_read() {
        let tally = |passed, failed, skipped| {
            Some(Tally {
                passed,
                failed,
                skipped,
            })
        };
        for (line, expected) in [
            (
                "     Summary [   0.005s] 3 tests run: 3 passed, 0 skipped",
                tally(3, 0, 0),
            ),
            (
                "     Summary [ 101.2s] 9 tests run: 6 passed (1 slow, 1 flaky), 2 failed, 1 timed out, 4 skipped",
                tally(6, 3, 4),
            ),
            (
                "     Summary [   1.0s] 2/5 tests run: 1 passed, 1 exec failed, 3 skipped",
                tally(1, 1, 3),
            ),
            (
                "     Summary [   0.000s] 0 tests run: 0 passed, 12 skipped",
                tally(0, 0, 12),
            ),
            (
                "     Summary [   0.1s] 1 test run: 1 passed",
                tally(1, 0, 0),
            ),
            (
                "        PASS [   0.1s] a test that speaks of a Summary [ 1 run: 2",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(Tally::from_nextest(line), expected, "{line}");
        }
    }

    #[test]
    fn vitest_reports_are_read() {
        let tally = |passed, failed, skipped| {
            Some(Tally {
                passed,
                failed,
                skipped,
            })
        };
        for (report, expected) in [
            (
                r#"{"numPassedTests":5,"numFailedTests":0,"numPendingTests":1,"numTodoTests":2,"success":true}"#,
                tally(5, 0, 3),
            ),
            (
                r#"{"numPassedTests":5,"numFailedTests":2,"success":false}"#,
                tally(5, 2, 0),
            ),
            // A file that does not load has no tests, and yet it failed.
            (
                r#"{"numPassedTests":5,"numFailedTests":0,"success":false}"#,
                tally(5, 1, 0),
            ),
            (r#"{"numPassedTests":5}"#, None),
            ("not JSON", None),
        ] {
            assert_eq!(Tally::from_vitest(report), expected, "{report}");
        }
    }

    #[test]
    fn the_last_line_is_what_ci_expects() {
        let mut tally = Tally::of(true);
        tally += Tally::of(false);
        tally += Tally {
            passed: 2,
            failed: 0,
            skipped: 7,
        };
        assert_eq!(tally.to_string(), "3 passed, 1 failed");
        assert_eq!(Tally::default().and_status(false).failed, 1);
        assert_eq!(
            Tally {
                failed: 3,
                ..Tally::default()
            }
            .and_status(false)
            .failed,
            3
        );
    }

    #[test]
    fn skipped_notes_are_found_once() {
        let junit = "<testcase><system-out>SKIPPED figures: ../shared is missing\nrunning</system-out>\n<system-err>SKIPPED a &lt;b&gt;</system-err>\nSKIPPED a &lt;b&gt;\n";
        assert_eq!(
            skipped_notes(junit),
            ["SKIPPED figures: ../shared is missing", "SKIPPED a <b>"]
        );
    }
}
