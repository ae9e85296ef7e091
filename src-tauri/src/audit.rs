//! `naratmal audit verify` and `naratmal audit export FILE`: for the security officer, without a window. The password
//! comes on standard input, or the system's keyring opens the data.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use keys::{Key, Locked, SystemKeyring};
use vault::Vault;
use wire::Failure;

use crate::app::{Paths, now_ms};
use crate::trail::Trail;

/// Entries that are read from the vault at a time.
const BATCH: u32 = 1000;

/// Runs the command in `words`; 0 where the trail is right, 1 where it is not, 2 where it could not be looked at.
pub fn run(words: &[OsString]) -> ExitCode {
    let done = match words {
        [word] if word == "verify" => trail().and_then(|trail| verify(&trail)),
        [word, file] if word == "export" => trail().and_then(|trail| export(&trail, Path::new(file))),
        _ => {
            eprintln!("사용법: naratmal audit verify | naratmal audit export 파일.csv");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn trail() -> Result<Trail, Failure> {
    let paths = Paths::of_this_system().ok_or_else(|| Failure::new("no_home", "홈 폴더를 찾지 못했습니다.", ""))?;
    let (key, failed) = unlock(&paths)?;
    let vault = Vault::open(&paths.database(), &key)?;
    let trail = Trail::new(vault, &key, paths.data.clone());
    trail.account_failed(&failed)?;
    Ok(trail)
}

/// The data key, and the times of the wrong passwords before it.
fn unlock(paths: &Paths) -> Result<(Key, Vec<i64>), Failure> {
    let locked = Locked::read(&paths.data)?
        .ok_or_else(|| Failure::new("vault_new", "아직 저장한 자료가 없습니다.", ""))?;
    if locked.ways().keyring
        && let Ok(key) = locked.unlock_with_keyring(&SystemKeyring)
    {
        return Ok((key, Vec::new()));
    }
    eprint!("암호: ");
    let mut password = String::new();
    io::stdin()
        .lock()
        .read_line(&mut password)
        .map_err(|error| Failure::new("no_password", "암호를 읽지 못했습니다.", error))?;
    Ok(keys::try_password(&paths.data, password.trim_end_matches(['\n', '\r']), now_ms())?)
}

fn verify(trail: &Trail) -> Result<ExitCode, Failure> {
    let checked = trail.verify()?;
    println!("감사 기록 {}건을 확인했습니다.", checked.count);
    if checked.faults.is_empty() {
        println!("빠지거나 바뀐 기록이 없습니다.");
        return Ok(ExitCode::SUCCESS);
    }
    for fault in &checked.faults {
        println!("{fault}");
    }
    Ok(ExitCode::FAILURE)
}

/// Every entry as a line of CSV (RFC 4180), oldest first, with the hash that binds it to the one before: the hashes can
/// be computed again from the table alone.
fn export(trail: &Trail, file: &Path) -> Result<ExitCode, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new("export_failed", "파일을 저장하지 못했습니다. 폴더의 권한과 디스크 공간을 확인하십시오.", error)
    };
    let mut entries = Vec::new();
    let mut before = None;
    loop {
        let batch = trail.entries(before, BATCH)?;
        let Some(last) = batch.last() else { break };
        before = Some(last.seq);
        entries.extend(batch);
    }
    let mut file = File::create(file).map_err(|error| failed(&error))?;
    // Spreadsheet programs take a CSV for the country's old encoding without this mark.
    file.write_all("\u{feff}".as_bytes()).map_err(|error| failed(&error))?;
    let mut table = csv::Writer::from_writer(file);
    for entry in entries.iter().rev() {
        table.serialize(entry).map_err(|error| failed(&error))?;
    }
    table.flush().map_err(|error| failed(&error))?;
    println!("감사 기록 {}건을 내보냈습니다.", entries.len());
    Ok(ExitCode::SUCCESS)
}
