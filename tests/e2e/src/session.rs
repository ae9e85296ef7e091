//! The main job in the real window, with the real model.

use std::time::Instant;

use crate::{Desk, Prerequisites, Result, Window, answers};

const RULES: &str = "[data-testid=document-row][data-name='복무규정.hwpx']";

/// Adds documents, asks, is refused, stops, chats, closes the window and opens it again.
///
/// # Errors
/// The driver's.
///
/// # Panics
/// Where the window shows something else than it should.
pub async fn main_job(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    add_documents(&desk, &window).await?;
    ask_with_a_source(&window).await?;
    refuse(&window).await?;
    stop(&window).await?;
    chat_without_documents(&window).await?;
    window.close().await?;
    reopen(&desk).await
}

async fn add_documents(desk: &Desk, window: &Window<'_>) -> Result<()> {
    window.scenario("the first start leads through three steps");
    window.wait("[data-testid=first-steps] [data-step=password][data-state=done]").await?;
    window.wait("[data-testid=first-steps] [data-step=document][data-state=next]").await?;
    window.screenshot("1-empty").await?;
    window.click("[data-testid=first-sample]").await?;
    window.wait(&format!("{RULES}[data-state=ready]")).await?;
    window.say("the sample document is ready");

    let cp949 = desk.home().join("주차 안내.txt");
    let (text, _, _) = encoding_rs::EUC_KR.encode("가온시 청사 주차 안내\n민원인은 2시간까지 무료로 주차할 수 있습니다.\n");
    std::fs::write(&cp949, text)?;
    let broken = desk.home().join("깨진 문서.hwpx");
    std::fs::write(&broken, b"PK\x03\x04 not the rest")?;
    window.drop_files(&[cp949, broken]).await?;
    window.wait("[data-testid=document-row][data-name='주차 안내.txt'][data-state=ready]").await?;
    let failed = window.text("[data-testid=document-row][data-name='깨진 문서.hwpx'][data-state=failed]").await?;
    window.say(format!("the broken file says: {}", failed.replace('\n', " / ")));
    assert!(failed.contains("손상") || failed.contains("형식"), "{failed}");
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    window.say("the model is loaded");
    window.gone("[data-testid=first-steps]").await?;
    window.screenshot("2-documents").await
}

async fn ask_with_a_source(window: &Window<'_>) -> Result<()> {
    let (answer, seen) = window.ask("출장을 마치면 언제까지 보고해야 합니까?", "complete").await?;
    let text = answer.text().await?;
    window.say(format!("answer after {} streamed steps: {}", seen.len(), text.replace('\n', " ")));
    window.screenshot("3-answer").await?;
    assert!(text.contains("5일"), "{text}");
    assert!(seen.len() > 2, "it streams: {seen:?}");

    window.click("[data-testid=chip]").await?;
    window.wait("[data-testid=source-pane][data-state=ready]").await?;
    let (file, place) = (window.text("[data-testid=source-file]").await?, window.text("[data-testid=source-locator]").await?);
    let marked = window.text("[data-testid=source-mark]").await?;
    window.say(format!("source: {file} · {place} · “{marked}”"));
    window.screenshot("4-source").await?;
    assert_eq!(file, "복무규정.hwpx");
    assert!(place.contains("제16조(출장 보고)"), "{place}");
    assert!(marked.contains("5일"), "{marked}");
    Ok(())
}

async fn refuse(window: &Window<'_>) -> Result<()> {
    let (answer, _) = window.ask("화성 탐사선의 발사 비용은 얼마입니까?", "complete").await?;
    let text = answer.text().await?;
    window.say(format!("refusal: {}", text.replace('\n', " ")));
    assert!(text.contains("자료에서 찾을 수 없습니다"), "{text}");
    assert_eq!(answer.attr("data-refused").await?.as_deref(), Some("true"));
    assert!(answer.find_all(fantoccini::Locator::Css(".chip")).await?.is_empty());
    window.screenshot("5-refused").await
}

/// Stops while the prompt is being processed.
async fn stop(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=new-conversation]").await?;
    window.type_question("저축한 연가는 언제까지 쓸 수 있고 병가는 며칠입니까?").await?;
    window.wait("[data-phase=prefill] , [data-phase=answering]").await?;
    let stopped = Instant::now();
    window.click("[data-testid=stop]").await?;
    window.wait(&answers("stopped")).await?;
    window.say(format!("stopped {} ms after the click, WebDriver's round trips included", stopped.elapsed().as_millis()));
    window.screenshot("6-stopped").await
}

async fn chat_without_documents(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=new-conversation]").await?;
    for checkbox in window.all("[data-testid=document-row] input[type=checkbox]:checked").await? {
        checkbox.click().await?;
    }
    let (answer, _) = window.ask("대한민국의 수도는 어디입니까?", "complete").await?;
    let text = answer.text().await?;
    window.say(format!("chat: {}", text.replace('\n', " ")));
    assert!(text.contains("서울"), "{text}");
    assert!(answer.find_all(fantoccini::Locator::Css(".chip")).await?.is_empty());
    Ok(())
}

async fn reopen(desk: &Desk) -> Result<()> {
    let window = desk.open().await?;
    window.wait(&format!("{RULES}[data-state=ready]")).await?;
    window.wait("[data-testid=conversation-row]").await?;
    let conversations = window.all("[data-testid=conversation-row]").await?;
    assert_eq!(conversations.len(), 3);
    let first = conversations.into_iter().next_back().ok_or("no conversation")?;
    first.find(fantoccini::Locator::Css("button")).await?.click().await?;
    let text = window.text(&format!("{} .chip", answers("complete"))).await?;
    window.say(format!("reopened: documents and conversations are there, with the chip “{text}”"));
    window.screenshot("7-reopened").await?;
    window.close().await
}
