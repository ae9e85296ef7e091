use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use keys::Key;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery, TermSetQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::directory::MmapDirectory;
use tantivy::{Directory, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

use crate::sealed::SealedDirectory;
use crate::{Analyzer, Error, Result};

const ANALYZER: &str = "korean";
/// Bytes that the writer collects before it writes a segment.
const WRITER_MEMORY: usize = 64 << 20;

/// How an index's files are kept.
#[derive(Debug, Clone, Copy)]
pub enum Storage<'a> {
    /// Encrypted under this key.
    Sealed(&'a Key),
    /// As they are: what `lab` measures the other against. The program never does it.
    Plain,
}

/// A passage as the index takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its row.
    pub passage: i64,
    /// Its document's row.
    pub document: i64,
    /// Title and headings: found as the body is.
    pub title: &'a str,
    /// The passage's text.
    pub body: &'a str,
}

/// The tantivy index: BM25 (k1 = 1.2, b = 0.75, tantivy's) over title and body as one field.
pub struct Index {
    index: tantivy::Index,
    reader: IndexReader,
    /// `None` after an error that the writer could not be brought back from: the next write opens another.
    writer: Mutex<Option<IndexWriter>>,
    folder: PathBuf,
    fields: Fields,
    analyzer: Analyzer,
    version: String,
}

#[derive(Clone, Copy)]
struct Fields {
    passage: Field,
    document: Field,
    text: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexing =
        TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
    let fields = Fields {
        passage: schema.add_u64_field("passage", INDEXED | FAST | STORED),
        document: schema.add_u64_field("document", INDEXED),
        text: schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing)),
    };
    (schema.build(), fields)
}

impl Index {
    /// Opens the index in `folder`. One that is damaged, or was built with another `version`, is begun anew, empty:
    /// the caller holds it against the vault.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process holds it, [`Error::Full`] where the disk is full, [`Error::Index`] where
    /// the folder cannot be written.
    pub fn open(folder: &Path, analyzer: Analyzer, version: String, storage: Storage<'_>) -> Result<Self> {
        let current = |index: &Self| {
            index.index.load_metas().is_ok_and(|metas| metas.payload.as_deref() == Some(&index.version))
        };
        match Self::open_as_is(folder, analyzer.clone(), version.clone(), storage) {
            Ok(index) if current(&index) => return Ok(index),
            Err(error @ (Error::Locked(_) | Error::Full(_))) => return Err(error),
            Ok(_) | Err(_) => {}
        }
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        let index = Self::open_as_is(folder, analyzer, version, storage)?;
        index.commit()?;
        Ok(index)
    }

    fn open_as_is(folder: &Path, analyzer: Analyzer, version: String, storage: Storage<'_>) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (schema, fields) = schema();
        let directory: Box<dyn Directory> = match storage {
            Storage::Sealed(key) => Box::new(SealedDirectory::open(folder, key).map_err(TantivyError::from)?),
            Storage::Plain => Box::new(MmapDirectory::open(folder).map_err(TantivyError::from)?),
        };
        let index = tantivy::Index::open_or_create(directory, schema)?;
        index.tokenizers().register(ANALYZER, analyzer.clone());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let writer = index.writer_with_num_threads(1, WRITER_MEMORY)?;
        let (writer, folder) = (Mutex::new(Some(writer)), folder.to_owned());
        Ok(Self { index, reader, writer, folder, fields, analyzer, version })
    }

    /// Runs `work` on the writer. After an error everything since the last commit is dropped, so that what is
    /// written next works.
    fn write<T>(&self, work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>) -> Result<T> {
        let mut held = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = match held.take() {
            Some(writer) => writer,
            None => self.index.writer_with_num_threads(1, WRITER_MEMORY)?,
        };
        match work(&mut writer) {
            Ok(done) => {
                *held = Some(writer);
                Ok(done)
            }
            Err(error) => {
                let error = self.told(error);
                match writer.rollback() {
                    Ok(_) => *held = Some(writer),
                    Err(error) => tracing::warn!(%error, "the index's writer is opened anew"),
                }
                Err(error)
            }
        }
    }

    /// A thread of the writer that ended keeps its reason to itself: whether the disk is full shows by writing.
    fn told(&self, error: TantivyError) -> Error {
        if matches!(error, TantivyError::ErrorInThread(_)) {
            let tried = write_a_little(&self.folder);
            if let Err(Error::Full(detail)) = tried.map_err(Error::from) {
                return Error::Full(format!("{error}: {detail}"));
            }
        }
        error.into()
    }

