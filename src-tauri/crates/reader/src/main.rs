//! `naratmal-reader`: one document on standard input, one frame on standard output, then it ends.
//!
//! The file arrives opened, so this process never needs to open one. What it needs from the disk, libpdfium, it
//! loads before it limits itself.

use std::io::{self, Read};

use documents::{MAX_BYTES, Reply};
use naratmal_reader::{NoRecogniser, Pdfium, Source, Tools, fault, parse};
use wire::Failure;

/// Enough for a 200 MB file with its expansion, and no more than a small PC can spare.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// Over the client's longest time limit, so that the client's clear message comes first.
const CPU_SECONDS: u64 = 300;
/// Hostile nesting is met by parsers that recurse.
const STACK: usize = 64 * 1024 * 1024;

fn main() {
    let reply = match confined() {
        Ok(document) => Reply::Document(document),
        Err(failure) => Reply::Failure(failure),
    };
    // A client that is gone needs no reply; whoever waits sees the missing frame.
    let sent = wire::write(&mut io::stdout().lock(), &reply);
    std::process::exit(i32::from(sent.is_err()));
}

fn confined() -> Result<documents::Document, Failure> {
    // The network goes first; libpdfium's own start-up code is already foreign.
    guard::deny_network().map_err(fault::confinement)?;
    let pdfium = Pdfium::beside();
    guard::limit_memory(MEMORY).map_err(fault::confinement)?;
    guard::limit_cpu(CPU_SECONDS).map_err(fault::confinement)?;

    let hint = std::env::args().nth(1).unwrap_or_default();
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(fault::unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(documents::too_large(bytes.len() as u64));
    }
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let source = Source { bytes: &bytes, extension: &hint, password: None };
            parse(source, &mut Tools { pdfium: &pdfium, recogniser: &mut NoRecogniser })
        })
        .map_err(fault::confinement)?
        .join()
        .unwrap_or_else(|_| Err(fault::damaged("the parsing thread panicked")))
}
