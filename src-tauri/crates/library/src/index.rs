use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use keys::Key;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::NoMergePolicy;
use tantivy::merge_policy::DefaultMergePolicy;
use tantivy::tokenizer::WhitespaceTokenizer;
use tantivy::{Directory, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

use crate::sealed::SealedDirectory;
use crate::{Analyzer, Error, Result};

mod find;
mod search;

pub(crate) use find::Scope;
pub use search::Match;

const ANALYZER: &str = "korean";
/// Bytes that the writer collects before it writes a segment.
const WRITER_MEMORY: usize = 64 << 20;
/// Threads that index beside each other: readers take the other cores.
const THREADS: usize = 1;
/// How often segments are looked for that still hold what was removed.
const ATTEMPTS: usize = 3;
/// How long files that are still held are waited for, …
const PATIENCE: Duration = Duration::from_secs(5);
/// … looking this often.
const PAUSE: Duration = Duration::from_millis(10);

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

/// The tantivy index: title and body as one field, and the title as one of its own.
pub struct Index {
    index: tantivy::Index,
    reader: IndexReader,
    /// `None` after an error that the writer could not be brought back from: the next write opens another.
    writer: Mutex<Option<IndexWriter>>,
    folder: PathBuf,
    fields: Fields,
    version: String,
}

#[derive(Clone, Copy)]
struct Fields {
    passage: Field,
    document: Field,
    text: Field,
    title: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexed = |records| {
        let indexing = TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(records);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        passage: schema.add_u64_field("passage", INDEXED | FAST),
        document: schema.add_u64_field("document", INDEXED),
        text: schema.add_text_field("text", indexed(IndexRecordOption::WithFreqs)),
        title: schema.add_text_field("title", indexed(IndexRecordOption::Basic)),
    };
    (schema.build(), fields)
}

impl Index {
    /// Opens the index in `folder`. One that is damaged, or was built with another `version`, is begun anew, empty:
    /// the caller holds it against the vault.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process holds it, [`Error::Full`] where the disk is full, [`vault::Error::Folder`]
    /// where the folder cannot be written, [`Error::Index`] where it cannot be begun anew.
    pub fn open(folder: &Path, analyzer: Analyzer, version: String, storage: Storage<'_>) -> Result<Self> {
        let current = |index: &Self| {
            index.index.load_metas().is_ok_and(|metas| metas.payload.as_deref() == Some(&index.version))
        };
        match Self::open_as_is(folder, analyzer.clone(), version.clone(), storage) {
            Ok(index) if current(&index) => return Ok(index),
            Err(error @ (Error::Locked(_) | Error::Full(_) | Error::Vault(_))) => return Err(error),
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
        index.tokenizers().register(ANALYZER, analyzer);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let writer = index.writer_with_num_threads(THREADS, WRITER_MEMORY)?;
        let (writer, folder) = (Mutex::new(Some(writer)), folder.to_owned());
        Ok(Self { index, reader, writer, folder, fields, version })
    }

    /// Runs `work` on the writer. After an error everything since the last commit is dropped, so that what is
    /// written next works.
    fn write<T>(&self, work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>) -> Result<T> {
        let mut held = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = self.taken(&mut held)?;
        match work(&mut writer) {
            Ok(done) => {
                *held = Some(writer);
                Ok(done)
            }
            Err(error) => {
                let error = self.told(error);
                match writer.rollback() {
                    Ok(_) => *held = Some(writer),
                    Err(error) => tracing::warn!(code = Error::from(error).code(), "the index's writer is opened anew"),
                }
                Err(error)
            }
        }
    }

    /// The writer, or another where there is none.
    fn taken(&self, held: &mut Option<IndexWriter>) -> tantivy::Result<IndexWriter> {
        held.take().map_or_else(|| self.index.writer_with_num_threads(THREADS, WRITER_MEMORY), Ok)
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
                document.add_text(self.fields.title, entry.title);
                writer.add_document(document)?;
            }
            Ok(())
        })
    }

    /// From now on [`Index::add`] takes texts that are terms already, with spaces between them: `lab` measures writing
    /// with it. The program never does it.
    pub fn take_terms(&self) {
        self.index.tokenizers().register(ANALYZER, WhitespaceTokenizer::default());
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
        self.write(|writer| self.commit_with(writer))?;
        self.reader.reload()?;
        Ok(())
    }

    fn commit_with(&self, writer: &mut IndexWriter) -> tantivy::Result<()> {
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&self.version);
        commit.commit().map(drop)
    }

    /// Commits, and leaves nothing on the disk of what was removed: segments that still hold some are written anew.
    ///
    /// # Errors
    /// The index's; what was committed stays so, and the next call goes on with what is left.
    pub fn forget_removed(&self) -> Result<()> {
        let mut held = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // An error leaves no writer behind, which loses nothing that was committed: the next write opens another.
        let writer = self.taken(&mut held)?;
        *held = Some(self.forget_with(writer).map_err(|error| self.told(error))?);
        Ok(())
    }

    fn forget_with(&self, mut writer: IndexWriter) -> tantivy::Result<IndexWriter> {
        // A merge that tantivy began on its own would take segments from under the one below, or lose them to it and
        // leave what it wrote of them behind. So none begins any more, and those that run are waited for.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        self.commit_with(&mut writer)?;
        writer.wait_merging_threads()?;
        let mut writer = self.index.writer_with_num_threads(THREADS, WRITER_MEMORY)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        self.merge_removed(&mut writer)?;
        // What is searched lets go of the files before they are deleted, which Windows demands.
        self.reader.reload()?;
        self.delete_dead(&writer)?;
        writer.set_merge_policy(Box::new(DefaultMergePolicy::default()));
        Ok(writer)
    }

    fn merge_removed(&self, writer: &mut IndexWriter) -> tantivy::Result<()> {
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            let segments = self.index.searchable_segment_metas()?;
            let with_removed = segments.iter().filter(|segment| segment.has_deletes());
            let with_removed: Vec<_> = with_removed.map(|segment| segment.id()).collect();
            if with_removed.is_empty() {
                return Ok(());
            }
            // A segment that is not there any more is not in the next list either.
            failed = writer.merge(&with_removed).wait().err();
        }
        let left = || TantivyError::InternalError("segments still hold what was removed".to_owned());
        Err(failed.unwrap_or_else(left))
    }

    /// Deletes the files of no segment that is searched. Who had one last may let go of it a moment later: threads of
    /// the writer that merged it, a search that has just ended.
    fn delete_dead(&self, writer: &IndexWriter) -> tantivy::Result<()> {
        let begun = Instant::now();
        loop {
            writer.garbage_collect_files().wait()?;
            let mut live = self.index.load_metas()?.list_segment_files();
            live.insert("meta.json".into());
            let managed = self.index.directory().list_managed_files();
            let dead: Vec<&PathBuf> = managed.difference(&live).collect();
            if dead.is_empty() {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(TantivyError::InternalError(format!("files that cannot be deleted yet: {dead:?}")));
            }
            std::thread::sleep(PAUSE);
        }
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
mod tests;
