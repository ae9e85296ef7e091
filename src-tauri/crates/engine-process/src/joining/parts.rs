//! A prompt's tokens, and where in them passages stand that can be joined.

use std::ops::Range;

use engine::{Joining, Prompt, Turn};
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use super::can_join;
use crate::cache::Session;
use crate::prepare::MARK;
use crate::template::template_failure;
use crate::thinking::tail;

/// A passage's last tokens, which are cut otherwise where something stands behind them.
const OPEN: usize = 2;

/// A prompt's tokens.
#[derive(Debug, Clone)]
pub struct Parts {
    /// All of them, cut as if nothing were joined: a conversation goes on behind them either way.
    pub tokens: Vec<LlamaToken>,
    /// How many of them passages are read behind.
    pub base: usize,
    /// What of the text stands behind the last turn's words.
    pub tail: String,
    /// The passages that may be joined, and how; `None` where all is read in turn.
    pub joins: Option<(Vec<Range<usize>>, Joining)>,
}

/// A passage that is joined: its place, and how many of its first tokens are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    pub head: usize,
}

/// The passages behind the first `cached` tokens that are joined, at most `most`, those of at least `shortest` tokens.
/// Those that the repair has room for are read.
pub fn pieces(
    passages: &[Range<usize>],
    cached: usize,
    joining: &Joining,
    most: usize,
    shortest: usize,
) -> Vec<Piece> {
    let (mut pieces, mut repair) = (Vec::new(), joining.repair as usize);
    for (rank, passage) in passages.iter().enumerate() {
        if passage.start < cached || pieces.len() == most {
            continue;
        }
        let head = if rank == 0 { 0 } else { (joining.heads as usize).min(passage.len()) };
        let rest = passage.len() - head;
        if rank > 0 && rest <= repair {
            repair -= rest;
        } else if passage.len() >= shortest {
            pieces.push(Piece { start: passage.start, end: passage.end, head });
        }
    }
    pieces
}

impl Session<'_> {
    /// The tokens of the beginning that prompts about passages share: the turns before the one with passages, and how
    /// that one begins. `None` where the template leaves no such beginning.
    ///
    /// # Errors
    /// `model_template`.
    pub fn base(&self, turns: &[Turn]) -> Result<Option<Vec<LlamaToken>>, Failure> {
        let turns: Vec<Turn> = turns.iter().cloned().chain([Turn::new("user", MARK)]).collect();
        let text = self.template.render(&turns).map_err(|error| template_failure(&error))?;
        let beginning = text.split_once(MARK).map(|(beginning, _)| beginning).filter(|beginning| !beginning.is_empty());
        Ok(beginning.map(|beginning| self.tokenize_prompt(beginning)))
    }

    /// The tokens of a passage that stay what they are wherever it stands at the beginning of a line; none where the
    /// tokenizer does not begin one there.
    pub fn alone(&self, passage: &str) -> Vec<LlamaToken> {
        const LINE: &str = "\n";
        let text = format!("{LINE}{passage}");
        let mut tokens = self.loaded.tokenize(&text, true);
        let begins = places(&text, &self.lengths(&tokens)).and_then(|places| places.binary_search(&LINE.len()).ok());
        tokens.truncate(tokens.len().saturating_sub(OPEN));
        begins.filter(|begins| *begins < tokens.len()).map_or_else(Vec::new, |begins| tokens.split_off(begins))
    }

    /// The tokens of a prompt. A passage whose tokens are others than where it is read alone is read in turn; so is
    /// everything where the prompt does not begin as passages are read.
    ///
    /// # Errors
    /// `model_template`; `prompt_passages` where a passage is no part of the last turn.
    pub fn parts(&self, prompt: &Prompt) -> Result<Parts, Failure> {
        let mut text = self.template.render(&prompt.turns).map_err(|error| template_failure(&error))?;
        let content = prompt.turns.last().map_or("", |turn| &turn.content);
        let tail = tail(&text, content).to_owned();
        if prompt.grammar.is_some() {
            // A grammar is of the answer, and holds from the first token on.
            text.push_str(self.style().closing(&tail));
        }
        let tokens = self.tokenize_prompt(&text);
        let mut parts = Parts { tokens, base: 0, tail, joins: None };
        let Some(joining) = &prompt.joining else { return Ok(parts) };
        let passages = joining.passages.iter().map(|at| Some((at.start, content.get(at.clone())?)));
        let passages: Vec<(usize, &str)> = passages.collect::<Option<_>>().ok_or_else(|| wrong(joining))?;
        let system: Vec<Turn> = prompt.turns.iter().take_while(|turn| turn.role == "system").cloned().collect();
        let base = if can_join(self.loaded) { self.base(&system)? } else { None };
        let (Some(base), Some(start)) = (base, start_of(&text, content)) else { return Ok(parts) };
        let Some(places) = places(&text, &self.lengths(&parts.tokens)).filter(|_| parts.tokens.starts_with(&base)) else {
            return Ok(parts);
        };
        let stand = passages.into_iter().filter_map(|(at, passage)| {
            let first = places.binary_search(&(start + at)).ok()?;
            let alone = self.alone(passage);
            let stands = !alone.is_empty() && parts.tokens.get(first..)?.starts_with(&alone);
            stands.then(|| first..first + alone.len())
        });
        parts.joins = Some((stand.collect(), joining.clone()));
        parts.base = base.len();
        Ok(parts)
    }

    /// Bytes of each token.
    fn lengths(&self, tokens: &[LlamaToken]) -> Vec<usize> {
        let vocab = self.loaded.model.vocab();
        tokens.iter().map(|token| vocab.token_to_piece(*token, true, None).len()).collect()
    }
}

