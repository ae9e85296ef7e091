//! Faults in the real window, with real processes: what was there is still there, and the person is told what to do.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use e2e::disk::ReadOnly;
use e2e::{Desk, PASSWORD, Prerequisites, Result, Window, answers, in_namespace, process};
use serde_json::{Value, json};

const QUESTION: &str = "출장을 마치면 언제까지 보고해야 합니까?";
const ASKED: &str = "[data-testid=message][data-role=user]";
const STREAMING: &str = "[data-phase=answering]";
const ENGINE: &str = "naratmal-engine";

#[test]
fn a_window_that_is_killed_in_an_answer_loses_that_answer_only() {
    in_namespace("a_window_that_is_killed_in_an_answer_loses_that_answer_only", killed);
}

/// Before anything was computed, in the middle of the prompt, and in the middle of the answer.
async fn killed(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let mut window = desk.open().await?;
    window.add_sample().await?;
    window.ask(QUESTION, "complete").await?;
    let mut asked = 1;
    for (phase, later) in [("", 0), ("[data-phase=prefill], [data-phase=answering]", 200), (STREAMING, 300)] {
        window.type_question(QUESTION).await?;
        window.wait(if phase.is_empty() { "[data-testid=message][data-state=streaming]" } else { phase }).await?;
        asked += 1;
        tokio::time::sleep(Duration::from_millis(later)).await;
        let family: Vec<process::Life> = process::family(needs.program()).into_iter().filter_map(process::life).collect();
        desk.kill("KILL")?;
        // Its program is gone; the driver is to let go of the session.
        let _ = window.close().await;
        gone(&family).await?;
        window = desk.open().await?;
        window.wait("[data-testid=document-row][data-name='복무규정.hwpx'][data-state=ready]").await?;
        window.push("[data-testid=conversation-row] .open").await?;
        window.wait(&answers("complete")).await?;
        let questions = window.all(ASKED).await?.len();
        window.say(format!("killed in {phase:?}: {questions} of {asked} questions are there"));
        assert_eq!(questions, asked);
        assert_eq!(window.all(&answers("complete")).await?.len(), 1, "{phase}");
        assert!(faults(&window).await?.is_empty());
        window.wait("[data-testid=engine-state][data-state=ready]").await?;
    }
    window.ask(QUESTION, "complete").await?;
    window.close().await
}

