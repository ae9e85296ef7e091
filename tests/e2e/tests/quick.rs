//! Quick answers in the real window: what was cited is read alone while nobody asks, and joined for a later question.

use std::time::Duration;

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};
use serde_json::{Value, json};

const FIGURES: &str = "article:last-of-type [data-testid=figures]";
/// Time to read what may be asked about: the program does not tell when it has.
const REST: Duration = Duration::from_secs(15);

#[test]
fn a_later_question_is_answered_from_passages_that_were_read_alone() {
    in_namespace("a_later_question_is_answered_from_passages_that_were_read_alone", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    assert_eq!(quick(&window).await?, json!(false), "reading all is what is chosen for the person");

    let figures = asked(&window, "병가는 며칠까지 쓸 수 있습니까?", "60일").await?;
    assert!(!figures.contains("빠른 답변"), "{figures}");
    window.click("[data-testid=engine-details] summary").await?;
    window.click("[data-testid=quick-answers]").await?;
    // The box is checked by the click itself; the program is told after it.
    let told = async {
        while quick(&window).await? != json!(true) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Result::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(10), told).await.map_err(|_| "the choice does not reach the program")??;

    // Another conversation: nothing of its own was read, and what joins was read for the document.
    let mut joined = None;
    for question in ["출장에서 돌아오면 며칠 안에 보고합니까?", "출장 보고는 며칠 이내에 합니까?", "출장 결과는 언제까지 보고합니까?"] {
        window.click("[data-testid=new-conversation]").await?;
        tokio::time::sleep(REST).await;
        let figures = asked(&window, question, "5일").await?;
        if figures.contains("빠른 답변") {
            joined = Some(figures);
            break;
        }
    }
    window.screenshot("quick-1-joined").await?;
    assert!(joined.is_some(), "no answer joined what was read alone");

    // The choice outlives the lock.
    window.lock().await?;
    window.unlock(e2e::PASSWORD).await?;
    window.wait("[data-testid=quick-answers]:checked").await?;
    window.close().await
}

/// Asks, and gives what the answer took.
async fn asked(window: &Window<'_>, question: &str, wanted: &str) -> Result<String> {
    let (answer, _) = window.ask(question, "complete").await?;
    let text = answer.text().await?;
    window.say(format!("{question} {}", text.replace('\n', " ")));
    assert!(text.contains(wanted), "{text}");
    let figures = window.text(FIGURES).await?;
    window.say(format!("figures: {}", figures.replace('\n', " ")));
    Ok(figures)
}

async fn quick(window: &Window<'_>) -> Result<Value> {
    Ok(window.invoke("status", json!({})).await?["quick_answers"].clone())
}
