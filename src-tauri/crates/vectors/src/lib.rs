//! Embeddings as they are kept and searched: a unit vector in one byte a dimension ([`Code`]), and a set of them in
//! memory that gives the nearest to a question ([`Vectors`]).
//!
//! Nothing is approximated by a graph or by clusters, so there is nothing to build, to tune or to keep in step:
//!
//! - A small set is compared whole: the question in floats against codes in bytes, since what is lost is then lost on
//!   one side only (asymmetric distance: Jégou, Douze and Schmid, "Product quantization for nearest neighbor search",
//!   PAMI 2011).
//! - Of a large one, the sign of each dimension is compared first, 64 in one operation, and what differs least is
//!   compared as above. That signs keep the angle is Charikar, "Similarity estimation techniques from rounding
//!   algorithms" (STOC 2002); counting by `popcnt` and comparing the best again is usual for embeddings ("binary
//!   quantization with rescoring": Yamada, Asai and Hajishirzi, "Efficient passage retrieval with hashing", ACL 2021).

mod block;
mod code;
mod kernel;
mod search;
mod vectors;

pub use code::Code;
pub use vectors::Vectors;

/// Why a vector cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It has another number of dimensions, which means that another model made it.
    #[error("a vector of {found} dimensions among those of {wanted}")]
    Dimensions {
        /// How many it has.
        found: usize,
        /// How many it should have.
        wanted: usize,
    },
    /// The bytes are no code of a vector of so many dimensions.
    #[error("{bytes} bytes are no code of {dims} dimensions")]
    Bytes {
        /// How many bytes there are.
        bytes: usize,
        /// The dimensions that were asked for.
        dims: usize,
    },
}
