//! What this process gives away before it looks at a file.

use wire::Failure;

use crate::{Pdfium, fault};

/// Enough for a 200 MB file with its expansion, and no more than a small PC can spare.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// Over the client's longest time limit, so that the client's clear message comes first.
const CPU_SECONDS: u64 = 600;

/// Loads libpdfium, then gives away the network, files, processes and all memory past 1 GiB, for good, as far as the
/// system lets a process do that (the administrators' guide has the table).
///
/// # Errors
/// `document_confinement`: nothing may be read by a process that is not confined.
pub fn enter_sandbox() -> Result<Pdfium, Failure> {
    // The network goes first; libpdfium's own start-up code is already foreign.
    where_offered(guard::deny_network())?;
    // A file that crashes this process may leave no image of itself either.
    where_offered(guard::no_core_dumps())?;
    let pdfium = Pdfium::beside();
    guard::limit_memory(MEMORY).map_err(fault::confinement)?;
    guard::limit_cpu(CPU_SECONDS).map_err(fault::confinement)?;
    guard::confine_parser().map_err(fault::confinement)?;
    Ok(pdfium)
}

/// Windows has no such guard for a process: its firewall rule comes with the installer. Linux and macOS have one, and
/// there nothing is read without it.
fn where_offered(guarded: Result<(), guard::Error>) -> Result<(), Failure> {
    match guarded {
        Err(guard::Error::Unsupported) if cfg!(not(target_os = "linux")) => Ok(()),
        other => other.map_err(fault::confinement),
    }
}
