//! An official document in the real window: from a task to a file that opens again, with the real model.

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};
use serde_json::json;

#[test]
fn a_letter_is_drafted_checked_changed_exported_and_opened_again() {
    in_namespace("a_letter_is_drafted_checked_changed_exported_and_opened_again", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    tasks(&window).await?;
    write(&window).await?;
    change(&window).await?;
    export(&desk, &window).await?;
    window.close().await
}

async fn tasks(window: &Window<'_>) -> Result<()> {
    window.scenario("Ctrl+D lists the ten tasks");
    window.press("Ctrl+d").await?;
    window.wait("[data-testid=draft-task]").await?;
    assert_eq!(window.all("[data-testid=draft-task]").await?.len(), 10);
    window.screenshot("drafting-1-tasks").await?;
    window.scenario("a form that lacks something says what");
    window.push("[data-testid=draft-task][data-task=official_letter]").await?;
    window.push("[data-testid=draft-write]").await?;
    let hint = window.text("[data-testid=draft-hint]").await?;
    window.say(format!("it lacks: {hint}"));
    assert!(hint.contains("수신") && hint.contains("제목"), "{hint}");
    Ok(())
}

async fn write(window: &Window<'_>) -> Result<()> {
    window.scenario("a letter is drafted by the rules, with its numbering and 끝.");
    for (name, text) in [
        ("receiver", "각 읍면동장"),
        ("subject", "2026년 상반기 민원 응대 교육 참석자 추천 요청"),
        ("content", "4월 15일 14시 시청 대강당, 읍면동마다 2명, 4월 3일까지 명단 제출"),
        ("attachments", "참석자 추천서 1부."),
    ] {
        window.fill(&format!("[data-testid=draft-input][name={name}]"), text).await?;
    }
    window.screenshot("drafting-2-form").await?;
    window.push("[data-testid=draft-write]").await?;
    window.wait("[data-testid=draft-progress]").await?;
    window.screenshot("drafting-3-writing").await?;
    window.wait("[data-testid=draft-export]").await?;
    let paper = window.text("[data-testid=draft-paper]").await?;
    window.say(format!("draft: {}", paper.replace('\n', " / ")));
    window.screenshot("drafting-4-draft").await?;
    for part in ["각 읍면동장", "참석자 추천 요청", "붙임", "끝."] {
        assert!(paper.contains(part), "no {part} in\n{paper}");
    }
    let style = loop {
        let style = window.text("[data-testid=draft-style]").await?;
        if !style.contains('…') {
            break style;
        }
    };
    window.say(format!("the style checker: {style}"));
    Ok(())
}

async fn change(window: &Window<'_>) -> Result<()> {
    window.scenario("a line of the draft is changed, and changed back");
    window.push("[data-testid=draft-edit]").await?;
    let first = "return document.querySelector('[data-testid=draft-text]').value";
    let before = window.script(first, Vec::new()).await?;
    // The first field is where `wait` finds the last: there are several.
    let type_first = "const field = document.querySelector('[data-testid=draft-text]'); field.focus(); field.value = arguments[0]; \
                      field.dispatchEvent(new Event('input', { bubbles: true }))";
    window.wait("[data-testid=draft-text]").await?;
    window.script(type_first, vec![json!("바꾼 첫 줄")]).await?;
    window.wait("[data-testid=draft-undo]:enabled").await?;
    window.screenshot("drafting-5-editing").await?;
    window.push("[data-testid=draft-undo]").await?;
    window.wait("[data-testid=draft-undo]:disabled").await?;
    assert_eq!(window.script(first, Vec::new()).await?, before);
    window.push("[data-testid=draft-edit]").await
}

async fn export(desk: &Desk, window: &Window<'_>) -> Result<()> {
    window.scenario("the draft goes into an HWPX file, which opens again with the same words");
    let file = desk.home().join("참석자 추천 요청.hwpx");
    window.chooses("save", &file).await?;
    window.push("[data-testid=draft-export]").await?;
    window.wait("[data-testid=draft-export-save]").await?;
    window.screenshot("drafting-6-export").await?;
    window.push("[data-testid=draft-export-save]").await?;
    window.gone("[data-testid=draft-export-dialog]").await?;
    window.say(format!("exported {} bytes", std::fs::metadata(&file)?.len()));
    window.press("Escape").await?;
    window.gone("[data-testid=drafting-dialog]").await?;
    window.drop_files(&[file]).await?;
    window.wait("[data-testid=document-row][data-name='참석자 추천 요청.hwpx'][data-state=ready]").await?;
    window.press("Ctrl+k").await?;
    window.fill("[data-testid=find-query]", "참석자 추천서").await?;
    let found = window.text("[data-testid=find-documents]").await?;
    window.say(format!("found in it: {}", found.replace('\n', " / ")));
    assert!(found.contains("붙임") || found.contains("추천서"), "{found}");
    window.screenshot("drafting-7-opened").await
}
