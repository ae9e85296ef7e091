use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// A page number as printed by a viewer: the first page is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Page(NonZeroU32);

impl Page {
    /// The page that a viewer calls `number`; `None` for 0, which no viewer shows.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The page at a zero-based position, as parsers count.
    pub fn at(index: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index))
    }

    /// The number to print.
    pub fn number(self) -> u32 {
        self.0.get()
    }
}

/// The file format that was recognised by content, not by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Hancom HWP 5.
    Hwp,
    /// Hancom HWP 3.
    Hwp3,
    /// Hancom HWPX (OWPML in a ZIP).
    Hwpx,
    /// Hancom HWPML, one XML file.
    Hwpml,
    /// PDF.
    Pdf,
    /// Word.
    Docx,
    /// Excel, in a ZIP.
    Xlsx,
    /// Excel 97.
    Xls,
    /// PowerPoint.
    Pptx,
    /// OpenDocument text.
    Odt,
    /// A web page.
    Html,
    /// A mail message with its attachments.
    Eml,
    /// Comma- or tab-separated values.
    Csv,
    /// Plain text in any encoding.
    Txt,
    /// Markdown.
    Md,
    /// An archive of documents.
    Zip,
    /// A picture of text: PNG, JPEG or TIFF.
    Image,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// A heading; its own text is the last element of its heading path.
    Heading,
    /// A paragraph or list item, with its mark as written.
    Paragraph,
    /// A table, as Markdown, its header row first.
    Table,
    /// A footnote or endnote, with its number.
    Footnote,
}

/// Where a block stands. `section` and `paragraph` count from 0 and are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locator {
    /// The section of the file, or the sheet of a workbook, from 0.
    pub section: u32,
    /// The paragraph within the section, from 0.
    pub paragraph: u32,
    /// The page, where the format has pages.
    pub page: Option<Page>,
}

/// One block of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text, NFC, never empty.
    pub text: String,
    /// Headings above it, outermost first; a heading's own text is the last.
    pub heading_path: Vec<String>,
    /// Where it stands.
    pub locator: Locator,
}

/// A whole document in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What the file turned out to be.
    pub format: Format,
    /// Number of pages, where the format has pages.
    pub pages: Option<u32>,
    /// The blocks, in reading order.
    pub blocks: Vec<Block>,
    /// What was not read, in Korean, for the person; empty for a file read whole.
    pub warnings: Vec<String>,
    /// The pages, in order, of which nothing could be read: scanned or garbled, and not recognised either.
    #[serde(default)]
    pub unread_pages: Vec<Page>,
    /// True where the file is damaged and this is what could be saved of it.
    #[serde(default)]
    pub partial: bool,
}

impl Document {
    /// A document without content.
    pub fn new(format: Format) -> Self {
        Self { format, pages: None, blocks: Vec::new(), warnings: Vec::new(), unread_pages: Vec::new(), partial: false }
    }

    /// All text, blocks separated by an empty line.
    pub fn text(&self) -> String {
        self.blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n\n")
    }
}
