//! Whether two models mean the same by a token: only then can one draft for the other.
//!
//! The same as llama.cpp asks (common/speculative.cpp, `common_speculative_are_compatible`).

use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::vocab::{LlamaVocab, VocabType};

/// Files of one family are padded to different lengths; more than this is another vocabulary.
const MOST_PADDING: i32 = 128;
/// The first tokens are special ones, whose texts differ from file to file.
const FIRST: i32 = 5;

/// In what the vocabulary of a draft model differs from that of the model that answers; `None` where it can draft.
pub fn difference(main: &LlamaVocab<'_>, draft: &LlamaVocab<'_>) -> Option<String> {
    let kinds = [main.vocab_type(), draft.vocab_type()];
    if kinds[0] != kinds[1] || kinds[0] == VocabType::NONE {
        return Some(format!("the vocabularies are of the kinds {:?} and {:?}", kinds[0], kinds[1]));
    }
    let begins = |vocab: &LlamaVocab<'_>| vocab.should_add_bos().then(|| vocab.bos());
    let ends = |vocab: &LlamaVocab<'_>| vocab.should_add_eos().then(|| vocab.eos());
    if begins(main) != begins(draft) || ends(main) != ends(draft) {
        return Some("texts begin or end with other tokens".to_owned());
    }
    let lengths = [main.n_tokens(), draft.n_tokens()];
    if lengths[0].abs_diff(lengths[1]) > MOST_PADDING.unsigned_abs() {
        return Some(format!("the vocabularies have {} and {} tokens", lengths[0], lengths[1]));
    }
    let differs = |token: &i32| main.text(LlamaToken::new(*token)) != draft.text(LlamaToken::new(*token));
    let differing = (FIRST..lengths[0].min(lengths[1])).find(differs)?;
    Some(format!("token {differing} has another text"))
}
