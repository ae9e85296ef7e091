//! Finding and asking in the real window: by meaning, by consonants, by a follow-up, about a document as a whole.

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};

const RULES: &str = "[data-testid=document-row][data-name='복무규정.hwpx'][data-state=ready]";
const BASIS: &str = "article:last-of-type [data-testid=basis]";

#[test]
fn documents_are_found_without_the_model_and_asked_about_as_people_ask() {
    in_namespace("documents_are_found_without_the_model_and_asked_about_as_people_ask", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    let notice = desk.home().join("주차 안내.txt");
    std::fs::write(&notice, "가온시 청사 주차 안내\n민원인은 2시간까지 무료로 주차할 수 있습니다.\n직원은 지하 2층에 주차합니다.\n")?;
    window.wait("[data-testid=add-sample]").await?;
    window.drop_files(&[notice]).await?;
    window.wait("[data-testid=document-row][data-name='주차 안내.txt'][data-state=ready]").await?;
    window.wait("[data-testid=engine-state][data-state=ready]").await?;
    let meaning = window.text("[data-testid=embedding-state][data-state=ready]").await?;
    window.say(format!("the embedding model: {}", meaning.replace('\n', " ")));
    whole(&window).await?;
    window.invoke("add_sample", serde_json::json!({})).await?;
    window.wait(RULES).await?;
    follow_up(&window).await?;
    find(&window).await?;
    window.close().await
}

async fn follow_up(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=new-conversation]").await?;
    let (answer, _) = window.ask("병가는 며칠까지 쓸 수 있습니까?", "complete").await?;
    let text = answer.text().await?;
    window.say(format!("answer: {}", text.replace('\n', " ")));
    assert!(text.contains("60일"), "{text}");
    window.say(format!("basis: {}", window.says(BASIS, "읽고 답했습니다").await?));
    window.screenshot("retrieval-1-answer").await?;

    let (answer, _) = window.ask("그럼 출장 보고는요?", "complete").await?;
    let text = answer.text().await?;
    window.say(format!("follow-up: {}", text.replace('\n', " ")));
    assert!(text.contains("5일"), "{text}");
    window.screenshot("retrieval-2-follow-up").await
}

async fn whole(window: &Window<'_>) -> Result<()> {
    let (answer, _) = window.ask("이 문서를 요약해 줘", "complete").await?;
    window.say(format!("summary: {}", answer.text().await?.replace('\n', " ")));
    window.say(format!("basis: {}", window.says(BASIS, "자료 1건 전체").await?));
    window.screenshot("retrieval-0-whole").await?;
    assert_eq!(answer.attr("data-refused").await?.as_deref(), Some("false"));
    Ok(())
}

async fn find(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=find-button]").await?;
    let field = window.wait("[data-testid=find-query]").await?;
    field.send_keys("ㅂㅁㄱㅈ").await?;
    let found = window.says("[data-testid=find-documents]", "복무규정").await?;
    window.say(format!("by consonants: {}", found.replace('\n', " / ")));
    window.screenshot("retrieval-4-consonants").await?;

    let typed = "const field = document.querySelector('[data-testid=find-query]'); field.value = arguments[0]; \
                 field.dispatchEvent(new Event('input', { bubbles: true }))";
    window.script(typed, vec!["출장 보고".into()]).await?;
    let found = window.says("[data-testid=find-documents]", "제16조").await?;
    window.say(format!("by words: {}", found.replace('\n', " / ")));
    window.screenshot("retrieval-5-words").await?;
    // The first is the document by its name; the passage stands below it.
    field.send_keys("\u{e015}\u{e007}").await?;
    window.wait("[data-testid=source-pane][data-state=ready]").await?;
    let place = window.says("[data-testid=source-locator]", "제4장").await?;
    window.say(format!("a result opens its source: {place}"));
    window.screenshot("retrieval-6-opened").await
}
