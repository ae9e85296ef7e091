//! `naratmal-reader`: one document on standard input, frames on standard output, then it ends.
//!
//! The file arrives opened, so this process never needs to open one. What it needs from the disk, libpdfium, it
//! loads before it gives everything else away.

mod allocation;
mod client;

use std::io::{self, Read};

use documents::{Document, MAX_BYTES, Reply};
use naratmal_reader::{Source, Tools, enter_sandbox, fault, parse};
use wire::Failure;

use crate::client::Client;

/// Hostile nesting is met by parsers that recurse.
const STACK: usize = 64 * 1024 * 1024;

fn main() {
    // Nobody reads a panic's message, and the descriptor that it would go to carries the client's messages.
    std::panic::set_hook(Box::new(|_| {}));
    let reply = match confined() {
        Ok(document) => Reply::Document(document),
        Err(failure) => Reply::Failure(failure),
    };
    // A client that is gone needs no reply; whoever waits sees the missing frame.
    let sent = wire::write(&mut io::stdout().lock(), &reply);
    std::process::exit(i32::from(sent.is_err()));
}

fn confined() -> Result<Document, Failure> {
    let mut client = Client::open().map_err(fault::unreadable)?;
    let pdfium = enter_sandbox()?;
    allocation::say_when_memory_ends(&Reply::Failure(fault::memory()));
    let request = client.request().map_err(fault::unreadable)?;
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(fault::unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(documents::too_large(bytes.len() as u64));
    }
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let source =
                Source { bytes: &bytes, extension: &request.extension, password: request.password.as_deref() };
            parse(source, &mut Tools { pdfium: &pdfium, recogniser: &mut client })
        })
        .map_err(fault::confinement)?
        .join()
        .unwrap_or_else(|_| Err(fault::damaged("the parsing thread panicked")))
}
