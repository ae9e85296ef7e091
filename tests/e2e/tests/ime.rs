//! Korean typed by a real input method (IBus, Hangul) in the real window: no syllable is lost, doubled or left behind.

use std::time::Duration;

use e2e::{Desk, Keyboard, Prerequisites, Result, Window, in_namespace};
use serde_json::Value;

const QUESTION: &str = "[data-testid=question]";
const ASKED: &str = "[data-testid=message][data-role=user]";
/// What comes later than this does not come.
const SETTLED: Duration = Duration::from_millis(1_500);

#[test]
fn syllables_of_an_input_method_are_sent_whole_and_once() {
    if Keyboard::is_there() {
        in_namespace("syllables_of_an_input_method_are_sent_whole_and_once", session);
    }
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::with_input_method(needs)?;
    let keyboard = Keyboard::plug_in(&desk)?;
    let window = desk.open().await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    window.click(QUESTION).await?;
    keyboard.aim()?;

    window.scenario("Latin letters, then Hangul");
    keyboard.write("abc ")?;
    keyboard.press(&["shift+space"])?;
    keyboard.write("gksrmf")?;
    shows(&window, "abc 한글").await?;
    window.screenshot("ime-1-composing").await?;

    window.scenario("a syllable is taken apart key by key, and what stands before it stays");
    keyboard.press(&["BackSpace"])?;
    shows(&window, "abc 한그").await?;
    keyboard.press(&["BackSpace", "BackSpace", "BackSpace"])?;
    shows(&window, "abc ").await?;

    window.scenario("the caret leaves a syllable, which stays where it was written");
    keyboard.write("tnfl")?;
    keyboard.press(&["Home"])?;
    keyboard.write("qh")?;
    keyboard.press(&["End"])?;
    shows(&window, "보abc 수리").await?;
    keyboard.press(&["ctrl+a", "Delete"])?;
    shows(&window, "").await?;

    window.scenario("Shift+Enter behind an open syllable breaks the line and sends nothing");
    keyboard.write("eogksalsrnr")?;
    keyboard.press(&["shift+Return"])?;
    keyboard.write("tnehsms djelqslRk")?;
    shows(&window, "대한민국\n수도는 어딥니까").await?;
    assert!(window.all(ASKED).await?.is_empty());

    window.scenario("Enter behind an open syllable sends it whole, once");
    keyboard.press(&["Return"])?;
    tokio::time::sleep(SETTLED).await;
    let sent = window.all(ASKED).await?.len();
    window.say(format!("after the first Enter {sent} questions are sent"));
    if sent == 0 {
        keyboard.press(&["Return"])?;
    }
    window.wait(ASKED).await?;
    tokio::time::sleep(SETTLED).await;
    let asked = window.all(ASKED).await?;
    assert_eq!(asked.len(), 1, "the question is sent once");
    let text = asked[0].text().await?;
    assert!(text.contains("대한민국") && text.contains("수도는 어딥니까"), "{text}");
    shows(&window, "").await?;

    window.scenario("syllables typed while an answer is written");
    keyboard.write("ekdma wlfans")?;
    shows(&window, "다음 질문").await?;
    window.screenshot("ime-2-sent").await?;
    window.close().await
}

/// Waits until the question's field has this text and nothing else.
async fn shows(window: &Window<'_>, wanted: &str) -> Result<()> {
    let mut text = Value::Null;
    for _ in 0..50 {
        text = window.script(&format!("return document.querySelector('{QUESTION}').value"), Vec::new()).await?;
        if text == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    window.screenshot("ime-fault").await?;
    Err(format!("the field has {text}, not {wanted:?}").into())
}
