//! The models page in the real window.

use std::process::Command;

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};
use serde_json::json;

#[test]
fn models_are_listed_known_by_name_refused_and_compared() {
    in_namespace("models_are_listed_known_by_name_refused_and_compared", session);
}

#[test]
fn a_bundle_from_a_stick_brings_the_first_model() {
    in_namespace("a_bundle_from_a_stick_brings_the_first_model", bundle);
}

async fn bundle(needs: &Prerequisites) -> Result<()> {
    const MODEL: &str = "smollm2-135m-instruct-q4_1.gguf";
    const ROW: &str = "[data-testid=model-row][data-file='smollm2-135m-instruct-q4_1.gguf']";
    let desk = Desk::set_up(needs)?;
    let models = desk.home().join("naratmal/models");
    let brought = models.canonicalize()?;
    std::fs::remove_file(&models)?;
    std::fs::create_dir(&models)?;
    let bundle = desk.home().join("stick").join("2026.naratmal-models");
    let made = Command::new(needs.program().with_file_name("xtask"))
        .arg("bundle-models")
        .arg(brought.join(MODEL))
        .arg("--out")
        .arg(&bundle)
        .output()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let window = desk.open().await?;
    window.scenario("without a model the window says so, and takes a bundle that is dropped on it");
    window.wait("[data-testid=engine-state][data-state=none]").await?;
    window.drop_files(&[bundle]).await?;
    let row = window.text(ROW).await?;
    window.say(format!("added: {}", row.replace('\n', " / ")));
    window.screenshot("models-5-bundle").await?;
    assert_eq!(std::fs::read(models.join(MODEL))?, std::fs::read(brought.join(MODEL))?, "byte for byte");
    // The first model that can answer is taken into use; another one is chosen in its menu.
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    window.press("Escape").await?;
    window.gone(ROW).await?;
    let (answer, _) = window.ask("2 더하기 2는 얼마입니까?", "complete").await?;
    window.say(format!("it answers: {}", answer.text().await?.replace('\n', " ")));
    window.close().await
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    listed(&window).await?;
    known(&window).await?;
    compared(&window).await?;
    refused(&desk, &window).await?;
    window.close().await
}

async fn listed(window: &Window<'_>) -> Result<()> {
    window.scenario("Ctrl+M lists the models of the folder, with what they need and where they come from");
    window.press("Ctrl+m").await?;
    window.wait("[data-testid=model-row]").await?;
    let rows = window.text("[data-testid=models-here]").await?;
    window.say(format!("models: {}", rows.replace('\n', " / ")));
    window.screenshot("models-1-here").await?;
    assert!(rows.contains("Qwen2.5") && rows.contains("Apache"), "{rows}");
    Ok(())
}

async fn known(window: &Window<'_>) -> Result<()> {
    window.scenario("the Korean models are known by name, and a licence that is not known says so");
    window.click("[data-testid=models-tab-known]").await?;
    window.wait("[data-testid=known-row]").await?;
    let rows = window.text("[data-testid=models-known]").await?;
    window.screenshot("models-2-known").await?;
    for name in ["EXAONE", "HyperCLOVA X", "Solar", "A.X", "Kanana", "Mi:dm", "VARCO"] {
        assert!(rows.contains(name), "no {name} in\n{rows}");
    }
    assert!(rows.contains("확인 필요"), "{rows}");
    Ok(())
}

async fn compared(window: &Window<'_>) -> Result<()> {
    window.scenario("two models answer one question side by side");
    window.click("[data-testid=models-tab-compare]").await?;
    window.fill("[data-testid=compare-question]", "대한민국의 수도는 어디입니까?").await?;
    window.click("[data-testid=compare-ask]:enabled").await?;
    window.wait("[data-testid=compare-stop]").await?;
    window.wait("[data-testid=compare-ask]").await?;
    let answers = window.text("[data-testid=models-compare]").await?;
    window.say(format!("compared: {}", answers.replace('\n', " / ")));
    window.screenshot("models-3-compared").await?;
    assert!(answers.contains("서울"), "{answers}");
    // The model that was in use is again.
    window.press("Escape").await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    Ok(())
}

async fn refused(desk: &Desk, window: &Window<'_>) -> Result<()> {
    window.scenario("a file that is no model is refused, and the folder stays as it was");
    let before = window.invoke("models", json!({})).await?["models"].clone();
    let broken = desk.home().join("고장 난 모델.gguf");
    std::fs::write(&broken, b"GGUF but not the rest of it")?;
    window.drop_files(&[broken]).await?;
    let said = window.text("[data-testid=toast], [data-testid=models-failure]").await?;
    window.say(format!("it says: {}", said.replace('\n', " ")));
    window.screenshot("models-4-refused").await?;
    assert!(said.contains("오류 코드"), "{said}");
    assert_eq!(window.invoke("models", json!({})).await?["models"], before);
    Ok(())
}
