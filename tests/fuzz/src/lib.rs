//! What every target does with its bytes.
//!
//! `cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none hwp CORPUS`, with the stack that the reader gives its parsers
//! (`ulimit -s 65536`). The sanitizer stays off: the parsers are safe Rust, and libpdfium comes built.

use std::sync::Once;

use naratmal_reader::{NoRecogniser, Pdfium, Source, Tools, parse};

thread_local! {
    // Bound once a process; without it the PDF target would exercise the fallback alone.
    static PDFIUM: Pdfium = Pdfium::beside();
}

/// Parses as the reader does. A panic that the reader catches is an answer, not a finding; an abort, a hang, an overflow
/// of the stack or of memory is one.
pub fn read(bytes: &[u8], extension: &str) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let parsed = PDFIUM.with(|pdfium| {
        let source = Source { bytes, extension, password: Some("12345") };
        parse(source, &mut Tools { pdfium, recogniser: &mut NoRecogniser })
    });
    if let Ok(document) = parsed {
        for block in &document.blocks {
            assert_ne!(block.text.trim(), "", "an empty block");
        }
    }
}
