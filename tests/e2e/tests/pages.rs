//! Collections and the pages of a PDF in the real window: pdf.js under the window's own CSP.

use std::fmt::Write as _;

use e2e::{Desk, Prerequisites, Result, Window, in_namespace};

const PAGES: &str = "[data-testid=pdf-pages]";
const CHIP: &str = "[data-testid=collection-chip][data-name='주차 자료']";
const ROW: &str = "[data-testid=document-row][data-name='parking.pdf'][data-state=ready]";

#[test]
fn a_pdf_is_put_into_a_collection_and_read_page_by_page() {
    in_namespace("a_pdf_is_put_into_a_collection_and_read_page_by_page", session);
}

async fn session(needs: &Prerequisites) -> Result<()> {
    let desk = Desk::set_up(needs)?;
    let window = desk.open().await?;
    let file = desk.home().join("parking.pdf");
    let texts = [
        "The visitors of the city hall are asked to read these rules before they enter the building.",
        "Parking below the city hall is free of charge for two hours, and one thousand won an hour after that.",
    ];
    std::fs::write(&file, pdf(&texts))?;
    window.wait("[data-testid=add-sample]").await?;
    window.drop_files(&[file.clone()]).await?;
    window.wait(ROW).await?;
    collect(&window).await?;
    pages(&window).await?;

    std::fs::write(&file, pdf(&texts[..1]))?;
    window.click("[data-testid=source-tab-text]").await?;
    window.click("[data-testid=source-tab-pages]").await?;
    let said = window.text(&format!("{PAGES} [role=alert]")).await?;
    window.say(format!("of a file that changed: {}", said.replace('\n', " / ")));
    assert!(said.contains("original_changed"), "{said}");
    window.screenshot("pages-4-changed").await?;
    window.close().await
}

async fn collect(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=new-collection]").await?;
    window.wait("[data-testid=collection-name-field]").await?.send_keys("주차 자료\u{E007}").await?;
    window.wait(CHIP).await?;
    window.push(&format!("{ROW} [data-testid=more]")).await?;
    window.push("[data-testid=collect-document]").await?;
    window.click("[data-testid=collect-choice] input").await?;
    window.screenshot("pages-1-collect").await?;
    window.click("[data-testid=collect-done]").await?;
    let chip = window.text(CHIP).await?;
    window.say(format!("the collection: {}", chip.replace('\n', " ")));
    assert!(chip.contains('1'), "{chip}");
    Ok(())
}

async fn pages(window: &Window<'_>) -> Result<()> {
    window.click("[data-testid=find-button]").await?;
    let field = window.wait("[data-testid=find-query]").await?;
    field.send_keys("thousand won").await?;
    window.wait("[data-testid=find-option]").await?;
    // Where only one thing is found it is the document; its passage stands below it.
    field.send_keys("\u{e007}").await?;
    window.wait("[data-testid=source-pane][data-state=ready]").await?;
    window.click("[data-testid=source-tab-pages]").await?;
    // Both pages are one passage, which stands where it begins.
    window.wait(&format!("{PAGES}[data-page='1'] mark")).await?;
    let marked = "return document.querySelector('[data-testid=pdf-pages] mark').textContent";
    let marked = window.script(marked, vec![]).await?;
    window.say(format!("marked on page 1: {marked}"));
    window.screenshot("pages-2-marked").await?;
    assert!(marked.as_str().is_some_and(|text| text.contains("the building")), "{marked}");
    for (key, page) in [("\u{E014}", 2), ("\u{E012}", 1)] {
        window.wait(&format!("{PAGES} [role=document]")).await?.send_keys(key).await?;
        window.wait(&format!("{PAGES}[data-page='{page}']")).await?;
        window.screenshot(&format!("pages-3-page-{page}")).await?;
    }
    Ok(())
}

/// A PDF with a page for each line of text.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|page| format!("{} 0 R ", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (page, text) in pages.iter().enumerate() {
        let shown = format!("BT /F1 10 Tf 50 700 Td ({text}) Tj ET");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * page
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{shown}\nendstream", shown.len()));
    }
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = String::new();
    for (index, object) in objects.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{} 0 obj\n{object}\nendobj", index + 1);
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let _ = write!(
        file,
        "xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}
