//! Documents as a whole, for questions that no few passages answer.

use std::collections::HashSet;
use std::path::Path;

use vault::Passage;

use crate::{Library, Result};

impl Library {
    /// All passages of `documents` in reading order, document after document as they are given; of those that are in
    /// the list only.
    ///
    /// # Errors
    /// The vault's.
    pub fn passages_of(&self, documents: &[i64]) -> Result<Vec<Passage>> {
        let mut passages = Vec::new();
        for document in documents {
            passages.extend(self.listed(*document)?);
        }
        Ok(passages)
    }

    /// As [`Library::passages_of`], where their texts and headings have no more than `most` characters together;
    /// `None` where they have more. It reads no further than it takes to tell.
    ///
    /// # Errors
    /// The vault's.
    pub fn passages_within(&self, documents: &[i64], most: usize) -> Result<Option<Vec<Passage>>> {
        let mut passages = Vec::new();
        let mut room = most;
        for document in documents {
            for passage in self.listed(*document)? {
                match room.checked_sub(characters(&passage)) {
                    Some(left) => room = left,
                    None => return Ok(None),
                }
                passages.push(passage);
            }
        }
        Ok(Some(passages))
    }

    /// The passages with these rows, in their order, less those of documents that are not in the list.
    ///
    /// # Errors
    /// The vault's.
    pub fn passages(&self, rows: &[i64]) -> Result<Vec<Passage>> {
        Ok(self.vault().listed_passages(rows)?)
    }

    /// Those of `documents` whose file name holds all of these words; none where there are no words.
    ///
    /// # Errors
    /// The vault's.
    pub fn named(&self, documents: &[i64], words: &[String]) -> Result<Vec<i64>> {
        let asked: HashSet<i64> = documents.iter().copied().collect();
        let names = |name: &str| {
            let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            let flat: String = stem.split_whitespace().collect();
            !words.is_empty() && words.iter().all(|word| flat.contains(word.as_str()))
        };
        let rows = self.vault().documents()?;
        Ok(rows.into_iter().filter(|row| asked.contains(&row.id) && names(&row.name)).map(|row| row.id).collect())
    }

    fn listed(&self, document: i64) -> Result<Vec<Passage>> {
        match self.vault().is_removed(document) {
            Ok(false) => Ok(self.vault().passages_of(document)?),
            Ok(true) | Err(vault::Error::Missing { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

fn characters(passage: &Passage) -> usize {
    passage.text.chars().count() + passage.heading_path.iter().map(|heading| heading.chars().count()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use documents::{Block, BlockKind, Document, Format, Locator};
    use vault::Vault;

    use crate::analyzer::tests::analyzer;
    use crate::{Library, Storage};

    fn document(lines: &[&str]) -> Document {
        let block = |(paragraph, text): (u32, &&str)| Block {
            kind: BlockKind::Paragraph,
            text: (*text).to_owned(),
            heading_path: vec![format!("제{paragraph}조")],
            locator: Locator { section: 0, paragraph, page: None },
        };
        Document { blocks: (0..).zip(lines).map(block).collect(), ..Document::new(Format::Txt) }
    }

    #[test]
    fn documents_are_given_whole_in_reading_order_unless_they_are_too_long_or_removed() {
        let Some(analyzer) = analyzer() else { return };
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::in_memory().unwrap();
        let key = keys::Key::new([7; 32]);
        let library = Library::open(vault.clone(), folder.path(), analyzer, Storage::Sealed(&key)).unwrap();
        let add = |name: &str, lines: &[&str]| {
            let id = vault.add_document(name, std::path::Path::new(&format!("/{name}")), 1, 0).unwrap();
            library.put(id, name, &document(lines)).unwrap();
            id
        };
        let rules = add("복무 규정.txt", &["연가는 15일이다.", "병가는 60일이다."]);
        let trips = add("출장 지침.txt", &["출장비는 정액으로 준다."]);

        let texts = |documents: &[i64]| -> Vec<String> {
            library.passages_of(documents).unwrap().into_iter().map(|passage| passage.text).collect()
        };
        assert_eq!(texts(&[trips, rules]), ["출장비는 정액으로 준다.", "연가는 15일이다.", "병가는 60일이다."]);
        // 13, 10 and 10 characters, and 3 of each heading.
        for (most, fits) in [(41, false), (42, true), (0, false)] {
            assert_eq!(library.passages_within(&[rules, trips], most).unwrap().is_some(), fits, "{most}");
        }
        let named: [(&[&str], &[i64]); 4] =
            [(&["복무", "규정"], &[rules]), (&["지침"], &[trips]), (&["연가"], &[]), (&[], &[])];
        for (words, wanted) in named {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(library.named(&[rules, trips], &words).unwrap(), wanted, "{words:?}");
        }
        library.remove(&[trips], 1).unwrap();
        assert_eq!(texts(&[trips, rules]).len(), 2);
        assert!(library.named(&[trips], &["지침".to_owned()]).unwrap().is_empty());
    }
}
