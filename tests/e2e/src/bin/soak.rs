//! `soak [--minutes N | --rounds N] [--json]`: the real window with the real model, used for long; a table of what each
//! process and the profile took after a warm-up and at the end. Ends with 1 where something grew, a round failed, a process
//! was left running or the audit trail is not whole. `lab soak` starts it. It needs what the tests beside it need: the
//! program in `NARATMAL_E2E_PROGRAM`, tauri-driver in `TAURI_DRIVER`, and what set-up brings.

use std::process::{ExitCode, ExitStatus};

use e2e::Prerequisites;
use e2e::soak::{Arguments, soak};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> e2e::Result<bool> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    // What is missing was said.
    let Some(needs) = Prerequisites::find() else { return Ok(false) };
    if let Some(ended) = e2e::inside_namespace(std::env::args_os().skip(1)) {
        return Ok(ended.is_ok_and(|status: ExitStatus| status.success()));
    }
    let report = tokio::runtime::Runtime::new()?.block_on(soak(&needs, arguments.length))?;
    if arguments.json {
        println!("{}", report.json());
    } else {
        print!("{}", report.table());
    }
    Ok(report.is_sound())
}
