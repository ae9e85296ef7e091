//! Official writing in the real window, without the model.

use e2e::{Desk, Prerequisites, Result, in_namespace};
use serde_json::json;

#[test]
fn a_text_is_checked_by_the_rules_mended_and_taken_back() {
    in_namespace("a_text_is_checked_by_the_rules_mended_and_taken_back", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.click("[data-testid=style-button]").await?;
    let wrong = "수신: 내부결재\n제목: 회의 개최 알림\n\n회의를 2026-03-03 오후 3시 20분에 엽니다. 금번 예산은 금 113,560원입니다.";
    window.fill("[data-testid=style-text]", wrong).await?;
    window.wait("[data-testid=style-findings][data-checked=true] [data-rule=date]").await?;
    for rule in ["time", "amount", "hard_word"] {
        window.wait(&format!("[data-rule={rule}]")).await?;
    }
    window.say(window.text("[data-testid=style-summary]").await?);
    window.screenshot("writing-1-found").await?;

    window.click("[data-testid=style-fix-all]").await?;
    let text = "return document.querySelector('[data-testid=style-text]').value";
    window.wait("[data-testid=style-undo]:enabled").await?;
    let mended = window.script(text, Vec::new()).await?;
    let mended = mended.as_str().unwrap_or_default();
    window.say(format!("mended: {}", mended.replace('\n', " / ")));
    for right in ["2026. 3. 3.", "15:20", "금113,560원(금일십일만삼천오백육십원)"] {
        assert!(mended.contains(right), "{right}: {mended}");
    }
    window.screenshot("writing-2-mended").await?;
    window.click("[data-testid=style-undo]").await?;
    assert_eq!(window.script(text, Vec::new()).await?, json!(wrong));
    window.close().await
}
