//! Every screen, for people who see, hear or move otherwise.

use e2e::access::Findings;
use e2e::{Desk, PASSWORD, Prerequisites, Result, Window, in_namespace};

#[test]
fn axe_finds_nothing_wrong_with_any_screen() {
    in_namespace("axe_finds_nothing_wrong_with_any_screen", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open_locked().await?;
    let mut findings = Findings::default();
    gate(&window, &mut findings).await?;
    desk_and_dialogs(&window, &mut findings).await?;
    window.lock().await?;
    findings.look(&window, "gate-lock").await?;
    window.close().await?;
    assert!(findings.all().is_empty(), "{:#?}", findings.all());
    Ok(())
}

async fn gate(window: &Window<'_>, findings: &mut Findings) -> Result<()> {
    window.wait("[data-testid=gate-start]").await?;
    findings.look(window, "gate-first").await?;
    window.set_first_password(PASSWORD).await?;
    window.click("[data-testid=gate-make-recovery]").await?;
    window.wait("[data-testid=gate-recovery-key]").await?;
    findings.look(window, "gate-recovery").await?;
    window.click("input[type=checkbox]").await?;
    window.click("[data-testid=gate-continue]:enabled").await
}

async fn desk_and_dialogs(window: &Window<'_>, findings: &mut Findings) -> Result<()> {
    window.wait("[data-testid=add-sample]").await?;
    findings.look(window, "desk-empty").await?;
    window.add_sample().await?;
    window.ask("출장을 마치면 언제까지 보고해야 합니까?", "complete").await?;
    findings.look(window, "answer").await?;
    window.click("[data-testid=figures] summary").await?;
    window.click("[data-testid=chip]").await?;
    window.wait("[data-testid=source-pane][data-state=ready]").await?;
    findings.look(window, "source").await?;
    window.press("Escape").await?;
    for (name, opener, shown) in [
        ("find", "[data-testid=find-button]", "[data-testid=find-query]"),
        ("shortcuts", "[data-testid=shortcuts-button]", "[data-testid=shortcut-sheet]"),
        ("appearance", "[data-testid=appearance-button]", "[data-testid=appearance-dialog]"),
        ("drafting", "[data-testid=drafting-button]", "[data-testid=draft-tasks]"),
        ("style", "[data-testid=style-button]", "[data-testid=style-text]"),
        ("models", "[data-testid=models-button]", "[data-testid=model-row]"),
        ("network", "[data-testid=security-button]", "[data-testid=security-tab-network]"),
    ] {
        window.click(opener).await?;
        window.wait(shown).await?;
        findings.look(window, name).await?;
        if name != "network" {
            window.press("Escape").await?;
        }
    }
    for tab in ["encryption", "backup", "audit", "policy"] {
        window.click(&format!("[data-testid=security-tab-{tab}]")).await?;
        window.wait(&format!("[data-testid=security-tab-{tab}][aria-selected=true]")).await?;
        findings.look(window, tab).await?;
    }
    window.press("Escape").await
}
