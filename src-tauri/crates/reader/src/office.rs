//! DOCX and PPTX through undoc's document model.

use documents::{Document, Format};
use undoc::model::{Block, Paragraph, Table};
use undoc::ErrorKind;
use wire::Failure;

use crate::fault;
use crate::outline::Outline;
use crate::table::{self, Cell};

/// How deep tables in cells are followed.
const NESTING: usize = 16;

pub fn office(bytes: &[u8], format: Format) -> Result<Document, Failure> {
    let parsed = undoc::parse_bytes(bytes).map_err(|error| match error.kind() {
        ErrorKind::Encrypted => fault::password(error),
        _ => fault::damaged(error),
    })?;
    let mut outline = Outline::new(format);
    let mut running: Vec<String> = Vec::new();
    for (index, section) in parsed.sections.iter().enumerate() {
        outline.section(index);
        if format == Format::Pptx {
            // A slide is what its viewer counts as a page.
            outline.page(documents::Page::at(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        for part in [&section.header, &section.footer].into_iter().flatten().flatten() {
            let text = written(part);
            if !running.contains(&text) {
                outline.paragraph(&text);
                running.push(text);
            }
        }
        for block in &section.content {
            match block {
                Block::Paragraph(part) => paragraph(&mut outline, part),
                Block::Table(part) => tables(&mut outline, part, 0),
                Block::Note { label, content } => {
                    let text: Vec<String> = content.iter().map(written).collect();
                    outline.footnote(label, &text.join("\n"));
                }
                Block::PageBreak | Block::SectionBreak | Block::Image { .. } => {}
            }
        }
        for note in section.notes.iter().flatten() {
            outline.paragraph(&written(note));
        }
    }
    if format == Format::Pptx {
        outline.pages(u32::try_from(parsed.sections.len()).unwrap_or(u32::MAX));
    }
    Ok(outline.finish())
}

/// Its text as a reader sees it: undoc's own plain text writes note marks and page breaks in Markdown.
fn written(part: &Paragraph) -> String {
    let mut text = String::new();
    if let Some(number) = part.list_info.as_ref().and_then(|list| list.number) {
        text.push_str(&format!("{number}. "));
    }
    for run in &part.runs {
        text.push_str(&run.text);
        if run.line_break || run.page_break {
            text.push('\n');
        }
    }
    text
}

fn paragraph(outline: &mut Outline, part: &Paragraph) {
    let text = written(part);
    match part.heading.level() {
        0 => outline.paragraph(&text),
        level => outline.heading(level, &text),
    }
}

fn tables(outline: &mut Outline, part: &Table, depth: usize) {
    if let Some(caption) = &part.caption {
        outline.paragraph(caption);
    }
    let rows: Vec<Vec<Cell>> = part
        .rows
        .iter()
        .map(|row| {
            row.cells
                .iter()
                .map(|cell| Cell {
                    text: cell.content.iter().map(written).collect::<Vec<_>>().join("\n"),
                    rows: cell.row_span,
                    columns: cell.col_span,
                })
                .collect()
        })
        .collect();
    outline.table(&table::markdown(&table::grid(&rows)));
    for inner in part.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.nested_tables) {
        if depth < NESTING {
            tables(outline, inner, depth + 1);
        } else {
            outline.warn("표 안의 표가 너무 깊어 일부를 읽지 못했습니다. 원본을 확인하십시오.");
        }
    }
}
