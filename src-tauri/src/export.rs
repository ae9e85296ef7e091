//! A conversation as a file that leaves the program: with its grade, its sources, and its personal information masked.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use assistant::DOUBT;
use policy::Grade;
use vault::{Conversation, MessageState, Role};
use wire::Failure;

/// The failure of a file that cannot be written.
pub fn failed(error: impl fmt::Display) -> Failure {
    Failure::new("export_failed", "파일을 저장하지 못했습니다. 폴더의 권한과 디스크 공간을 확인하십시오.", error)
}

/// Refuses a place among the program's own files.
///
/// # Errors
/// `export_place`, and `export_failed` for a folder that is not there.
pub fn outside(path: &Path, data: &Path) -> Result<(), Failure> {
    let folder = fs::canonicalize(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    match fs::canonicalize(data).is_ok_and(|data| folder.starts_with(data)) {
        true => Err(Failure::new(
            "export_place",
            "나랏말이 자료를 보관하는 폴더에는 내보낼 수 없습니다. 다른 폴더를 고르십시오.",
            path.display(),
        )),
        false => Ok(()),
    }
}

/// Writes a file whole or not at all: a file of that name that was there is replaced only by a whole one. Only this
/// person can read it.
///
/// # Errors
/// `export_failed`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(failed)?;
    Ok(())
}

/// The conversation as Markdown. `written` is the time as the person reads it, `who` the person's account.
pub fn markdown(conversation: &Conversation, grade: Grade, masked: bool, written: &str, who: &str) -> String {
    let mask = |text: &str| if masked { personal::mask(text, |_| true).0 } else { text.to_owned() };
    let mut out = String::new();
    let personal = if masked { "가림" } else { "가리지 않음" };
    // Writing to a string does not fail.
    let _ = writeln!(out, "등급: {}\n", grade.label());
    let _ = writeln!(out, "# {}\n", mask(&conversation.row.title));
    let _ = writeln!(out, "내보낸 때: {written} · 내보낸 사람: {who} · 개인정보: {personal}\n");
    if conversation.messages.iter().any(|message| message.siblings.len() > 1) {
        out.push_str("화면에 보이는 갈래만 내보냈습니다. 다른 질문이나 답변의 갈래는 들어 있지 않습니다.\n\n");
    }
    for message in &conversation.messages {
        let head = match message.role {
            Role::User => "질문",
            Role::Assistant => "답변",
        };
        let text = match message.role {
            Role::User => mask(message.text.trim()),
            Role::Assistant => mask(message.text.trim()).replace(DOUBT, "(근거 확인 필요)"),
        };
        let _ = writeln!(out, "## {head}\n\n{text}\n");
        match message.state {
            MessageState::Complete => {}
            MessageState::Stopped => out.push_str("(중지한 답변입니다.)\n\n"),
            MessageState::Failed => out.push_str("(완성하지 못한 답변입니다.)\n\n"),
        }
        for citation in &message.citations {
            let place = match citation.page {
                Some(page) => format!("{}쪽", page.number()),
                None => format!("{}구역", citation.section),
            };
            let mut source = vec![mask(&citation.file), place];
            source.extend(citation.heading_path.iter().map(|heading| mask(heading)));
            let _ = writeln!(out, "[{}] {}", citation.mark, source.join(" › "));
            if !citation.quote.is_empty() {
                let _ = writeln!(out, "> {}", mask(&citation.quote).replace('\n', "\n> "));
            }
            out.push('\n');
        }
    }
    let _ = writeln!(out, "등급: {}", grade.label());
    out
}

#[cfg(test)]
mod tests {
    use vault::{Citation, ConversationRow, Message, Rating};

    use super::*;

    fn conversation() -> Conversation {
        let message = |role, text: &str, citations| Message {
            id: 1,
            role,
            text: text.to_owned(),
            citations,
            state: MessageState::Complete,
            refused: false,
            failure: None,
            basis: None,
            figures: None,
            parent: None,
            siblings: vec![1],
            rating: Rating::None,
            rating_note: None,
        };
        let citation = Citation {
            mark: 1,
            passage_id: 1,
            document_id: 1,
            file: "연락망.hwpx".to_owned(),
            page: None,
            section: 2,
            heading_path: vec!["제2장 당직".to_owned()],
            quote: "당직실 전화 010-1234-5678".to_owned(),
        };
        Conversation {
            row: ConversationRow {
                id: 1,
                title: "당직실 번호".to_owned(),
                updated_at: 0,
                grade: Some(Grade::S),
                folder: None,
                pinned_at: None,
                archived_at: None,
            },
            messages: vec![
                message(Role::User, "당직실 번호가 무엇입니까? [?]", vec![]),
                message(Role::Assistant, "010-1234-5678입니다. [1] 당직은 9명입니다. [?]", vec![citation]),
            ],
        }
    }

    #[test]
    fn a_conversation_leaves_with_its_grade_and_its_sources() {
        let text = markdown(&conversation(), Grade::S, true, "2026-11-25 10:00", "kim");
        let wanted = "등급: S(민감)\n\n# 당직실 번호\n\n\
            내보낸 때: 2026-11-25 10:00 · 내보낸 사람: kim · 개인정보: 가림\n\n\
            ## 질문\n\n당직실 번호가 무엇입니까? [?]\n\n\
            ## 답변\n\n010-****-5678입니다. [1] 당직은 9명입니다. (근거 확인 필요)\n\n\
            [1] 연락망.hwpx › 2구역 › 제2장 당직\n> 당직실 전화 010-****-5678\n\n등급: S(민감)\n";
        assert_eq!(text, wanted);
        let plain = markdown(&conversation(), Grade::S, false, "2026-11-25 10:00", "kim");
        assert!(plain.contains("010-1234-5678") && plain.contains("개인정보: 가리지 않음"), "{plain}");
        assert!(!plain.contains("갈래"), "{plain}");
        let mut branched = conversation();
        branched.messages[1].siblings = vec![1, 2];
        let text = markdown(&branched, Grade::S, false, "2026-11-25 10:00", "kim");
        assert!(text.contains("화면에 보이는 갈래만 내보냈습니다."), "{text}");
    }

    #[test]
    fn nothing_is_exported_over_the_programs_own_files() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("자료");
        fs::create_dir_all(data.join("index")).unwrap();
        let table = [
            ("자료/keys.json", Err("export_place")),
            ("자료/index/대화.md", Err("export_place")),
            ("자료/../자료/대화.md", Err("export_place")),
            ("없음/대화.md", Err("export_failed")),
            ("대화.md", Ok(())),
            ("자료/../대화.md", Ok(())),
        ];
        for (path, wanted) in table {
            let refused = outside(&folder.path().join(path), &data).map_err(|failure| failure.code);
            assert_eq!(refused.as_ref().map_err(String::as_str), wanted.as_ref().map_err(|code| *code), "{path}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_one_that_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("대화.md");
        write(&path, "처음".as_bytes()).unwrap();
        write(&path, "다음".as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "다음");
        let nowhere = folder.path().join("없음").join("대화.md");
        assert_eq!(write(&nowhere, b"x").unwrap_err().code, "export_failed");
        fs::create_dir(folder.path().join("폴더.md")).unwrap();
        assert_eq!(write(&folder.path().join("폴더.md"), b"x").unwrap_err().code, "export_failed");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "what was begun lies about");
    }
}
