//! What is kept is locked: no file shows a word of it, and only the password opens it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use e2e::{Desk, PASSWORD, Prerequisites, Result, in_namespace};

/// Stands in the document, in the question and so in answer, index and conversation.
const PLANTED: &str = "은하수도서관";

#[test]
fn no_file_shows_what_was_asked_and_read_and_only_the_password_opens_it() {
    in_namespace("no_file_shows_what_was_asked_and_read_and_only_the_password_opens_it", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let mut window = desk.open_locked().await?;
    window.wait("[data-testid=gate-password]").await?;
    window.screenshot("gate-1-new").await?;
    window.set_first_password(PASSWORD).await?;
    window.click("[data-testid=gate-make-recovery]").await?;
    let recovery = window.text("[data-testid=gate-recovery-key]").await?;
    assert_eq!(recovery.split('-').count(), 8, "{recovery}");
    window.screenshot("gate-2-recovery").await?;
    window.click("input[type=checkbox]").await?;
    window.click("[data-testid=gate-continue]:enabled").await?;

    let document = desk.home().join("안내.txt");
    std::fs::write(&document, format!("{PLANTED}은 매주 월요일에 휴관합니다. 문의는 총무과로 합니다.\n"))?;
    window.drop_files(std::slice::from_ref(&document)).await?;
    window.wait("[data-testid=document-row][data-name='안내.txt'][data-state=ready]").await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    let (answer, _) = window.ask(&format!("{PLANTED}은 언제 휴관합니까?"), "complete").await?;
    window.say(format!("answer: {}", answer.text().await?.replace('\n', " ")));
    std::fs::remove_file(&document)?;
    assert_silent(desk.home(), "while it is open")?;
    window.say("no file shows the planted word while the data is open");

    window.lock().await?;
    window.screenshot("gate-3-locked").await?;
    assert_silent(desk.home(), "once it is locked")?;
    let page = window.script("return document.documentElement.outerHTML", Vec::new()).await?;
    assert!(!page.as_str().unwrap_or_default().contains(PLANTED), "the page still holds it");
    window.unlock("틀린 암호입니다").await?;
    window.wait("[data-testid=gate-error].bad").await?;
    window.say(format!("a wrong password says: {}", window.text("[data-testid=gate-error]").await?));
    window.unlock(PASSWORD).await?;
    window.wait("[data-testid=document-row][data-name='안내.txt'][data-state=ready]").await?;
    window.wait("[data-testid=conversation-row]").await?;
    window.say("the right one opens it again, with document and conversation");

    for signal in ["KILL", "SEGV"] {
        desk.kill(signal)?;
        // Its program is gone; the driver is to let go of the session.
        let _ = window.close().await;
        assert_silent(desk.home(), signal)?;
        window = desk.open().await?;
        window.wait("[data-testid=document-row][data-name='안내.txt'][data-state=ready]").await?;
        window.say(format!("no file shows the planted word after SIG{signal}, and the password opens the data again"));
    }
    window.close().await?;
    verify_audit(needs, desk.home())
}

/// The officer's command, without a window.
fn verify_audit(needs: &Prerequisites, home: &Path) -> Result<()> {
    let mut command = Command::new(needs.program())
        .args(["audit", "verify"])
        .env("XDG_DATA_HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    command.stdin.take().ok_or("no input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
    let output = command.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    println!("naratmal audit verify: {} ({})", said.trim().replace('\n', " / "), output.status);
    assert!(output.status.success() && said.contains("빠지거나 바뀐 기록이 없습니다."), "{said}");
    Ok(())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // What set-up brought is a link, and not the person's.
        match entry.file_type()? {
            kind if kind.is_dir() => files(&entry.path(), found)?,
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}

fn assert_silent(home: &Path, when: &str) -> Result<()> {
    let mut found = Vec::new();
    files(home, &mut found)?;
    assert!(found.iter().any(|path| path.ends_with("naratmal.db")), "the database is not among the files: {found:?}");
    let encodings: [Vec<u8>; 3] = [
        PLANTED.as_bytes().to_vec(),
        PLANTED.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        encoding_rs::EUC_KR.encode(PLANTED).0.into_owned(),
    ];
    for path in found {
        // One that went meanwhile shows nothing.
        let bytes = std::fs::read(&path).unwrap_or_default();
        for words in &encodings {
            let shown = bytes.windows(words.len()).any(|window| window == words.as_slice());
            assert!(!shown, "{when}, {} shows the planted word", path.display());
        }
    }
    Ok(())
}