    /// Adds passages; they are found after [`Index::commit`].
    ///
    /// # Errors
    /// The index's.
    pub fn add<'a>(&self, entries: impl IntoIterator<Item = Entry<'a>>) -> Result<()> {
        self.write(|writer| {
            for entry in entries {
                let mut document = TantivyDocument::default();
                document.add_u64(self.fields.passage, entry.passage as u64);
                document.add_u64(self.fields.document, entry.document as u64);
                document.add_text(self.fields.text, format!("{}\n{}", entry.title, entry.body));
                writer.add_document(document)?;
            }
            Ok(())
        })
    }

    /// Takes passages out, by row; they are found until [`Index::commit`].
    ///
    /// # Errors
    /// The index's.
    pub fn remove(&self, passages: &[i64]) -> Result<()> {
        self.write(|writer| {
            for passage in passages {
                writer.delete_term(Term::from_field_u64(self.fields.passage, *passage as u64));
            }
            Ok(())
        })
    }

    /// Takes a document's passages out; they are found until [`Index::commit`].
    ///
    /// # Errors
    /// The index's.
    pub fn remove_document(&self, document: i64) -> Result<()> {
        self.write(|writer| {
            writer.delete_term(Term::from_field_u64(self.fields.document, document as u64));
            Ok(())
        })
    }

    /// Makes what was added and removed last, and be found.
    ///
    /// # Errors
    /// [`Error::Full`] where the disk is full, or the index's; what was not committed is then dropped.
    pub fn commit(&self) -> Result<()> {
        self.write(|writer| {
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&self.version);
            commit.commit()
        })?;
        self.reader.reload()?;
        Ok(())
    }

    /// Leaves nothing on the disk of what was removed and committed: segments that still hold some are written anew.
    ///
    /// # Errors
    /// The index's.
    pub fn forget_removed(&self) -> Result<()> {
        let with_removed: Vec<_> = self
            .index
            .searchable_segment_metas()?
            .iter()
            .filter(|segment| segment.has_deletes())
            .map(|segment| segment.id())
            .collect();
        self.write(|writer| {
            if !with_removed.is_empty() {
                writer.merge(&with_removed).wait()?;
            }
            writer.garbage_collect_files().wait().map(drop)
        })?;
        self.reader.reload()?;
        Ok(())
    }

    /// The rows of all passages in the index.
    ///
    /// # Errors
    /// The index's.
    pub fn passages(&self) -> Result<HashSet<i64>> {
        let searcher = self.reader.searcher();
        let mut rows = HashSet::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().u64("passage")?;
            rows.extend(segment.doc_ids_alive().filter_map(|doc| column.first(doc)).map(|row| row as i64));
        }
        Ok(rows)
    }

    /// The best `k` passages for `question`, best first, with their scores; of `documents` only, where they are given.
    ///
    /// # Errors
    /// The index's.
    pub fn search(&self, question: &str, documents: Option<&[i64]>, k: usize) -> Result<Vec<(i64, f32)>> {
        let term = |text: &str| Term::from_field_text(self.fields.text, text);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for text in self.analyzer.terms(question) {
            // A word that is asked for twice counts twice.
            clauses.push((Occur::Should, Box::new(TermQuery::new(term(&text), IndexRecordOption::WithFreqs))));
        }
        if clauses.is_empty() || k == 0 {
            return Ok(Vec::new());
        }
        let mut query: Box<dyn Query> = Box::new(BooleanQuery::new(clauses));
        if let Some(documents) = documents {
            let rows = documents.iter().map(|row| Term::from_field_u64(self.fields.document, *row as u64));
            let scope = ConstScoreQuery::new(Box::new(TermSetQuery::new(rows)), 0.0);
            query = Box::new(BooleanQuery::new(vec![(Occur::Must, query), (Occur::Must, Box::new(scope))]));
        }
        let searcher = self.reader.searcher();
        let top = searcher.search(&query, &TopDocs::with_limit(k).order_by_score())?;
        top.into_iter()
            .map(|(score, address)| {
                let document: TantivyDocument = searcher.doc(address)?;
                let row = document.get_first(self.fields.passage).and_then(|value| value.as_u64());
                Ok((row.unwrap_or_default() as i64, score))
            })
            .collect()
    }

    /// How rare a word is: BM25's inverse document frequency, above 0.
    pub fn weight(&self, word: &str) -> f32 {
        let searcher = self.reader.searcher();
        let all = searcher.num_docs() as f32;
        let with = searcher.doc_freq(&Term::from_field_text(self.fields.text, word)).unwrap_or(0) as f32;
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln()
    }
}

