//! `naratmal audit verify` and `naratmal audit export FILE`: for the security officer, without a window. The password
//! comes on standard input, or the system's keyring opens the data. And the trail's words as a person reads them.

use std::ffi::OsString;
use std::io::{self, BufRead};
use std::path::Path;
use std::process::ExitCode;

use keys::{Key, Locked, SystemKeyring};
use policy::Policy;
use serde_json::{Value, json};
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

/// What the person reads of an action.
pub fn label(action: &str) -> &'static str {
    match action {
        "created" => "자료 암호화 시작",
        "unlock" => "잠금 해제",
        "unlock_failed" => "잠금 해제 실패",
        "lock" => "잠금",
        "password_set" => "암호 변경",
        "keyring_set" => "로그인 암호 저장소 설정",
        "recovery_key_made" => "복구 키 발급",
        "policy_applied" => "정책 적용",
        "setting_changed" => "설정 변경",
        "model_loaded" => "모델 열기",
        "model_added" => "모델 추가",
        "model_removed" => "모델 삭제",
        "document_opened" => "문서 열람",
        "original_opened" => "원본을 다른 프로그램으로 열기",
        "pages_opened" => "문서를 쪽으로 열람",
        "documents_added" => "문서 추가",
        "document_removed" => "문서를 목록에서 뺌",
        "document_restored" => "문서 되돌림",
        "document_forgotten" => "문서 완전 삭제",
        "folder_watched" => "폴더 지켜보기 시작",
        "folder_unwatched" => "폴더 지켜보기 중지",
        "grade_set" => "등급 결정",
        "question" => "질문",
        "answer" => "답변",
        "answer_again" => "다시 답변 요청",
        "conversation_archived" => "대화 보관",
        "conversation_unarchived" => "대화 보관 해제",
        "conversation_removed" => "대화를 목록에서 뺌",
        "conversation_restored" => "대화 되돌림",
        "conversation_forgotten" => "대화 완전 삭제",
        "conversation_exported" => "대화 내보내기",
        "draft" => "문서 초안 작성",
        "draft_exported" => "초안 내보내기",
        "export_refused" => "내보내기 거부",
        "audit_exported" => "감사 기록 내보내기",
        "backup_made" => "백업 만들기",
        "backup_restoring" => "백업에서 되살리기 시작",
        "backup_restored" => "백업에서 되살림",
        "report_saved" => "문제 보고서 저장",
        "audit_fault" => "감사 기록 이상 발견",
        // Of a later program: the word itself is in the table.
        _ => "그 밖의 일",
    }
}

/// What the keys of an entry are called, in the order in which a person reads them.
const NAMES: [(&str, &str); 26] = [
    ("by", "방법"),
    ("name", "이름"),
    ("serial", "일련번호"),
    ("source", "출처"),
    ("setting", "항목"),
    ("value", "값"),
    ("on", "사용"),
    ("conversation", "대화 번호"),
    ("question", "질문 번호"),
    ("message", "답변 번호"),
    ("document", "문서 번호"),
    ("documents", "문서"),
    ("file", "파일"),
    ("made_at", "백업한 때"),
    ("path", "경로"),
    ("paths", "경로"),
    ("from", "이전 등급"),
    ("to", "새 등급"),
    ("grade", "등급"),
    ("masked", "개인정보 가림"),
    ("reason", "까닭"),
    ("sha256", "SHA-256"),
    ("model", "모델(SHA-256)"),
    ("faults", "내용"),
    ("text", "원문"),
    ("text_sha256", "원문 SHA-256"),
];

/// What the person reads of what an action was done to, an entry's JSON.
pub fn in_words(what: &str) -> String {
    let Ok(Value::Object(mut what)) = serde_json::from_str(what) else { return what.to_owned() };
    let known = NAMES.iter().filter_map(|(key, name)| Some(format!("{name}: {}", in_a_word(&what.remove(*key)?))));
    let mut words: Vec<String> = known.collect();
    // Of a later program.
    words.extend(what.iter().map(|(key, value)| format!("{key}: {}", in_a_word(value))));
    words.join(", ")
}

fn in_a_word(value: &Value) -> String {
    match value {
        Value::Null => "없음".to_owned(),
        Value::Bool(true) => "예".to_owned(),
        Value::Bool(false) => "아니요".to_owned(),
        Value::String(word) => match word.as_str() {
            "" => "없음".to_owned(),
            "password" => "암호".to_owned(),
            "recovery" => "복구 키".to_owned(),
            "keyring" => "로그인 암호 저장소".to_owned(),
            "created" => "처음 시작".to_owned(),
            "restored" => "백업에서 되살림".to_owned(),
            "restore_failed" => "되살리지 못하여 이전 자료로".to_owned(),
            "default" => "기본값".to_owned(),
            "command" => "명령줄".to_owned(),
            "signed" => "서명한 파일".to_owned(),
            "unsigned" => "서명하지 않은 파일".to_owned(),
            "draft_notice" => "인공지능 작성 표시".to_owned(),
            "idle_minutes" => "자동 잠금 시간(분)".to_owned(),
            word => word.to_owned(),
        },
        Value::Array(values) => values.iter().map(in_a_word).collect::<Vec<_>>().join(" · "),
        Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_in_korean() {
        let table = [
            (r#"{"by":"password"}"#, "방법: 암호"),
            (r#"{"conversation":3,"documents":[1,2]}"#, "대화 번호: 3, 문서: 1 · 2"),
            (r#"{"document":7,"from":"C","reason":"공개한 문서입니다.","to":"O"}"#,
             "문서 번호: 7, 이전 등급: C, 새 등급: O, 까닭: 공개한 문서입니다."),
            (r#"{"conversation":3,"documents":2,"question":5}"#, "대화 번호: 3, 질문 번호: 5, 문서: 2"),
            (r#"{"grade":null,"masked":true}"#, "등급: 없음, 개인정보 가림: 예"),
            (r#"{"later":1,"by":"created"}"#, "방법: 처음 시작, later: 1"),
            (r#"{"name":"","serial":0,"source":"default"}"#, "이름: 없음, 일련번호: 0, 출처: 기본값"),
            ("{}", ""),
            ("기록", "기록"),
        ];
        for (what, wanted) in table {
            assert_eq!(in_words(what), wanted);
        }
        assert_eq!((label("unlock"), label("of_a_later_program")), ("잠금 해제", "그 밖의 일"));
    }
}
