//! Vectors side by side in memory.

use crate::Code;

/// How many vectors a block holds. A set grows by a block at a time, so that none is ever copied to a larger place,
/// and at most one block is not full.
pub(crate) const BLOCK: usize = 4096;

/// One vector with what it stands for.
pub(crate) struct Row {
    pub passage: i64,
    pub document: i64,
    scale: f32,
    steps: Vec<i8>,
    signs: Vec<u64>,
}

impl Row {
    pub fn new(passage: i64, document: i64, code: &Code) -> Self {
        let steps: Vec<i8> = code.steps().collect();
        Self { passage, document, scale: code.scale(), signs: signs(steps.iter().map(|step| *step > 0)), steps }
    }
}

/// One bit a dimension, 64 in a word; those past the last dimension are 0.
pub(crate) fn signs(positive: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut words = Vec::new();
    for (index, positive) in positive.enumerate() {
        if index % 64 == 0 {
            words.push(0);
        }
        if let Some(word) = words.last_mut() {
            *word |= u64::from(positive) << (index % 64);
        }
    }
    words
}

/// Up to [`BLOCK`] vectors; each column lies in one piece and has its full size from the start.
pub(crate) struct Block {
    pub passages: Vec<i64>,
    pub documents: Vec<i64>,
    pub scales: Vec<f32>,
    pub steps: Vec<i8>,
    pub signs: Vec<u64>,
}

impl Block {
    pub fn new(dims: usize) -> Self {
        Self {
            passages: Vec::with_capacity(BLOCK),
            documents: Vec::with_capacity(BLOCK),
            scales: Vec::with_capacity(BLOCK),
            steps: Vec::with_capacity(BLOCK * dims),
            signs: Vec::with_capacity(BLOCK * dims.div_ceil(64)),
        }
    }

    pub fn push(&mut self, row: &Row) {
        self.passages.push(row.passage);
        self.documents.push(row.document);
        self.scales.push(row.scale);
        self.steps.extend(&row.steps);
        self.signs.extend(&row.signs);
    }

    pub fn set(&mut self, place: usize, row: &Row) {
        self.passages[place] = row.passage;
        self.documents[place] = row.document;
        self.scales[place] = row.scale;
        self.steps[place * row.steps.len()..][..row.steps.len()].copy_from_slice(&row.steps);
        self.signs[place * row.signs.len()..][..row.signs.len()].copy_from_slice(&row.signs);
    }

    /// Takes the last one out.
    pub fn pop(&mut self) -> Option<Row> {
        let rest = self.passages.len().checked_sub(1)?;
        let (dims, words) = (self.steps.len() / (rest + 1), self.signs.len() / (rest + 1));
        Some(Row {
            passage: self.passages.pop()?,
            document: self.documents.pop()?,
            scale: self.scales.pop()?,
            steps: self.steps.split_off(rest * dims),
            signs: self.signs.split_off(rest * words),
        })
    }

    /// What it takes in memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.passages.capacity() * size_of::<i64>()
            + self.documents.capacity() * size_of::<i64>()
            + self.scales.capacity() * size_of::<f32>()
            + self.steps.capacity()
            + self.signs.capacity() * size_of::<u64>()
    }
}
