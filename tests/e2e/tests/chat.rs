//! A conversation in the real window: asked otherwise, answered again, rated, and what was typed outlives a crash.

use e2e::{Desk, PASSWORD, Prerequisites, Result, Window, in_namespace};
use serde_json::json;

const QUESTION: &str = "[data-testid=message][data-role=user]";
const ANSWER: &str = "[data-testid=message][data-role=assistant][data-state=complete]";

#[test]
fn a_question_is_changed_answered_again_and_never_lost() {
    in_namespace("a_question_is_changed_answered_again_and_never_lost", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    budget(&window).await?;
    again(&window).await?;
    edit(&window).await?;
    rate(&window).await?;
    ime(&window).await?;
    let window = crash(&desk, window).await?;
    window.close().await
}

async fn budget(window: &Window<'_>) -> Result<()> {
    window.scenario("what the context is shared out to stands under the question before it is sent");
    let shared = window.text("[data-testid=token-budget]").await?;
    window.say(format!("budget: {}", shared.replace('\n', " ")));
    assert!(shared.contains("토큰"), "{shared}");
    window.screenshot("chat-1-budget").await
}

async fn again(window: &Window<'_>) -> Result<()> {
    window.scenario("an answer is written again, and the first one is a step back");
    let (answer, _) = window.ask("출장을 마치면 언제까지 보고해야 합니까?", "complete").await?;
    let first = answer.text().await?;
    assert!(first.contains("5일"), "{first}");
    window.push(&format!("{ANSWER} [data-testid=regenerate]")).await?;
    window.wait(&format!("{ANSWER} [data-testid=branches][aria-label*='2개 가운데 2번째']")).await?;
    window.screenshot("chat-2-again").await?;
    window.push(&format!("{ANSWER} [data-testid=branch-before]")).await?;
    window.wait(&format!("{ANSWER} [data-testid=branches][aria-label*='2개 가운데 1번째']")).await?;
    assert_eq!(window.all(ANSWER).await?.len(), 1);
    Ok(())
}

async fn edit(window: &Window<'_>) -> Result<()> {
    window.scenario("a question is worded anew; the first wording keeps its answers");
    window.push(&format!("{QUESTION} [data-testid=edit-question]")).await?;
    window.fill("[data-testid=edited-question]", "병가는 며칠까지 쓸 수 있습니까?").await?;
    window.screenshot("chat-3-edit").await?;
    window.press("Enter").await?;
    window.wait(&format!("{QUESTION} [data-testid=branches][aria-label*='2개 가운데 2번째']")).await?;
    window.wait(ANSWER).await?;
    let answer = window.text(ANSWER).await?;
    assert!(answer.contains("병가"), "{answer}");
    window.screenshot("chat-4-edited").await?;
    window.push(&format!("{QUESTION} [data-testid=branch-before]")).await?;
    // Its newest answer comes with it.
    window.wait(&format!("{ANSWER} [data-testid=branches][aria-label*='2개 가운데 2번째']")).await?;
    let question = window.text(QUESTION).await?;
    assert!(question.contains("출장"), "{question}");
    Ok(())
}

async fn rate(window: &Window<'_>) -> Result<()> {
    window.scenario("an answer is rated, and the rating stays with it");
    window.push(&format!("{ANSWER} [data-testid=rate-good]")).await?;
    window.wait(&format!("{ANSWER} [data-testid=rate-good][aria-pressed=true]")).await?;
    window.click("[data-testid=new-conversation]").await?;
    window.gone(ANSWER).await?;
    window.push("[data-testid=conversation-row] .open").await?;
    window.wait(&format!("{ANSWER} [data-testid=rate-good][aria-pressed=true]")).await?;
    Ok(())
}

async fn ime(window: &Window<'_>) -> Result<()> {
    window.scenario("an Enter that ends a syllable sends nothing");
    let before = window.all(QUESTION).await?.len();
    let field = window.wait("[data-testid=question]").await?;
    field.send_keys("연가는 며칠입니까").await?;
    let compose = "const field = document.querySelector('[data-testid=question]'); \
                   field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true })); \
                   field.dispatchEvent(new CompositionEvent('compositionupdate', { data: '까', bubbles: true })); \
                   field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', isComposing: true, keyCode: 229, bubbles: true, cancelable: true })); \
                   field.dispatchEvent(new CompositionEvent('compositionend', { data: '까', bubbles: true })); \
                   field.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', code: 'Enter', bubbles: true })); \
                   return field.value";
    assert_eq!(window.script(compose, Vec::new()).await?, json!("연가는 며칠입니까"));
    assert_eq!(window.all(QUESTION).await?.len(), before, "it was sent");
    Ok(())
}

async fn crash<'desk>(desk: &'desk Desk, window: Window<'desk>) -> Result<Window<'desk>> {
    window.scenario("what is being typed outlives a crash of the program");
    // Half a second after the last key it is kept.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    desk.kill("KILL")?;
    // Its program is gone; the driver is to let go of the session.
    let _ = window.close().await;
    let window = desk.open_locked().await?;
    window.unlock(PASSWORD).await?;
    window.push("[data-testid=conversation-row] .open").await?;
    window.wait(ANSWER).await?;
    let typed = window.script("return document.querySelector('[data-testid=question]').value", Vec::new()).await?;
    window.screenshot("chat-5-draft").await?;
    assert_eq!(typed, json!("연가는 며칠입니까"));
    Ok(window)
}
