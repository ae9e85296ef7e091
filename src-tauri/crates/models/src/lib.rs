//! What models there are: those that are known by name, those that lie in the models folder, and how well they do on
//! this machine.
//!
//! A file is added whole or not at all, a bundle of several likewise, and nothing of it is believed before its header was
//! checked. What a file was found to be, its sum and the figures of its last test, is kept by the caller ([`Records`]);
//! clocks and folders are passed in. The catalog of what set-up brings is the crate `catalog`; what a file would take of the machine is the
//! engine's own estimate.

mod add;
mod bundle;
mod folder;
mod known;
mod questions;
mod records;
mod trial;

pub use add::{Added, add, remove, sum};
pub use bundle::{Bundle, Packed, is_bundle};
pub use folder::{About, Listed, list, quantisation};
pub use known::{Known, known, recognise};
pub use questions::{Question, questions};
pub use records::{Record, Records};
pub use trial::{Answered, Step, Trial, answer, try_model};
