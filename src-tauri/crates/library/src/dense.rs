//! Passages by meaning: their vectors are made in the background, kept in the vault and searched in memory.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use engine::Embedder;
use vault::{Passage, Vault};
use vectors::{Code, Vectors};
use wire::Failure;

use crate::Result;
use crate::library::{nearest, title};

/// Passages in one request: a question waits for no more than this many, about a second on two cores.
const BATCH: usize = 8;

/// How far the vectors have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding {
    /// Passages that have a vector.
    pub embedded: u64,
    /// Passages in all.
    pub total: u64,
    /// Why the last one could not be made, until one could.
    pub failure: Option<Failure>,
}

/// The vectors of one embedding model.
pub(crate) struct Dense {
    vault: Vault,
    embedder: Embedder,
    vectors: RwLock<Vectors>,
    failure: Mutex<Option<Failure>>,
}

impl Dense {
    /// Reads what is kept of this model, and forgets what is kept of others: seconds for a million passages.
    ///
    /// # Errors
    /// The vault's.
    pub fn open(vault: Vault, embedder: Embedder) -> Result<Self> {
        vault.forget_vectors_of_other_models(embedder.id())?;
        let mut vectors = Vectors::new(embedder.dimensions());
        vault.vectors(embedder.id(), &mut |passage, document, code| {
            put(&mut vectors, passage, document, code);
        })?;
        Ok(Self { vault, embedder, vectors: RwLock::new(vectors), failure: Mutex::default() })
    }

    /// The model.
    pub fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    fn read(&self) -> RwLockReadGuard<'_, Vectors> {
        self.vectors.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vectors> {
        self.vectors.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, failure: Option<Failure>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    /// How far it has come.
    ///
    /// # Errors
    /// The vault's.
    pub fn status(&self) -> Result<Embedding> {
        let (embedded, total) = self.vault.vector_counts(self.embedder.id())?;
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Embedding { embedded, total, failure })
    }

    /// A question's vector; `None` where the model failed, which [`Dense::status`] tells: words find without it.
    pub async fn question(&self, text: &str) -> Option<Vec<f32>> {
        match self.embedder.query(text).await {
            Ok(vector) => Some(vector),
            Err(failure) => {
                tracing::warn!(code = failure.code, "a question is searched by its words only");
                self.failed(Some(failure));
                None
            }
        }
    }

    /// The `k` passages nearest to `question`, and what those of `found` are like, with their cosines.
    ///
    /// # Errors
    /// [`crate::Error::Embedding`] for a vector of another model.
    pub fn nearest(
        &self,
        question: &[f32],
        scope: Option<&HashSet<i64>>,
        k: usize,
        found: &[i64],
    ) -> Result<Vec<(i64, f32)>> {
        nearest(&self.read(), question, scope, k, found)
    }

    /// Embeds the next passages; false where none is left.
    ///
    /// # Errors
    /// The model's and the vault's.
    pub async fn embed_some(&self) -> std::result::Result<bool, Failure> {
        let passages = self.vault.unembedded(self.embedder.id(), BATCH)?;
        if passages.is_empty() {
            return Ok(false);
        }
        let texts = passages.iter().map(text).collect();
        let made = self.embedder.passages(texts).await;
        self.failed(made.as_ref().err().cloned());
        let codes: Vec<(i64, Vec<u8>)> = passages
            .iter()
            .zip(made?)
            .map(|(passage, vector)| (passage.id, Code::of(&vector).as_bytes().to_vec()))
            .collect();
        // Kept and held under one lock, so that a passage that is forgotten meanwhile is in both or in neither.
        let mut vectors = self.write();
        for passage in self.vault.put_vectors(self.embedder.id(), &codes)? {
            let of = passages.iter().zip(&codes).find(|(of, _)| of.id == passage);
            if let Some((of, (_, code))) = of {
                put(&mut vectors, passage, of.document_id, code);
            }
        }
        Ok(true)
    }

    /// A document's passages are found no longer.
    pub fn remove_document(&self, document: i64) {
        self.write().remove_document(document);
    }

    /// A document's passages are found again, as far as they have vectors.
    ///
    /// # Errors
    /// The vault's.
    pub fn restore_document(&self, document: i64) -> Result<()> {
        let mut vectors = self.write();
        Ok(self.vault.vectors_of(self.embedder.id(), document, &mut |passage, document, code| {
            put(&mut vectors, passage, document, code);
        })?)
    }
}

/// What is kept and damaged is not searched; it is made anew when the model changes.
fn put(vectors: &mut Vectors, passage: i64, document: i64, code: &[u8]) {
    let code = Code::from_bytes(code, vectors.dims());
    if code.and_then(|code| vectors.insert(passage, document, &code)).is_err() {
        tracing::warn!(passage, "a vector is damaged");
    }
}

/// A passage as it is embedded: what it is about stands in its title as often as in itself.
fn text(passage: &Passage) -> String {
    format!("{}\n{}", title(passage), passage.text)
}
