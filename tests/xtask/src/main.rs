//! Placeholder.
mod dictionary;
mod failure;
mod mecab;
fn main() {}
