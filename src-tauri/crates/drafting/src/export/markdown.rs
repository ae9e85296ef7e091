//! Markdown, with lines that break where the document breaks them.

use crate::lines::{Piece, Role};

pub fn write(pieces: &[Piece]) -> String {
    let mut blocks = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Line { role, indent, text } => {
                let text = escaped(text);
                blocks.push(match role {
                    Role::Title => format!("# {text}"),
                    Role::Heading(level) => format!("{} {text}", "#".repeat(usize::from(*level) + 1)),
                    // Blanks at the head of a line mean something else; these are blanks of no-break.
                    Role::Body => format!("{}{}", "\u{a0}".repeat(usize::from(*indent)), begun(&text)),
                    Role::Grade | Role::Notice => begun(&text),
                });
            }
            Piece::Table(rows) => blocks.push(table(rows)),
        }
    }
    let mut out = blocks.join("\n\n");
    out.push('\n');
    out
}

fn table(rows: &[Vec<String>]) -> String {
    let mut lines = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell).replace('|', "\\|")).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
        if at == 0 {
            lines.push(format!("|{}", " --- |".repeat(row.len())));
        }
    }
    lines.join("\n")
}

/// Text in which nothing is taken for emphasis, code or a tag.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '`' | '<' | '~' | '$') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A line that is not taken for a heading, a quotation, a list or a rule by what it begins with.
fn begun(text: &str) -> String {
    if text.starts_with(['#', '>', '+', '-', '=', '|']) {
        return format!("\\{text}");
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes().get(digits) {
        // A list would be numbered anew.
        Some(b'.' | b')') if digits > 0 => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text.to_owned(),
    }
}