/// Writes a little into `folder`, and takes it away again.
fn write_a_little(folder: &Path) -> std::io::Result<()> {
    let path = folder.join("naratmal-space");
    let written = std::fs::File::create(&path).and_then(|mut file| {
        file.write_all(&[0; 1 << 16])?;
        file.sync_all()
    });
    // Where it could not be made there is nothing to take away.
    let _ = std::fs::remove_file(&path);
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::tests::analyzer;
    use wire::Failure;

    fn add(index: &Index, passage: i64) -> Result<()> {
        index.add([Entry { passage, document: 1, title: "규정", body: "병가는 연 60일로 한다." }])
    }

    /// True where a segment's dictionary holds the word, of a passage that is found or not.
    fn holds(index: &Index, word: &str) -> bool {
        let term = Term::from_field_text(index.fields.text, word);
        index.reader.searcher().segment_readers().iter().any(|segment| {
            segment.inverted_index(index.fields.text).unwrap().get_term_info(&term).unwrap().is_some()
        })
    }

    /// The segments whose files are in the folder.
    fn segments(folder: &Path) -> HashSet<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter_map(|name| Some(name.split_once('.')?.0.to_owned())).filter(|stem| stem.len() == 32).collect()
    }

    #[test]
    fn of_what_was_forgotten_no_word_is_in_any_file() {
        let Some(analyzer) = analyzer() else { return };
        let folder = tempfile::tempdir().unwrap();
        let key = Key::new([9; 32]);
        let index = Index::open(folder.path(), analyzer, "1".to_owned(), Storage::Sealed(&key)).unwrap();
        // One segment, of which one document goes.
        index.add([Entry { passage: 9, document: 2, title: "", body: "zqxplanted" }]).unwrap();
        add(&index, 1).unwrap();
        index.commit().unwrap();
        index.remove_document(2).unwrap();
        index.commit().unwrap();
        assert!(index.search("zqxplanted", None, 9).unwrap().is_empty());
        assert!(holds(&index, "zqxplanted"), "this test cannot see what is kept");
        let before = segments(folder.path());
        index.forget_removed().unwrap();
        assert!(!holds(&index, "zqxplanted"));
        assert!(before.is_disjoint(&segments(folder.path())), "the old segment's files are still there");
        assert_eq!(index.passages().unwrap(), HashSet::from([1]));
        assert_eq!(index.search("병가", None, 9).unwrap().len(), 1);
    }

    #[test]
    fn an_index_that_is_plain_or_has_another_key_is_begun_anew() {
        let Some(analyzer) = analyzer() else { return };
        let (folder, key) = (tempfile::tempdir().unwrap(), Key::new([9; 32]));
        let path = folder.path().join("index");
        let open = |storage| Index::open(&path, analyzer.clone(), "1".to_owned(), storage).unwrap();
        for before in [Storage::Plain, Storage::Sealed(&Key::new([8; 32]))] {
            let index = open(before);
            add(&index, 1).unwrap();
            index.commit().unwrap();
            drop(index);
            let index = open(Storage::Sealed(&key));
            assert!(index.passages().unwrap().is_empty(), "{before:?}");
            add(&index, 2).unwrap();
            index.commit().unwrap();
            drop(index);
            assert_eq!(open(Storage::Sealed(&key)).passages().unwrap(), HashSet::from([2]));
        }
    }

    #[test]
    fn a_failed_write_is_rolled_back_and_the_next_one_works() {
        let Some(analyzer) = analyzer() else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let index = Index::open(&path, analyzer, "1".to_owned(), Storage::Sealed(&Key::new([9; 32]))).unwrap();
        add(&index, 1).unwrap();
        index.commit().unwrap();

        add(&index, 2).unwrap();
        let full = || TantivyError::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
        let error = index.write::<()>(|_| Err(full())).unwrap_err();
        assert_eq!(Failure::from(error).code, "disk_full");
        add(&index, 3).unwrap();
        index.commit().unwrap();
        assert_eq!(index.passages().unwrap(), HashSet::from([1, 3]));

        // Nothing can be written while the folder is elsewhere, and the writer cannot be rolled back either.
        if cfg!(unix) {
            let away = folder.path().join("away");
            std::fs::rename(&path, &away).unwrap();
            add(&index, 4).unwrap();
            assert_eq!(Failure::from(index.commit().unwrap_err()).code, "index_failed");
            std::fs::rename(&away, &path).unwrap();
            add(&index, 5).unwrap();
            index.commit().unwrap();
            assert_eq!(index.passages().unwrap(), HashSet::from([1, 3, 5]));
        }
        assert_eq!(index.search("병가", None, 9).unwrap().len(), if cfg!(unix) { 3 } else { 2 });
    }
}
