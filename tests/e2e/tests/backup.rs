//! A backup made in one window and put back on another PC: a desk of its own, with nothing on it.

use std::path::Path;

use e2e::{Desk, PASSWORD, Prerequisites, Result, Window, in_namespace};

const BACKUP_PASSWORD: &str = "백업에 쓰는 긴 암호 7";
const NEW_PASSWORD: &str = "새 PC에서 쓰는 암호 8";
const ANSWER: &str = "출장을 마친 날부터 5일 이내에 보고합니다.";

#[test]
fn a_backup_is_put_back_on_another_pc() {
    in_namespace("a_backup_is_put_back_on_another_pc", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let file = tempfile::tempdir()?;
    let file = file.path().join("나랏말 백업.naratmal-backup");
    {
        let desk = Desk::set_up(needs)?;
        desk.open().await?.close().await?;
        desk.converse(["출장 보고의 기한".to_owned()], "출장 보고는 언제까지 합니까?", ANSWER)?;
        let window = desk.open().await?;
        window.add_sample().await?;
        make(&window, &file).await?;
        window.close().await?;
    }
    let bytes = std::fs::read(&file)?;
    for plain in [ANSWER, "복무규정", "SQLite format 3"] {
        assert!(!bytes.windows(plain.len()).any(|part| part == plain.as_bytes()), "{plain} can be read in the backup");
    }
    let desk = Desk::set_up(needs)?;
    put_back(&desk.open_locked().await?, &file).await
}

async fn make(window: &Window<'_>, file: &Path) -> Result<()> {
    window.scenario("everything goes into one file under a password of its own");
    window.click("[data-testid=security-button]").await?;
    window.click("[data-testid=security-tab-backup]").await?;
    window.fill("[data-testid=backup-current]", PASSWORD).await?;
    window.fill("[data-testid=backup-password]", BACKUP_PASSWORD).await?;
    window.fill("[data-testid=backup-password-again]", BACKUP_PASSWORD).await?;
    window.chooses("save", file).await?;
    window.push("[data-testid=backup-make]:enabled").await?;
    window.wait("[data-testid=toast]").await?;
    window.screenshot("backup-1-made").await?;
    window.say(format!("{} bytes; {}", std::fs::metadata(file)?.len(), window.text("[data-testid=backup-last]").await?));
    Ok(())
}

async fn put_back(window: &Window<'_>, file: &Path) -> Result<()> {
    window.scenario("a PC with nothing on it: a wrong password opens nothing, and is corrected in its place");
    window.click("[data-testid=gate-restore]").await?;
    window.chooses("open", file).await?;
    window.push("[data-testid=restore-pick]").await?;
    window.fill("[data-testid=restore-password]", "틀린 암호입니다 1").await?;
    window.push("[data-testid=restore-look]:enabled").await?;
    let said = window.text("[data-testid=restore-error].bad").await?;
    window.say(&said);
    assert!(said.contains("암호"), "{said}");
    window.screenshot("backup-2-wrong").await?;
    window.fill("[data-testid=restore-password]", BACKUP_PASSWORD).await?;
    window.push("[data-testid=restore-look]:enabled").await?;

    window.scenario("the right one tells what it holds; a new password, and everything is there");
    window.say(window.text("[data-testid=restore-summary]").await?.replace('\n', " / "));
    window.fill("[data-testid=restore-new]", NEW_PASSWORD).await?;
    window.fill("[data-testid=restore-new-again]", NEW_PASSWORD).await?;
    window.screenshot("backup-3-summary").await?;
    window.push("[data-testid=restore-start]:enabled").await?;
    // The old recovery key opens nothing any more: a new one is offered.
    window.click("[data-testid=gate-later]").await?;
    window.wait("[data-testid=question]").await?;
    window.wait("[data-testid=document-row][data-name='복무규정.hwpx'][data-state=ready]").await?;
    window.push("[data-testid=conversation-row] .open").await?;
    let answer = window.text("article").await?;
    assert!(answer.contains(ANSWER), "{answer}");
    window.press("Ctrl+k").await?;
    window.fill("[data-testid=find-query]", "병가").await?;
    let found = window.text("[data-testid=find-documents]").await?;
    assert!(found.contains("복무규정"), "the index is made again: {found}");
    window.screenshot("backup-4-there").await?;
    window.press("Escape").await?;

    window.lock().await?;
    window.unlock(NEW_PASSWORD).await?;
    window.wait("[data-testid=question]").await?;
    Ok(())
}
