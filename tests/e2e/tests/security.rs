//! What a security officer looks at in the real window: grades, personal information, the trail, the agency's policy, and
//! that what was deleted is gone.

use e2e::{Desk, PASSWORD, Prerequisites, Result, Window, in_namespace};
use minisign::KeyPair;
use serde_json::json;

const LIST: &str = "[data-testid=document-row][data-name='당직 명단.txt']";
/// Made by rule: no person has this number.
const NUMBER: &str = "900101-1234567";
const PHONE: &str = "010-1234-5678";

#[test]
fn a_document_is_graded_masked_exported_and_deleted_and_each_step_is_in_the_trail() {
    in_namespace("a_document_is_graded_masked_exported_and_deleted_and_each_step_is_in_the_trail", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    std::fs::write(
        desk.policy()?.join("policy.toml"),
        "name = \"가온시 보안정책\"\nserial = 3\n[masking]\nwindow = [\"resident_number\"]\n\
         [audit]\nquestions = \"hash\"\n[grades]\nexport_up_to = \"S\"\n[lock]\nidle_minutes = 30\n",
    )?;
    let window = desk.open().await?;
    let conversation = grades_and_masking(&desk, &window).await?;
    export(&desk, &window, conversation).await?;
    security_pages(&window).await?;
    delete(&window, conversation).await?;
    lock_with_the_session(&desk, &window).await?;
    window.close().await?;
    a_signed_policy_that_was_altered_stops_the_program(&desk).await
}

/// Gives the conversation's number.
async fn grades_and_masking(desk: &Desk, window: &Window<'_>) -> Result<i64> {
    let warning = window.text("[data-testid=policy-warning]").await?;
    window.say(format!("an unsigned policy says: {warning}"));
    window.wait("[data-testid=add-sample]").await?;
    let document = desk.home().join("당직 명단.txt");
    std::fs::write(
        &document,
        format!("가온시 당직 명단\n당직실의 비상 연락처는 {PHONE}입니다.\n성명: 홍길동, 주민등록번호 {NUMBER}\n"),
    )?;
    window.drop_files(&[document]).await?;
    window.wait(&format!("{LIST}[data-state=ready]")).await?;
    let chip = window.text(&format!("{LIST} [data-testid=grade-chip]")).await?;
    window.say(format!("the list's grade: {}", chip.replace('\n', " ")));
    assert!(chip.contains('S'), "{chip}");
    let rows = window.invoke("documents", json!({})).await?;
    window.say(format!("what was found in it: {}", rows[0]["personal"]));
    assert!(rows[0]["personal"].to_string().contains("resident_number"), "{rows}");

    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    let (answer, _) = window.ask("당직실의 비상 연락처는 무엇입니까?", "complete").await?;
    window.say(format!("answer: {}", answer.text().await?.replace('\n', " ")));
    window.click("[data-testid=chip]").await?;
    let source = window.text("[data-testid=source-pane][data-state=ready]").await?;
    assert!(source.contains(PHONE) && !source.contains(NUMBER) && source.contains("900101-"), "{source}");
    window.wait("[data-testid=source-pane] mark.personal").await?;
    window.screenshot("security-1-masked").await?;
    let rows = window.invoke("conversations", json!({})).await?;
    assert_eq!(rows[0]["grade"], "S", "the conversation is as sensitive as what it cited: {rows}");
    rows[0]["id"].as_i64().ok_or_else(|| "no conversation".into())
}

async fn export(desk: &Desk, window: &Window<'_>, conversation: i64) -> Result<()> {
    let path = desk.home().join("당직실 (S).md");
    let arguments = json!({ "id": conversation, "path": path, "masked": true });
    window.invoke("export_conversation", arguments.clone()).await?;
    let text = std::fs::read_to_string(&path)?;
    window.say(format!("exported: {}", text.lines().next().unwrap_or_default()));
    assert!(text.starts_with("등급: S(민감)\n") && !text.contains(PHONE) && !text.contains(NUMBER), "{text}");

    let id = window.invoke("documents", json!({})).await?[0]["id"].clone();
    let grade = |grade: &str, reason: Option<&str>| json!({ "id": id, "grade": grade, "reason": reason });
    let refused = window.invoke("set_grade", grade("O", None)).await.unwrap_err().to_string();
    assert_eq!(refused, "grade_reason_needed");
    window.invoke("set_grade", grade("C", None)).await?;
    let refused = window.invoke("export_conversation", arguments).await.unwrap_err().to_string();
    assert_eq!(refused, "export_forbidden", "a grade above what may leave");
    window.invoke("set_grade", grade("S", Some("명단에서 기밀을 지웠습니다."))).await?;
    window.say("a raised grade keeps the conversation in; lowering it needs a reason");
    Ok(())
}

async fn security_pages(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=security-button]").await?;
    // This program is the one that WebDriver drives: it has no guard, and the page has to say so.
    window.wait("[data-testid=probe-row]").await?;
    window.screenshot("security-2-network").await?;
    window.click("[data-testid=security-tab-encryption]").await?;
    window.screenshot("security-3-encryption").await?;
    let settings = window.invoke("lock_settings", json!({})).await?;
    assert_eq!(settings, json!({ "idle_minutes": 30, "on_session_lock": true, "locked_by_policy": true }));
    assert_eq!(window.invoke("set_idle_minutes", json!({ "minutes": 5 })).await.unwrap_err().to_string(), "policy_setting_locked");
    let change = |current: &str| json!({ "current": current, "password": "다음 나랏말 암호" });
    let wrong = window.invoke("set_password", change("틀린 암호입니다")).await.unwrap_err().to_string();
    assert_eq!(wrong, "unlock_wrong", "who finds the window unlocked cannot give it a password of his own");
    window.invoke("set_password", json!({ "current": PASSWORD, "password": PASSWORD })).await?;

    window.click("[data-testid=security-tab-audit]").await?;
    window.wait("[data-testid=audit-row]").await?;
    let table = window.text("[role=dialog]").await?;
    window.screenshot("security-4-audit").await?;
    for words in ["질문", "답변", "등급 결정", "대화 내보내기", "잠금 해제 실패", "정책 적용", "모델 열기", "암호 변경"] {
        assert!(table.contains(words), "no {words} in the trail:\n{table}");
    }
    window.click("[data-testid=security-tab-policy]").await?;
    let policy = window.text("[role=dialog]").await?;
    assert!(policy.contains("가온시 보안정책"), "{policy}");
    window.screenshot("security-5-policy").await?;
    window.script("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))", Vec::new()).await?;
    Ok(())
}