/// Waits until none of these runs any more.
async fn gone(family: &[process::Life]) -> Result<()> {
    for _ in 0..200 {
        if !family.iter().any(|life| life.goes_on()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let left: Vec<String> = family.iter().filter(|life| life.goes_on()).map(|life| process::name(life.process)).collect();
    Err(format!("left running: {left:?}").into())
}

/// What is wrong with the audit trail.
async fn faults(window: &Window<'_>) -> Result<Vec<Value>> {
    let page = window.invoke("audit_entries", json!({ "before": null, "limit": 1 })).await?;
    Ok(page["faults"].as_array().cloned().unwrap_or_default())
}

fn signal(process: u32, signal: &str) -> Result<()> {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(process.to_string()).status()?;
    if sent.success() { Ok(()) } else { Err(format!("kill -{signal} {process}: {sent}").into()) }
}

#[test]
fn a_machine_that_sleeps_in_the_middle_of_an_answer_goes_on_with_it() {
    in_namespace("a_machine_that_sleeps_in_the_middle_of_an_answer_goes_on_with_it", suspended);
}

async fn suspended(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    for (number, phase) in ["[data-phase=prefill], [data-phase=answering]", STREAMING, STREAMING].into_iter().enumerate() {
        window.click("[data-testid=new-conversation]").await?;
        window.gone(&answers("complete")).await?;
        window.type_question(QUESTION).await?;
        window.wait(phase).await?;
        let family = process::family(needs.program());
        for process in &family {
            signal(*process, "STOP")?;
        }
        tokio::time::sleep(Duration::from_secs(4)).await;
        for process in &family {
            signal(*process, "CONT")?;
        }
        let text = window.wait(&answers("complete")).await?.text().await?;
        window.say(format!("sleep {number} of {} processes, then: {}", family.len(), text.replace('\n', " ")));
        assert!(text.contains("5일"), "{text}");
        assert_eq!(process::family(needs.program()).first(), family.first(), "the program was started again");
    }
    assert!(faults(&window).await?.is_empty());
    window.close().await
}

#[test]
fn an_engine_that_dies_costs_its_answer_and_says_so() {
    in_namespace("an_engine_that_dies_costs_its_answer_and_says_so", engines);
}

async fn engines(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    for number in 1..=2 {
        window.click("[data-testid=new-conversation]").await?;
        window.gone(&answers("complete")).await?;
        window.type_question(QUESTION).await?;
        window.wait(STREAMING).await?;
        let engines = engines_of(needs.program());
        for engine in &engines {
            signal(*engine, "KILL")?;
        }
        let said = window.text(&answers("failed")).await?;
        window.say(format!("engine {number}, {} processes killed: {}", engines.len(), said.replace('\n', " ")));
        assert!(said.contains("엔진") || said.contains("다시"), "{said}");
        // The embedding model's engine was killed with it: the question is found by words, or that engine comes back too.
        let (answer, _) = window.ask(QUESTION, "complete").await?;
        let text = answer.text().await?;
        assert!(text.contains("5일"), "{text}");
    }
    assert!(faults(&window).await?.is_empty());
    window.close().await
}

fn engines_of(program: &Path) -> Vec<u32> {
    process::family(program).into_iter().filter(|process| process::name(*process) == ENGINE).collect()
}

#[test]
fn a_second_start_raises_the_window_that_is_open() {
    in_namespace("a_second_start_raises_the_window_that_is_open", second);
}

async fn second(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.wait("[data-testid=add-sample]").await?;
    for number in 1..=5 {
        let output = desk.start_again()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        window.say(format!("start {number}: {} ({})", said.trim(), output.status));
        assert!(output.status.success() && said.contains("앞으로 가져왔습니다"), "{output:?}");
    }
    window.add_sample().await?;
    let family: Vec<process::Life> = process::family(needs.program()).into_iter().filter_map(process::life).collect();
    window.close().await?;
    gone(&family).await?;
    // What a kill leaves behind keeps nobody out.
    let window = desk.open().await?;
    desk.kill("KILL")?;
    let _ = window.close().await;
    let window = desk.open().await?;
    window.wait("[data-testid=document-row][data-name='복무규정.hwpx'][data-state=ready]").await?;
    window.close().await
}

#[test]
fn a_model_file_that_goes_while_it_is_used_is_told_at_the_next_start() {
    in_namespace("a_model_file_that_goes_while_it_is_used_is_told_at_the_next_start", model);
}

async fn model(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    let page = window.invoke("models", json!({})).await?;
    let chats = page["models"].as_array().into_iter().flatten().filter(|model| model["role"] == "chat");
    let smallest = chats.min_by_key(|model| model["bytes"].as_u64()).and_then(|model| model["path"].as_str());
    let own = desk.home().join("own.gguf");
    std::fs::copy(smallest.ok_or("no model")?, &own)?;
    window.invoke("choose_model", json!({ "path": own })).await?;
    std::fs::remove_file(&own)?;
    let ask = async |state: &str| -> Result<String> {
        window.click("[data-testid=new-conversation]").await?;
        window.gone("[data-testid=message]").await?;
        window.type_question(QUESTION).await?;
        Ok(window.wait(state).await?.text().await?)
    };
    let answer = ask(&answers("complete")).await?;
    window.say(format!("without its file, the model that is loaded still answers: {}", answer.replace('\n', " ")));
    window.lock().await?;
    window.unlock(PASSWORD).await?;
    let said = window.text("[data-testid=engine-state][data-state=failed]").await?;
    window.say(format!("at the next start: {}", said.replace('\n', " ")));
    let status = window.invoke("status", json!({})).await?;
    let message = status["engine"]["failure"]["message"].as_str().unwrap_or_default().to_owned();
    window.say(format!("{}: {message}", status["engine"]["failure"]["code"]));
    assert!(message.contains("모델"), "{status}");
    window.wait("[data-testid=conversation-row]").await?;
    let default = page["models"].as_array().into_iter().flatten().find(|model| model["used"] == "chat");
    let default = default.and_then(|model| model["path"].as_str()).ok_or("no model was used")?;
    window.invoke("choose_model", json!({ "path": default })).await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    window.close().await
}

#[test]
fn a_full_disk_is_told_and_what_was_kept_before_stays() {
    in_namespace("a_full_disk_is_told_and_what_was_kept_before_stays", full);
}

/// The database's log has room of its own, which small things still find: each either is kept or is said not to be.
async fn full(needs: &Prerequisites) -> Result<()> {
    const ENDED: &str = "[data-testid=toast], [data-testid=message][data-state=failed], [data-testid=message][data-state=complete]";
    let desk = Desk::on_a_disk_of(needs, 512)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    window.ask(QUESTION, "complete").await?;
    let elsewhere = tempfile::tempdir()?;
    let file = elsewhere.path().join("안내.txt");
    std::fs::write(&file, "구내식당은 열한 시에 연다.\n".repeat(2000))?;

    window.scenario("the disk is full");
    desk.disk()?.fill()?;
    let long = window.invoke("save_draft", json!({ "conversationId": null, "text": "긴 글 ".repeat(300_000) })).await;
    assert_eq!(long.unwrap_err().to_string(), "disk_full");
    let added = window.invoke("add_documents", json!({ "paths": [file] })).await;
    window.say(format!("a document: {:?}", added.as_ref().map_err(ToString::to_string)));
    match added {
        Err(code) => assert_eq!(code.to_string(), "disk_full"),
        Ok(_) => {
            let said = window.text("[data-testid=document-row][data-name='안내.txt'][data-state=failed]").await?;
            window.say(format!("the document: {}", said.replace('\n', " ")));
            assert!(said.contains("공간"), "{said}");
        }
    }
    window.click("[data-testid=new-conversation]").await?;
    window.gone("[data-testid=message]").await?;
    window.type_question(QUESTION).await?;
    let said = window.text(ENDED).await?;
    window.say(format!("a question: {}", said.replace('\n', " ")));
    assert!(said.contains("공간") || said.contains("5일"), "{said}");
    window.screenshot("faults-disk-full").await?;
    desk.disk()?.make_room()?;

    window.scenario("with room again everything goes on, and all that was kept is there");
    window.click("[data-testid=new-conversation]").await?;
    window.gone("[data-testid=message]").await?;
    window.fill("[data-testid=question]", "").await?;
    let (answer, _) = window.ask(QUESTION, "complete").await?;
    assert!(answer.text().await?.contains("5일"));
    for row in window.invoke("documents", json!({})).await?.as_array().into_iter().flatten() {
        if row["state"] == "failed" {
            window.invoke("retry_document", json!({ "id": row["id"] })).await?;
        }
    }
    window.invoke("add_documents", json!({ "paths": [file] })).await?;
    window.wait("[data-testid=document-row][data-name='안내.txt'][data-state=ready]").await?;
    assert!(faults(&window).await?.is_empty());
    let conversations = window.invoke("conversations", json!({ "filter": null })).await?;
    window.close().await?;
    let window = desk.open().await?;
    for name in ["복무규정.hwpx", "안내.txt"] {
        window.wait(&format!("[data-testid=document-row][data-name='{name}'][data-state=ready]")).await?;
    }
    let again = window.invoke("conversations", json!({ "filter": null })).await?;
    let ids = |rows: &Value| rows.as_array().into_iter().flatten().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&conversations));
    assert!(ids(&again).len() >= 2, "{again}");
    window.close().await
}

#[test]
fn a_profile_that_cannot_be_written_says_so_and_opens_once_it_can() {
    in_namespace("a_profile_that_cannot_be_written_says_so_and_opens_once_it_can", read_only);
}

async fn read_only(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.add_sample().await?;
    let family: Vec<process::Life> = process::family(needs.program()).into_iter().filter_map(process::life).collect();
    window.close().await?;
    gone(&family).await?;
    let data = desk.home().join("naratmal");
    let read_only = ReadOnly::mount(&data)?;
    let window = desk.open_locked().await?;
    window.unlock(PASSWORD).await?;
    let said = window.text("[data-testid=gate-error].bad").await?;
    window.say(format!("it says: {}", said.replace('\n', " ")));
    window.screenshot("faults-read-only").await?;
    assert!(said.contains("권한"), "{said}");
    drop(read_only);
    // In the same window, without starting anew.
    window.fill("[data-testid=gate-password]", "").await?;
    window.unlock(PASSWORD).await?;
    window.wait("[data-testid=document-row][data-name='복무규정.hwpx'][data-state=ready]").await?;
    window.close().await
}
