//! Documents in the real window: a password, a folder of hundreds, a pause on the way.

use std::path::Path;
use std::time::Duration;

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};

/// Enough to be seen on the way, few enough for a test.
const FILES: usize = 600;
const BAR: &str = "[data-testid=ingest-bar]";
const LOCKED: &str = "[data-testid=document-row][data-name='password-aes256.pdf']";

#[test]
fn a_locked_document_opens_and_a_folder_is_read_with_a_pause() {
    in_namespace("a_locked_document_opens_and_a_folder_is_read_with_a_pause", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.wait("[data-testid=add-sample]").await?;
    password(&window).await?;
    folder(&desk, &window).await?;
    window.close().await
}

async fn password(window: &Window<'_>) -> Result<()> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src-tauri/crates/reader/tests/fixtures/password-aes256.pdf");
    window.drop_files(&[fixture.canonicalize()?]).await?;
    let said = window.text(&format!("{LOCKED}[data-state=failed]")).await?;
    window.say(format!("the locked document says: {}", said.replace('\n', " / ")));
    assert!(said.contains("암호를 입력하십시오"), "{said}");
    window.push(&format!("{LOCKED} [data-testid=enter-password]")).await?;
    window.wait("[data-testid=password-form] input").await?.send_keys("틀린 암호\u{E007}").await?;
    let refused = window.text("[data-testid=password-form] [role=alert]").await?;
    window.say(format!("a wrong password: {refused}"));
    window.screenshot("library-1-password").await?;
    assert!(refused.contains("암호가 맞지 않습니다"), "{refused}");
    window.wait("[data-testid=password-form] input").await?.send_keys("naratmal\u{E007}").await?;
    window.wait(&format!("{LOCKED}[data-state=ready]")).await?;
    window.say("the right password opened it");
    Ok(())
}

async fn folder(desk: &Desk, window: &Window<'_>) -> Result<()> {
    let folder = desk.home().join("민원 사례");
    std::fs::create_dir_all(&folder)?;
    for file in 0..FILES {
        let text = format!("제{file}호 민원 사례\n주차 요금 감면을 요청한 민원 제{file}호에 답한 내용이다.\n");
        std::fs::write(folder.join(format!("{file:03}.txt")), text)?;
    }
    // The bar of the document before it goes first.
    while !window.all(BAR).await?.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.drop_files(&[folder]).await?;
    window.push("[data-testid=ingest-pause]").await?;
    let paused = window.text("[data-testid=ingest-bar][data-state=paused]").await?;
    window.say(format!("paused: {}", paused.replace('\n', " / ")));
    window.screenshot("library-2-paused").await?;
    window.push("[data-testid=ingest-resume]").await?;
    let running = window.text(BAR).await?;
    window.say(format!("goes on: {}", running.replace('\n', " / ")));
    window.screenshot("library-3-running").await?;
    // The bar goes with the last document, and each counts as one to ask about.
    let all = format!("{0}/{0}건", FILES + 1);
    while !window.all(BAR).await?.is_empty() || !window.text("body").await?.contains(&all) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let drawn = window.all("[data-testid=document-row]").await?.len();
    window.say(format!("all {FILES} are in ({all}); {drawn} rows are drawn"));
    window.screenshot("library-4-ready").await?;
    assert!(drawn < FILES, "the list draws what is seen");
    Ok(())
}
