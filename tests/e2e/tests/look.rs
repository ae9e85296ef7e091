//! How the real window looks and listens: themes, sizes, languages and keys. No model is needed.

use e2e::{Desk, PASSWORD, Prerequisites, Result, Window, in_namespace};
use serde_json::{Value, json};

#[test]
fn the_window_looks_and_listens_as_the_person_chose() {
    in_namespace("the_window_looks_and_listens_as_the_person_chose", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    theme_and_size(&window).await?;
    language(&window).await?;
    window.close().await?;
    let window = kept(&desk).await?;
    keys(&window).await?;
    window.close().await
}

async fn look(window: &Window<'_>, name: &str) -> Result<Value> {
    let scripts = [
        ("theme", "return document.documentElement.dataset.theme"),
        ("size", "return document.documentElement.style.fontSize"),
        ("language", "return document.documentElement.lang"),
        // What is wider than the window cannot be read without scrolling sideways (WCAG 1.4.10).
        ("overflow", "return document.documentElement.scrollWidth - window.innerWidth"),
        ("focus", "return document.activeElement?.closest('nav, main, aside, [role=dialog]')?.tagName ?? ''"),
    ];
    let (_, script) = scripts.into_iter().find(|(each, _)| *each == name).ok_or("no such look")?;
    window.script(script, Vec::new()).await
}

async fn theme_and_size(window: &Window<'_>) -> Result<()> {
    window.scenario("a dark theme and the largest text are chosen, and all of it fits");
    window.click("[data-testid=appearance-button]").await?;
    window.push("[data-testid=theme-dark]").await?;
    window.push("[data-testid=size-200]").await?;
    assert_eq!(look(window, "theme").await?, json!("dark"));
    assert_eq!(look(window, "size").await?, json!("200%"));
    window.screenshot("look-1-appearance-200").await?;
    window.press("Escape").await?;
    window.gone("[data-testid=appearance-dialog]").await?;
    assert_eq!(look(window, "overflow").await?, json!(0));
    window.screenshot("look-2-desk-200").await?;
    window.scenario("where there is no room for three parts, one is shown and the others stand at a button");
    window.click("[data-testid=pane-side]").await?;
    window.wait("[data-testid=pane-side][aria-pressed=true]").await?;
    assert_eq!(look(window, "overflow").await?, json!(0));
    window.screenshot("look-3-side-200").await?;
    window.click("[data-testid=pane-chat]").await?;
    window.scenario("Ctrl+0 gives the text its size back");
    window.press("Ctrl+0").await?;
    assert_eq!(look(window, "size").await?, json!("100%"));
    Ok(())
}

async fn language(window: &Window<'_>) -> Result<()> {
    window.scenario("the window speaks English at once");
    window.click("[data-testid=appearance-button]").await?;
    window.push("[data-testid=language-en]").await?;
    window.press("Escape").await?;
    window.gone("[data-testid=appearance-dialog]").await?;
    assert_eq!(look(window, "language").await?, json!("en"));
    let shown = window.text("body").await?;
    window.screenshot("look-3-english").await?;
    assert!(shown.contains("New conversation"), "{shown}");
    Ok(())
}

async fn kept(desk: &Desk) -> Result<Window<'_>> {
    let window = desk.open_locked().await?;
    window.scenario("theme and language are as they were left, on the lock screen too");
    window.wait("[data-testid=gate-unlock]").await?;
    assert_eq!((look(&window, "theme").await?, look(&window, "language").await?), (json!("dark"), json!("en")));
    window.screenshot("look-4-locked-english").await?;
    window.unlock(PASSWORD).await?;
    window.wait("[data-testid=question]").await?;
    window.click("[data-testid=appearance-button]").await?;
    for choice in ["language-ko", "theme-auto"] {
        window.push(&format!("[data-testid={choice}]")).await?;
    }
    window.press("Escape").await?;
    window.gone("[data-testid=appearance-dialog]").await?;
    Ok(window)
}

async fn keys(window: &Window<'_>) -> Result<()> {
    window.scenario("F1 shows every key, Escape gives the focus back");
    window.click("[data-testid=question]").await?;
    window.press("F1").await?;
    let sheet = window.text("[data-testid=shortcut-sheet]").await?;
    window.screenshot("look-5-keys").await?;
    for keys in ["Ctrl+K", "Ctrl+D", "Ctrl+M", "F6"] {
        assert!(sheet.replace(['\n', ' '], "").contains(keys), "no {keys} in\n{sheet}");
    }
    window.press("Escape").await?;
    window.gone("[data-testid=shortcut-sheet]").await?;
    let at = window.script("return document.activeElement?.dataset.testid ?? ''", Vec::new()).await?;
    assert_eq!(at, json!("question"));

    window.scenario("F6 goes round the parts of the window");
    let mut parts = Vec::new();
    for _ in 0..3 {
        window.press("F6").await?;
        parts.push(look(window, "focus").await?);
    }
    window.say(format!("F6: {parts:?}"));
    for part in ["NAV", "MAIN", "ASIDE"] {
        assert!(parts.contains(&json!(part)), "{parts:?}");
    }

    window.scenario("every dialog of the desk opens by its key and closes by Escape");
    for (key, dialog) in [("k", "find-query"), ("d", "drafting-dialog"), ("m", "models-dialog")] {
        window.press(&format!("Ctrl+{key}")).await?;
        window.wait(&format!("[data-testid={dialog}]")).await?;
        window.press("Escape").await?;
        window.gone(&format!("[data-testid={dialog}]")).await?;
    }
    Ok(())
}
