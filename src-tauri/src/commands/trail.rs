use std::path::PathBuf;

use policy::{Grade, Kept};
use serde::Serialize;
use serde_json::{Value, json};
use tauri::State;
use wire::Failure;

use crate::app::App;
use crate::commands::apart;
use crate::shown::Shown;
use crate::{audit, export};

/// `AuditEntry` of the window's contract.
#[derive(Debug, Serialize)]
pub struct AuditEntry {
    seq: i64,
    at: i64,
    who: String,
    action: String,
    what: Value,
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
        let entries = entries.into_iter().map(|entry| AuditEntry {
            what: shown(session.shown(), serde_json::from_str(&entry.what).unwrap_or(Value::String(entry.what))),
            seq: entry.seq,
            at: entry.at,
            who: entry.who,
            action: entry.action,
        });
        Ok(AuditPage { entries: entries.collect(), count: checked.count, faults: checked.faults })
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

/// What an entry says of its action, with its texts as the window shows them.
fn shown(how: &Shown, what: Value) -> Value {
    match what {
        Value::String(text) => Value::String(how.masked(&text)),
        Value::Array(values) => values.into_iter().map(|value| shown(how, value)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, shown(how, value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => what,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use policy::Policy;

    use super::*;

    #[test]
    fn the_texts_of_an_entry_are_masked_wherever_they_stand() {
        let mut policy = Policy::default();
        policy.masking.window = vec![personal::Kind::Phone.word().to_owned()];
        let how = Shown::under(Arc::new(policy));
        let table = [
            (json!({ "file": "010-1234-5678.hwpx", "grade": null }), json!({ "file": "010-****-5678.hwpx", "grade": null })),
            (json!({ "paths": ["가", { "on": true }], "serial": 3 }), json!({ "paths": ["가", { "on": true }], "serial": 3 })),
            (json!("전화 010-1234-5678"), json!("전화 010-****-5678")),
        ];
        for (what, wanted) in table {
            assert_eq!(shown(&how, what), wanted);
        }
    }
}
