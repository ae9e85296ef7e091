//! Collects blocks in reading order and keeps the path of headings above them, by style or by the numbering that
//! Korean statutes and reports use.

use documents::{Block, BlockKind, Document, Format, Locator, Page};
use unicode_normalization::UnicodeNormalization;

use crate::line::{self, Line};

/// The longest text that is taken for a heading by its style alone.
const LONGEST: usize = 120;

/// Collects the blocks of one document.
pub struct Outline {
    document: Document,
    section: u32,
    paragraph: u32,
    page: Option<Page>,
    headings: Vec<(u8, String)>,
}

impl Outline {
    pub fn new(format: Format) -> Self {
        Self {
            document: Document::new(format),
            section: 0,
            paragraph: 0,
            page: None,
            headings: Vec::new(),
        }
    }

    /// What follows stands in this section; paragraphs count from 0 again.
    pub fn section(&mut self, section: usize) {
        let section = u32::try_from(section).unwrap_or(u32::MAX);
        if section != self.section {
            self.section = section;
            self.paragraph = 0;
        }
    }

    /// What follows stands on this page.
    pub fn page(&mut self, page: Page) {
        self.page = Some(page);
    }

    pub fn pages(&mut self, pages: u32) {
        self.document.pages = Some(pages);
    }

    pub fn warn(&mut self, warning: impl Into<String>) {
        self.document.warnings.push(warning.into());
    }

    /// A heading by its style, from 1 for the outermost; official numbering, where there is some, says it better.
    pub fn heading(&mut self, level: u8, text: &str) {
        let text = tidy(text);
        match line::classify(&text) {
            Line::Heading { .. } | Line::Article { .. } => self.paragraph(&text),
            // Whole bodies are written in an outline style at times; a sentence of that length is no heading.
            Line::Text if text.chars().count() > LONGEST => self.push(BlockKind::Paragraph, text),
            Line::Text if !text.is_empty() => self.head(line::styled(level), &text),
            Line::Text => {}
        }
    }

    /// A paragraph, unless its numbering makes it a heading.
    pub fn paragraph(&mut self, text: &str) {
        let text = tidy(text);
        match line::classify(&text) {
            Line::Heading { rank } => self.head(rank, &text),
            Line::Article { rank, title } => {
                self.head(rank, &text[..title]);
                self.push(BlockKind::Paragraph, text[title..].trim_start().to_owned());
            }
            Line::Text => self.push(BlockKind::Paragraph, text),
        }
    }

    pub fn table(&mut self, markdown: &str) {
        self.push(BlockKind::Table, tidy(markdown));
    }

    /// A footnote or endnote; its anchor in the text is [`anchor`] of the same label.
    pub fn footnote(&mut self, label: &str, text: &str) {
        let text = tidy(text);
        if !text.is_empty() {
            let own = format!("{label})");
            let text = text.strip_prefix(&own).unwrap_or(&text).trim_start();
            self.push(BlockKind::Footnote, format!("{} {text}", anchor(label)));
        }
    }

    /// A reviewer's remark beside the text.
    pub fn memo(&mut self, text: &str) {
        let text = tidy(text);
        if !text.is_empty() {
            self.push(BlockKind::Paragraph, format!("[메모] {text}"));
        }
    }

    /// Text that a tracked change deleted was left out; said once a document.
    pub fn left_out_deleted(&mut self) {
        self.warn_once("변경 내용 추적에서 삭제된 글은 읽지 않았습니다.");
    }

    /// As [`Outline::warn`], unless it was said before.
    pub fn warn_once(&mut self, warning: &str) {
        if !self.document.warnings.iter().any(|said| said == warning) {
            self.warn(warning);
        }
    }

    /// What was read is what could be saved of a damaged file.
    pub fn partial(&mut self) {
        self.document.partial = true;
    }

    /// Nothing could be read of this page.
    pub fn unread(&mut self, page: Page) {
        self.document.unread_pages.push(page);
    }

    /// Takes in a document that lies in this one, under a heading of its own; its pages are those of that file.
    pub fn embed(&mut self, level: u8, heading: &str, name: &str, document: Document) {
        self.page = None;
        self.head(line::styled(level), &tidy(heading));
        let above: Vec<String> = self.headings.iter().map(|(_, text)| text.clone()).collect();
        for block in document.blocks {
            self.document.blocks.push(Block {
                heading_path: above.iter().cloned().chain(block.heading_path).collect(),
                locator: Locator { section: self.section, paragraph: self.paragraph, page: block.locator.page },
                ..block
            });
            self.paragraph += 1;
        }
        self.document.warnings.extend(document.warnings.into_iter().map(|warning| format!("{name}: {warning}")));
        self.document.partial |= document.partial;
    }

    /// Whether nothing was found so far.
    pub fn is_empty(&self) -> bool {
        self.document.blocks.is_empty()
    }

    pub fn finish(self) -> Document {
        self.document
    }

    fn head(&mut self, rank: u8, text: &str) {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.headings.retain(|(above, _)| *above < rank);
        self.headings.push((rank, text.clone()));
        self.push(BlockKind::Heading, text);
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        if text.is_empty() {
            return;
        }
        self.document.blocks.push(Block {
            kind,
            text,
            heading_path: self.headings.iter().map(|(_, text)| text.clone()).collect(),
            locator: Locator { section: self.section, paragraph: self.paragraph, page: self.page },
        });
        self.paragraph += 1;
    }
}

/// How a note's anchor stands in the text, as Korean documents print it: 주1). Put a space before it, so that it
/// does not become part of the word.
pub fn anchor(label: &str) -> String {
    format!("주{label})")
}

/// NFC, without control characters and without space at line ends. Spaces inside a line are the writer's.
fn tidy(text: &str) -> String {
    let text: String = text
        .nfc()
        .filter_map(|c| match c {
            '\n' => Some('\n'),
            '\r' => None,
            '\t' | '\u{a0}' => Some(' '),
            '\u{200b}' | '\u{feff}' | '\u{ad}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
