use std::fmt::{self, Debug, Write as _};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// The fields whose words are kept: what they hold is a code.
const CODES: [&str; 3] = ["code", "kind", "place"];
/// The longest code and the longest sentence that are kept, in bytes.
const LONGEST: (usize, usize) = (48, 160);
/// The crates whose sentences are kept: a test holds them to be part of the program. Those of other crates may hold anything.
const OURS: [&str; 12] = [
    "assistant", "catalog", "diagnosis", "documents", "drafting", "engine", "keys", "library", "models", "naratmal",
    "naratmal_engine", "vault",
];

/// Writes events, a line each, without any text that is not the program's own.
///
/// A line is the time (UTC), the level, the module, the sentence, and fields as `name=value`. Kept are numbers, truth values,
/// words of the fields `code`, `kind` and `place` that are letters, digits, `_` or `-` (ASCII), and the sentence of a crate of
/// Naratmal's where it is ASCII as all of them are. Where anything was left out, `withheld` says so.
pub struct Coded {
    sinks: Mutex<Vec<Box<dyn Write + Send>>>,
    now_ms: fn() -> i64,
}

impl Coded {
    /// Into `sinks`, each line into every one of them; `now_ms` is the clock, in milliseconds since 1970.
    pub fn new(sinks: Vec<Box<dyn Write + Send>>, now_ms: fn() -> i64) -> Self {
        Self { sinks: Mutex::new(sinks), now_ms }
    }
}

impl<S: Subscriber> Layer<S> for Coded {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        let crate_name = about.target().split("::").next().unwrap_or_default();
        let mut kept = Kept { ours: OURS.contains(&crate_name), ..Kept::default() };
        event.record(&mut kept);
        let time = Timestamp::from_millisecond((self.now_ms)()).map(|time| format!("{time:.3}")).unwrap_or_default();
        let mut line = format!("{time} {} {}", about.level(), about.target());
        if !kept.sentence.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(line, ": {}", kept.sentence);
        }
        line.push_str(&kept.fields);
        if kept.withheld {
            line.push_str(" withheld");
        }
        line.push('\n');
        let mut sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        for sink in sinks.iter_mut() {
            // What cannot be logged is no reason to stop what is logged.
            let _ = sink.write_all(line.as_bytes());
        }
    }
}

#[derive(Default)]
struct Kept {
    ours: bool,
    sentence: String,
    fields: String,
    withheld: bool,
}

impl Kept {
    fn keep(&mut self, field: &Field, value: impl fmt::Display) {
        let _ = write!(self.fields, " {}={value}", field.name());
    }

    fn word(&mut self, field: &Field, word: &str) {
        let is_code = (1..=LONGEST.0).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        match CODES.contains(&field.name()) && is_code {
            true => self.keep(field, word),
            false => self.withheld = true,
        }
    }
}

impl Visit for Kept {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        if field.name() != "message" {
            return self.word(field, &text);
        }
        let plain = text.len() <= LONGEST.1 && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        match self.ours && plain {
            true => self.sentence = text,
            false => self.withheld = true,
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.word(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value);
    }
}
