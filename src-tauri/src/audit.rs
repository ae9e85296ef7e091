//! `naratmal audit verify` and `naratmal audit export FILE`: for the security officer, without a window. The password
//! comes on standard input, or the system's keyring opens the data.

use std::ffi::OsString;
use std::io::{self, BufRead};
use std::path::Path;
use std::process::ExitCode;

use keys::{Key, Locked, SystemKeyring};
use policy::Policy;
use serde_json::json;
use vault::Vault;
use wire::Failure;

use crate::app::{Paths, now_ms};
use crate::export;
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

/// The trail, unlocked under the agency's policy; its own entry says so.
fn trail() -> Result<Trail, Failure> {
    let paths = Paths::of_this_system().ok_or_else(|| Failure::new("no_home", "홈 폴더를 찾지 못했습니다.", ""))?;
    // A restore that was interrupted is finished first: before that, keys and database may not belong together.
    backup::settle(&paths.data)?;
    let (key, by) = unlock(&paths, &policy::load(&paths.policy, None)?.policy)?;
    let vault = Vault::open(&paths.database(), &key)?;
    let trail = Trail::new(vault, &key, paths.data.clone());
    trail.account_failed()?;
    trail.account("unlock", &json!({ "by": by, "source": "command" }))?;
    Ok(trail)
}

fn unlock(paths: &Paths, policy: &Policy) -> Result<(Key, &'static str), Failure> {
    let locked = Locked::read(&paths.data)?
        .ok_or_else(|| Failure::new("vault_new", "아직 저장한 자료가 없습니다.", ""))?;
    let allowed = !(policy.lock.require_password && locked.ways().password);
    if locked.ways().keyring
        && allowed
        && let Ok(key) = locked.unlock_with_keyring(&SystemKeyring)
    {
        return Ok((key, "keyring"));
    }
    eprint!("암호: ");
    let mut password = String::new();
    io::stdin()
        .lock()
        .read_line(&mut password)
        .map_err(|error| Failure::new("no_password", "암호를 읽지 못했습니다.", error))?;
    let (key, _) = keys::try_password(&paths.data, password.trim_end_matches(['\n', '\r']), now_ms())?;
    Ok((key, "password"))
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

fn export(trail: &Trail, file: &Path) -> Result<ExitCode, Failure> {
    trail.account("audit_exported", &json!({ "file": file }))?;
    let count = write_table(trail, file)?;
    println!("감사 기록 {count}건을 내보냈습니다.");
    Ok(ExitCode::SUCCESS)
}

/// Every entry as a line of CSV (RFC 4180), oldest first, with the hash that binds it to the one before: the hashes can
/// be computed again from the table alone. Gives the number of entries.
///
/// # Errors
/// `export_failed`, and the vault's.
pub fn write_table(trail: &Trail, path: &Path) -> Result<usize, Failure> {
    let mut entries = Vec::new();
    let mut before = None;
    loop {
        let batch = trail.entries(before, BATCH)?;
        let Some(last) = batch.last() else { break };
        before = Some(last.seq);
        entries.extend(batch);
    }
    // Spreadsheet programs take a CSV for the country's old encoding without this mark.
    let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for entry in entries.iter().rev() {
        table.serialize(entry).map_err(export::failed)?;
    }
    export::write(path, &table.into_inner().map_err(export::failed)?)?;
    Ok(entries.len())
}
