use serde::Serialize;
use style::Rule;
use wire::Failure;

use crate::commands::apart;

/// The longest text that is checked, in bytes: some 100 pages.
const LONGEST: usize = 512 * 1024;

/// `StyleFinding` of the window's contract.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ShownFinding {
    rule: Rule,
    name: &'static str,
    /// False where the person decides.
    mistake: bool,
    /// UTF-16 units.
    start: usize,
    end: usize,
    found: String,
    fix: Option<String>,
    message: String,
}

/// What the rules of official writing object to in a text, in its order. Nothing of it is kept.
#[tauri::command]
pub async fn check_style(text: String) -> Result<Vec<ShownFinding>, Failure> {
    let text = bounded(text)?;
    apart(move || Ok(style::check(&text).into_iter().map(shown).collect())).await
}

/// The text with every mistake mended that has one right correction.
#[tauri::command]
pub async fn mend_style(text: String) -> Result<String, Failure> {
    let text = bounded(text)?;
    apart(move || Ok(style::fix_all(&text))).await
}

fn bounded(text: String) -> Result<String, Failure> {
    if text.len() <= LONGEST {
        return Ok(text);
    }
    let message = "글이 길어 한 번에 점검하지 못합니다. 17만 자를 넘지 않게 나누어 점검해 주십시오.";
    Err(Failure::new("style_too_long", message, format!("{} bytes", text.len())))
}

fn shown(finding: style::Finding) -> ShownFinding {
    ShownFinding {
        rule: finding.rule,
        name: finding.rule.korean(),
        mistake: finding.severity == style::Severity::Mistake,
        start: finding.range_utf16.start,
        end: finding.range_utf16.end,
        found: finding.found,
        fix: finding.fix,
        message: finding.message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_finding_is_told_with_its_rule_and_place_and_mended() {
        let text = "시행일: 2026-03-01";
        let found = check_style(text.to_owned()).await.unwrap();
        let date = found.iter().find(|finding| finding.rule == Rule::Date).unwrap();
        assert_eq!((date.start, date.end, date.found.as_str()), (5, 15, "2026-03-01"));
        assert_eq!((date.name, date.mistake, date.fix.as_deref()), ("날짜 표기", true, Some("2026. 3. 1.")));
        assert_eq!(mend_style(text.to_owned()).await.unwrap(), "시행일: 2026. 3. 1.");
    }

    #[tokio::test]
    async fn a_text_of_any_length_gets_an_answer() {
        let long = "가".repeat(LONGEST / 3 + 1);
        assert_eq!(check_style(long.clone()).await.unwrap_err().code, "style_too_long");
        assert_eq!(mend_style(long).await.unwrap_err().code, "style_too_long");
        assert_eq!(check_style(String::new()).await.unwrap(), []);
    }
}
