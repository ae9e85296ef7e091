//! What a person can hand on when something goes wrong: a log ([`start`], [`tail`]) and a report ([`Report`]).
//!
//! Neither holds a text of the person: no question, answer, document or password, no name of a file and no path. The log
//! does not leave that to whoever writes an event: of an event it keeps numbers, words that can only be codes, and a
//! sentence that is part of the program; whatever else came with it is left out, and that is said. The report is made of
//! counts and codes by its types.

mod coded;
mod machine;
mod report;
mod rotating;
mod start;

pub use coded::Coded;
pub use machine::Machine;
pub use report::{Documents, Engine, Model, Part, Policy, Report, Unlocked};
pub use rotating::{Rotating, tail};
pub use start::start;