async fn delete(window: &Window<'_>, conversation: i64) -> Result<()> {
    let id = window.invoke("documents", json!({})).await?[0]["id"].clone();
    window.invoke("forget_document", json!({ "id": id })).await?;
    while !window.all(LIST).await?.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let kept = window.invoke("conversation", json!({ "id": conversation })).await?;
    assert_eq!(kept["messages"][1]["citations"][0]["quote"], "", "an answer still quotes it: {kept}");
    assert_eq!(kept["grade"], "S", "what cited it stays as sensitive as it was");
    window.invoke("forget_conversation", json!({ "id": conversation })).await?;
    assert_eq!(window.invoke("conversations", json!({})).await?, json!([]));
    window.say("document and conversation are gone for good");
    Ok(())
}

async fn lock_with_the_session(desk: &Desk, window: &Window<'_>) -> Result<()> {
    desk.lock_screen()?;
    window.wait("[data-testid=gate-unlock]").await?;
    window.say("the desktop's lock screen locked the window");
    window.unlock(PASSWORD).await?;
    window.wait("[data-testid=question]").await?;
    Ok(())
}

async fn a_signed_policy_that_was_altered_stops_the_program(desk: &Desk) -> Result<()> {
    let folder = desk.policy()?;
    let pair = KeyPair::generate_unencrypted_keypair()?;
    std::fs::write(folder.join("policy.pub"), pair.pk.to_box()?.to_string())?;
    let sign = |text: &str| -> Result<()> {
        let signature = minisign::sign(Some(&pair.pk), &pair.sk, text.as_bytes(), None, None)?;
        std::fs::write(folder.join("policy.toml.minisig"), signature.to_string())?;
        Ok(std::fs::write(folder.join("policy.toml"), text)?)
    };
    let text = "name = \"서명한 정책\"\nserial = 4\n";
    sign(text)?;
    let window = desk.open().await?;
    assert!(window.all("[data-testid=policy-warning]").await?.is_empty(), "a signed policy needs no warning");
    window.close().await?;

    std::fs::write(folder.join("policy.toml"), format!("{text}# 바뀜\n"))?;
    stopped(desk, "바뀌어").await?;
    sign("name = \"옛 정책\"\nserial = 2\n")?;
    let window = desk.open_locked().await?;
    window.unlock(PASSWORD).await?;
    let said = window.says("[data-testid=gate-error].bad", "오래되어").await?;
    window.say(format!("a policy from before says: {said}"));
    window.close().await
}

async fn stopped(desk: &Desk, part: &str) -> Result<()> {
    let window = desk.open_locked().await?;
    let said = window.says("[data-testid=gate-error]", part).await?;
    window.say(format!("an altered policy says: {said}"));
    assert!(window.all("[data-testid=gate-password]").await?.is_empty(), "nothing is opened under it");
    window.screenshot("security-6-altered-policy").await?;
    window.close().await
}
