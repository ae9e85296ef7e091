use std::collections::HashMap;
use std::fmt;

use crate::block::{BLOCK, Block, Row};
use crate::kernel::Kernel;
use crate::{Code, Error};

/// A set of vectors in memory, one a passage, all of one model. A million of 384 dimensions take about 490 MB.
pub struct Vectors {
    dims: usize,
    pub(crate) blocks: Vec<Block>,
    /// Where each passage's vector is: `block * BLOCK + place`. All blocks but the last are full.
    places: HashMap<i64, usize>,
    pub(crate) kernel: Kernel,
    pub(crate) threads: usize,
}

impl fmt::Debug for Vectors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} vectors of {} dimensions", self.len(), self.dims)
    }
}

impl Vectors {
    /// An empty set of vectors of `dims` dimensions.
    #[must_use]
    pub fn new(dims: usize) -> Self {
        Self {
            dims,
            blocks: Vec::new(),
            places: HashMap::new(),
            kernel: Kernel::best(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// The number of dimensions that each vector has.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// How many vectors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What the set takes in memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // A byte of control beside each entry.
        let entry = size_of::<(i64, usize)>() + 1;
        self.blocks.iter().map(Block::bytes).sum::<usize>() + self.places.capacity() * entry
    }

    /// Puts a passage's vector in, in place of the one that it had.
    ///
    /// # Errors
    /// [`Error::Dimensions`].
    pub fn insert(&mut self, passage: i64, document: i64, code: &Code) -> Result<(), Error> {
        if code.dims() != self.dims {
            return Err(Error::Dimensions { found: code.dims(), wanted: self.dims });
        }
        let row = Row::new(passage, document, code);
        if let Some(place) = self.places.get(&passage) {
            self.blocks[place / BLOCK].set(place % BLOCK, &row);
            return Ok(());
        }
        let place = self.places.len();
        if place == self.blocks.len() * BLOCK {
            self.blocks.push(Block::new(self.dims));
        }
        self.blocks[place / BLOCK].push(&row);
        self.places.insert(passage, place);
        Ok(())
    }

    /// The block of a passage's vector, and its place there.
    pub(crate) fn place(&self, passage: i64) -> Option<(usize, usize)> {
        self.places.get(&passage).map(|place| (place / BLOCK, place % BLOCK))
    }

    /// Takes passages out; of those that are not in it nothing happens.
    pub fn remove(&mut self, passages: &[i64]) {
        for passage in passages {
            let Some(place) = self.places.remove(passage) else { continue };
            // The last one moves into the gap.
            let Some(row) = self.blocks.last_mut().and_then(Block::pop) else { continue };
            if row.passage != *passage {
                self.blocks[place / BLOCK].set(place % BLOCK, &row);
                self.places.insert(row.passage, place);
            }
            if self.places.len() % BLOCK == 0 {
                self.blocks.truncate(self.places.len() / BLOCK);
            }
        }
    }

    /// Takes all passages of a document out.
    pub fn remove_document(&mut self, document: i64) {
        let of = |block: &Block| {
            let rows = block.passages.iter().zip(&block.documents);
            rows.filter(|(_, of)| **of == document).map(|(passage, _)| *passage).collect::<Vec<_>>()
        };
        let passages: Vec<i64> = self.blocks.iter().flat_map(of).collect();
        self.remove(&passages);
    }
}
