//! A library of documents that have no files.

use std::path::Path;

use documents::{Block, BlockKind, Document, Format, Locator};
use library::{Analyzer, Library, Read};
use sha2::{Digest, Sha256};
use vault::{DocumentState, Vault};
use wire::Failure;

use crate::places;

/// Documents that are put in one transaction.
const BATCH: usize = 64;

/// A library, its vault, and the rows of its documents in the order they were given.
pub struct Collection {
    /// The library.
    pub library: Library,
    /// Its vault.
    pub vault: Vault,
    /// A row for each document.
    pub documents: Vec<i64>,
}

/// The library of the documents, by file name, in `folder`: it is made once, and found the next time. What a run that
/// was ended left there half done is made anew.
///
/// # Errors
/// The vault's and the index's, and `folder_unwritable`.
pub fn open(folder: &Path, analyzer: Analyzer, made: &[(String, Document)]) -> Result<Collection, Failure> {
    let held = places::open_vault(&folder.join("lab.db"))?.documents()?;
    let whole = held.len() == made.len() && held.iter().all(|row| row.state == DocumentState::Ready);
    if !held.is_empty() && !whole {
        std::fs::remove_dir_all(folder).map_err(|error| {
            let detail = format!("{}: {error}", folder.display());
            Failure::new("folder_unwritable", "평가용 자료 폴더를 비우지 못했습니다.", detail)
        })?;
    }
    let vault = places::open_vault(&folder.join("lab.db"))?;
    let library = places::open_library(vault.clone(), &folder.join("index"), analyzer)?;
    if whole && !made.is_empty() {
        return Ok(Collection { library, vault, documents: held.iter().map(|row| row.id).collect() });
    }
    let mut documents = Vec::with_capacity(made.len());
    for batch in made.chunks(BATCH) {
        let mut read = Vec::with_capacity(batch.len());
        for (name, content) in batch {
            let text = content.text();
            let document = vault.add_document(name, Path::new(name), text.len() as u64, 0)?;
            let sha256 = format!("{:x}", Sha256::digest(format!("{name}\n{text}")));
            read.push(Read { document, sha256, content: content.clone() });
            documents.push(document);
        }
        library.put_all(&read)?;
    }
    library.commit(&documents)?;
    Ok(Collection { library, vault, documents })
}

/// A document of blocks of these kinds and texts, in reading order, each under the heading before it; what is blank is
/// left out, as the reader does.
pub fn document<'a>(blocks: impl IntoIterator<Item = (BlockKind, &'a str)>) -> Document {
    let mut document = Document::new(Format::Hwpx);
    let mut heading_path = Vec::new();
    let written = blocks.into_iter().filter(|(_, text)| !text.trim().is_empty());
    for (paragraph, (kind, text)) in (0..).zip(written) {
        if kind == BlockKind::Heading {
            heading_path = vec![text.to_owned()];
        }
        document.blocks.push(Block {
            kind,
            text: text.to_owned(),
            heading_path: heading_path.clone(),
            locator: Locator { section: 0, paragraph, page: None },
        });
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_under_the_heading_before_them() {
        let made = document([
            (BlockKind::Paragraph, "앞"),
            (BlockKind::Heading, "제1조"),
            (BlockKind::Paragraph, " "),
            (BlockKind::Table, "| 가 |"),
        ]);
        let paths: Vec<(u32, Vec<String>)> =
            made.blocks.iter().map(|block| (block.locator.paragraph, block.heading_path.clone())).collect();
        let first = vec!["제1조".to_owned()];
        assert_eq!(paths, [(0, vec![]), (1, first.clone()), (2, first)]);
    }

    #[test]
    fn a_library_is_made_once_and_anew_where_it_is_another() {
        let Ok(analyzer) = places::dictionary().and_then(|folder| Ok(Analyzer::load(&folder)?)) else {
            println!("SKIPPED: the dictionary is missing");
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let made = |texts: &[&str]| -> Vec<(String, Document)> {
            let one = |text: &&str| ("문서.hwpx".to_owned(), document([(BlockKind::Paragraph, *text)]));
            texts.iter().map(one).collect()
        };
        let two = made(&["연가는 15일이다.", "병가는 60일이다."]);
        let first = open(folder.path(), analyzer.clone(), &two).unwrap();
        let hits = first.library.search("병가는 며칠입니까?", None, Some(&first.documents), 1).unwrap();
        assert_eq!(hits[0].passage.document_id, first.documents[1]);
        let rows = first.documents.clone();
        drop(first);
        assert_eq!(open(folder.path(), analyzer.clone(), &two).unwrap().documents, rows);
        let three = made(&["하나", "둘", "셋"]);
        assert_eq!(open(folder.path(), analyzer, &three).unwrap().documents.len(), 3);
    }
}