fn wrong(joining: &Joining) -> Failure {
    Failure::new(
        "prompt_passages",
        "자료를 나누어 읽지 못했습니다. ‘빠른 답변’을 끄고 다시 물어 주십시오.",
        format!("{:?}", joining.passages),
    )
}

/// Where the last turn's words begin in a prompt; a template may have cut blanks from their ends.
fn start_of(text: &str, content: &str) -> Option<usize> {
    let words = content.trim();
    let cut = content.len() - content.trim_start().len();
    text.rfind(words).and_then(|at| at.checked_sub(cut)).filter(|_| !words.is_empty())
}

/// Where in a text each of its tokens begins, by their lengths. What the tokens have more than the text stands before
/// it: a mark of the beginning, or the blank that some tokenizers put there. `None` where they have less.
fn places(text: &str, lengths: &[usize]) -> Option<Vec<usize>> {
    let more = lengths.iter().sum::<usize>().checked_sub(text.len())?;
    let ends = lengths.iter().scan(0, |end, length| {
        let start = *end;
        *end += length;
        Some(start)
    });
    Some(ends.map(|start: usize| start.saturating_sub(more)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_by_where_they_begin() {
        let table: [(&str, &[usize], Option<&[usize]>); 4] = [
            ("가나 b", &[3, 3, 2], Some(&[0, 3, 6])),
            ("a blank before", &[2, 4, 9], Some(&[0, 1, 5])),
            ("<s>mark", &[3, 3, 4], Some(&[0, 0, 3])),
            ("abc", &[1, 1], None),
        ];
        for (text, lengths, wanted) in table {
            assert_eq!(places(text, lengths).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn the_last_turn_is_found_whatever_a_template_cut_from_it() {
        let table = [("<u>가 나<a>", " 가 나\n", Some(2)), ("<u>가<a>가", "가", Some(9)), ("<u>", "가", None), ("<u>", " ", None)];
        for (text, content, wanted) in table {
            assert_eq!(start_of(text, content), wanted, "{text}");
        }
    }

    #[test]
    fn the_first_passage_is_joined_as_it_is_and_the_next_are_repaired_as_the_budget_allows() {
        let passages = [10..50, 55..85, 90..150, 155..163];
        let piece = |start, end, head| Piece { start, end, head };
        let table = [
            ("none", 0, 0, 0, 16, vec![piece(10, 50, 0), piece(55, 85, 0), piece(90, 150, 0)]),
            ("heads", 0, 8, 0, 16, vec![piece(10, 50, 0), piece(55, 85, 8), piece(90, 150, 8)]),
            ("the second is read", 0, 8, 30, 16, vec![piece(10, 50, 0), piece(90, 150, 8)]),
            ("the first is in the cache", 52, 8, 0, 16, vec![piece(55, 85, 8), piece(90, 150, 8)]),
            ("all are", 190, 8, 0, 16, vec![]),
            ("no more than may be", 0, 0, 0, 1, vec![piece(10, 50, 0)]),
        ];
        for (name, cached, heads, repair, most, wanted) in table {
            let joining = Joining { passages: Vec::new(), heads, repair };
            assert_eq!(pieces(&passages, cached, &joining, most, 16), wanted, "{name}");
        }
    }
}
