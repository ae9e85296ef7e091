//! What a log keeps of an event, and what it leaves out.

#![allow(clippy::unwrap_used)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use diagnosis::Coded;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(work: impl FnOnce()) -> String {
    let sink = Sink::default();
    let coded = Coded::new(vec![Box::new(sink.clone())], || 1_795_820_358_123);
    tracing::subscriber::with_default(Registry::default().with(coded), work);
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn numbers_codes_and_the_programs_own_sentences_are_kept() {
    let code = String::from("document_damaged");
    let kind = io::ErrorKind::NotFound;
    let text = logged(|| {
        tracing::error!(target: "library::ingest", code, document = 7_i64, pages = 3_u64, partial = true, "a document failed");
        tracing::warn!(target: "naratmal::app", ?kind, "the folder is away");
        tracing::info!(target: "engine", share = 0.5, "a model");
    });
    insta::assert_snapshot!(text, @r"
    2026-11-27T22:59:18.123Z ERROR library::ingest: a document failed code=document_damaged document=7 pages=3 partial=true
    2026-11-27T22:59:18.123Z WARN naratmal::app: the folder is away kind=NotFound
    2026-11-27T22:59:18.123Z INFO engine: a model share=0.5
    ");
}

#[test]
fn a_text_is_left_out_however_it_comes() {
    const PLANTED: &str = "연가일수를-묻는-질문";
    const LATIN: &str = "/home/kim/report.hwp";
    let error = io::Error::other(LATIN);
    let failure: &dyn std::error::Error = &error;
    let text = logged(|| {
        tracing::error!(target: "library", detail = PLANTED, "a field that is no code");
        tracing::error!(target: "library", detail = "secretword", "a word in a field that is no code");
        tracing::error!(target: "library", code = PLANTED, "a code that is none");
        tracing::error!(target: "library", code = LATIN, "a code that is a path");
        tracing::error!(target: "library", %error, "shown");
        tracing::error!(target: "library", ?error, "debugged");
        tracing::error!(target: "library", failure, "as an error");
        tracing::error!(target: "library", code = %error, "an error that is shown as a code");
        tracing::error!(target: "library", "in the sentence: {PLANTED}");
        tracing::error!(target: "tantivy::directory", "opened {LATIN}");
        tracing::error!(target: "library", "{}", "long".repeat(100));
    });
    for planted in [PLANTED, LATIN, "secretword", "home", "longlong"] {
        assert!(!text.contains(planted), "{planted} is in the log:\n{text}");
    }
    assert_eq!(text.lines().count(), 11, "{text}");
    assert!(text.lines().all(|line| line.ends_with(" withheld")), "{text}");
}

#[test]
fn each_line_goes_into_every_sink_and_one_that_fails_stops_none() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let sink = Sink::default();
    let coded = Coded::new(vec![Box::new(Full), Box::new(sink.clone())], || 0);
    tracing::subscriber::with_default(Registry::default().with(coded), || {
        tracing::error!(target: "vault", "one");
        tracing::error!(target: "vault", "two");
    });
    assert_eq!(sink.0.lock().unwrap().iter().filter(|byte| **byte == b'\n').count(), 2);
}
