use std::path::PathBuf;

use policy::{Grade, Kept};
use serde::Serialize;
use serde_json::json;
use tauri::State;
use wire::Failure;

use crate::app::App;
use crate::commands::apart;
use crate::{audit, export};

/// `AuditEntry` of the window's contract.
#[derive(Debug, Serialize)]
pub struct AuditEntry {
    seq: i64,
    at: i64,
    who: String,
    action: String,
    label: &'static str,
    what: String,
}

/// `AuditPage` of the window's contract.
#[derive(Debug, Serialize)]
pub struct AuditPage {
    entries: Vec<AuditEntry>,
    count: i64,
    faults: Vec<String>,
}

/// The most entries that are given at once.
const MOST: u32 = 1000;

/// A page of the audit trail, latest first; with the first page the trail is checked whole.
#[tauri::command]
pub async fn audit_entries(app: State<'_, App>, before: Option<i64>, limit: u32) -> Result<AuditPage, Failure> {
    let session = app.session()?;
    apart(move || {
        let checked = match before {
            None => session.trail().verify()?,
            Some(_) => session.trail().checked()?,
        };
        let entries = session.trail().entries(before, limit.min(MOST))?;
        let shown = entries.into_iter().map(|entry| AuditEntry {
            label: audit::label(&entry.action),
            what: session.shown().text(&audit::in_words(&entry.what)).0,
            seq: entry.seq,
            at: entry.at,
            who: entry.who,
            action: entry.action,
        });
        Ok(AuditPage { entries: shown.collect(), count: checked.count, faults: checked.faults })
    })
    .await
}

/// Writes the audit trail as a table; gives the number of its entries.
#[tauri::command]
pub async fn export_audit(app: State<'_, App>, path: PathBuf) -> Result<usize, Failure> {
    let session = app.session()?;
    export::outside(&path, &app.paths().data)?;
    let policy = session.policy();
    let holds_texts = [policy.audit.questions, policy.audit.answers].contains(&Kept::Text);
    if holds_texts && !policy.may_export(Grade::C) {
        return Err(Failure::new(
            "export_forbidden",
            "감사 기록에 질문과 답변의 원문이 있어, 기관의 정책에 따라 창에서는 내보낼 수 없습니다. 보안 담당자가 \
             ‘naratmal audit export’로 내보낼 수 있습니다.",
            "",
        ));
    }
    apart(move || {
        session.trail().account("audit_exported", &json!({ "file": path }))?;
        audit::write_table(session.trail(), &path)
    })
    .await
}
