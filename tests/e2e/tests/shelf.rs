//! The list of conversations in the real window: named, pinned, put into a folder, put aside, taken out and found.

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};

const ROW: &str = "[data-testid=conversation-row]";

#[test]
fn conversations_are_named_pinned_filed_put_aside_and_found() {
    in_namespace("conversations_are_named_pinned_filed_put_aside_and_found", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    for question in ["대한민국의 수도는 어디입니까?", "‘안녕하세요’를 영어로 옮겨 주십시오."] {
        window.click("[data-testid=new-conversation]").await?;
        window.ask(question, "complete").await?;
    }
    assert_eq!(window.all(ROW).await?.len(), 2);
    rename(&window).await?;
    pin(&window).await?;
    folder(&window).await?;
    archive(&window).await?;
    undo(&window).await?;
    find(&window).await?;
    window.close().await
}

/// Chooses from the menu of the conversation in a list.
async fn choose(window: &Window<'_>, list: &str, choice: &str) -> Result<()> {
    window.push(&format!("{list} {ROW} [data-testid=more]")).await?;
    window.push(&format!("[data-testid={choice}]")).await
}

async fn rename(window: &Window<'_>) -> Result<()> {
    window.scenario("F2 gives the conversation another name");
    window.push(&format!("[data-testid=loose-conversations] {ROW} .open")).await?;
    window.press("F2").await?;
    window.fill(&format!("{ROW} input"), "인사말 번역").await?;
    window.press("Enter").await?;
    window.wait(&format!("{ROW} [title='인사말 번역']")).await?;
    Ok(())
}

async fn pin(window: &Window<'_>) -> Result<()> {
    window.scenario("a conversation is pinned above the others");
    choose(window, "[data-testid=loose-conversations]", "pin-conversation").await?;
    window.wait(&format!("[data-testid=pinned-conversations] {ROW}")).await?;
    assert_eq!(window.all("[data-testid=loose-conversations] [data-testid=conversation-row]").await?.len(), 1);
    Ok(())
}

async fn folder(window: &Window<'_>) -> Result<()> {
    window.scenario("a folder is made, and a conversation moved into it");
    window.click("[data-testid=new-folder]").await?;
    window.fill("[data-testid=folder-name-field]", "2026년 감사").await?;
    window.click("[data-testid=folder-name-ok]:enabled").await?;
    window.wait("[data-testid=conversation-folder][data-name='2026년 감사']").await?;
    choose(window, "[data-testid=loose-conversations]", "move-conversation").await?;
    window.screenshot("shelf-1-move").await?;
    window.wait("[data-testid=move-choice]").await?;
    window.click("label:has([data-testid=move-choice]):not(:has([data-first-focus]))").await?;
    window.click("[data-testid=move-ok]").await?;
    window.wait(&format!("[data-testid=conversation-folder] {ROW}")).await?;
    window.screenshot("shelf-2-folder").await
}

async fn archive(window: &Window<'_>) -> Result<()> {
    window.scenario("a conversation is put aside, and taken out again");
    choose(window, "[data-testid=conversation-folder]", "archive-conversation").await?;
    window.gone(&format!("[data-testid=conversation-folder] {ROW}")).await?;
    window.push("[data-testid=conversation-archive] .fold").await?;
    window.wait(&format!("[data-testid=conversation-archive] {ROW}")).await?;
    window.screenshot("shelf-3-archive").await?;
    choose(window, "[data-testid=conversation-archive]", "unarchive-conversation").await?;
    window.wait(&format!("[data-testid=conversation-folder] {ROW}")).await?;
    Ok(())
}

async fn undo(window: &Window<'_>) -> Result<()> {
    window.scenario("a conversation that was taken off the list comes back");
    choose(window, "[data-testid=pinned-conversations]", "remove-conversation").await?;
    window.gone(&format!("[data-testid=pinned-conversations] {ROW}")).await?;
    window.click("[data-testid=toast]:last-child button:first-of-type").await?;
    window.wait(&format!("[data-testid=pinned-conversations] {ROW}")).await?;
    Ok(())
}

async fn find(window: &Window<'_>) -> Result<()> {
    window.scenario("Ctrl+K finds a conversation by what was answered in it");
    window.press("Ctrl+k").await?;
    window.wait("[data-testid=find-query]").await?;
    window.fill("[data-testid=find-query]", "서울").await?;
    let found = window.text("[data-testid=find-messages], [data-testid=find-conversations]").await?;
    window.say(format!("found: {}", found.replace('\n', " / ")));
    assert!(found.contains("서울"), "{found}");
    window.screenshot("shelf-4-found").await?;
    window.press("Escape").await?;
    window.gone("[data-testid=find-query]").await
}
