//! A prompt, divided into what is text and what may be joined.

use engine::{Joining, Prompt, Turn};
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use super::can_join;
use crate::cache::Session;
use crate::prepare::MARK;
use crate::template::template_failure;
use crate::thinking::tail;

/// Stand around a passage while a prompt is rendered: characters for private use, as [`MARK`].
const OPENS: &str = "\u{f8f2}\u{f8f1}\u{f8f2}";
const CLOSES: &str = "\u{f8f2}\u{f8f3}\u{f8f2}";

/// Tokens of a prompt that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub tokens: Vec<LlamaToken>,
    /// True where it is a passage that may be read alone.
    pub alone: bool,
}

/// A prompt's tokens.
#[derive(Debug, Clone)]
pub struct Parts {
    pub parts: Vec<Part>,
    /// Tokens of the beginning that passages are read behind.
    pub base: usize,
    /// What of the text stands behind the last turn's words.
    pub tail: String,
    joining: Option<Joining>,
}

impl Parts {
    /// All tokens.
    pub fn tokens(&self) -> Vec<LlamaToken> {
        self.parts.iter().flat_map(|part| part.tokens.iter().copied()).collect()
    }

    /// How passages are joined; `None` where they are not.
    pub fn joining(&self) -> Option<&Joining> {
        self.joining.as_ref()
    }

    /// True where passages may be joined.
    pub fn are_joined(&self) -> bool {
        self.joining.is_some()
    }
}

/// A passage that is joined: its place, and how many of its first tokens are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    pub head: usize,
}

/// The passages behind the first `cached` tokens that are joined, at most `most`, those of at least `shortest` tokens.
/// Those that the repair has room for are text.
pub fn pieces(parts: &Parts, cached: usize, joining: &Joining, most: usize, shortest: usize) -> Vec<Piece> {
    let (mut pieces, mut end, mut repair) = (Vec::new(), 0, joining.repair as usize);
    let mut first = true;
    for part in &parts.parts {
        let start = end;
        end += part.tokens.len();
        let length = end - start;
        if !part.alone || pieces.len() == most {
            continue;
        }
        if start < cached {
            first = false;
            continue;
        }
        let head = if first { 0 } else { (joining.heads as usize).min(length) };
        if !first && length - head <= repair {
            repair -= length - head;
        } else if length >= shortest {
            pieces.push(Piece { start, end, head });
        }
        first = false;
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
        Ok(self.beginning(turns)?.map(|text| self.tokenize_prompt(&text)))
    }

    fn beginning(&self, turns: &[Turn]) -> Result<Option<String>, Failure> {
        let turns: Vec<Turn> = turns.iter().cloned().chain([Turn::new("user", MARK)]).collect();
        let text = self.template.render(&turns).map_err(|error| template_failure(&error))?;
        Ok(text.split_once(MARK).map(|(beginning, _)| beginning.to_owned()).filter(|beginning| !beginning.is_empty()))
    }

    /// Divides a prompt. One that cannot be joined is one part.
    ///
    /// # Errors
    /// `model_template`; `prompt_passages` where a passage is no part of the last turn.
    pub fn parts(&self, prompt: &Prompt) -> Result<Parts, Failure> {
        let last = prompt.turns.last().map_or("", |turn| &turn.content);
        if let Some(joining) = prompt.joining.as_ref().filter(|_| can_join(self.loaded)) {
            let turns = marked(&prompt.turns, joining)?;
            let text = self.template.render(&turns).map_err(|error| template_failure(&error))?;
            let system: Vec<Turn> = prompt.turns.iter().take_while(|turn| turn.role == "system").cloned().collect();
            if let Some(beginning) = self.beginning(&system)?
                && let Some(rest) = text.strip_prefix(&beginning)
                && let Some(divided) = divided(rest, joining.passages.len())
            {
                let base = Part { tokens: self.tokenize_prompt(&beginning), alone: false };
                let rest = divided.into_iter().filter(|(text, _)| !text.is_empty());
                let rest = rest.map(|(text, alone)| Part { tokens: self.loaded.tokenize(text, true), alone });
                let length = base.tokens.len();
                let parts = [base].into_iter().chain(rest).collect();
                let tail = tail(&text, last).to_owned();
                return Ok(Parts { parts, base: length, tail, joining: Some(joining.clone()) });
            }
        }
        let text = self.template.render(&prompt.turns).map_err(|error| template_failure(&error))?;
        let parts = vec![Part { tokens: self.tokenize_prompt(&text), alone: false }];
        Ok(Parts { parts, base: 0, tail: tail(&text, last).to_owned(), joining: None })
    }
}

/// The turns with marks around the passages of the last.
fn marked(turns: &[Turn], joining: &Joining) -> Result<Vec<Turn>, Failure> {
    let wrong = || {
        Failure::new(
            "prompt_passages",
            "자료를 나누어 읽지 못했습니다. ‘빠른 답변’을 끄고 다시 물어 주십시오.",
            format!("{:?}", joining.passages),
        )
    };
    let (last, before) = turns.split_last().ok_or_else(wrong)?;
    let (mut content, mut at) = (String::with_capacity(last.content.len()), 0);
    for passage in &joining.passages {
        content.push_str(last.content.get(at..passage.start).ok_or_else(wrong)?);
        content.push_str(OPENS);
        content.push_str(last.content.get(passage.clone()).ok_or_else(wrong)?);
        content.push_str(CLOSES);
        at = passage.end;
    }
    content.push_str(last.content.get(at..).ok_or_else(wrong)?);
    Ok(before.iter().cloned().chain([Turn::new(&last.role, content)]).collect())
}

/// Texts, and whether they are passages. `None` where the marks are not those of so many passages: a template dropped
/// some, or a text had them already.
fn divided(text: &str, passages: usize) -> Option<Vec<(&str, bool)>> {
    let mut parts = text.split(OPENS);
    let first = parts.next()?;
    if first.contains(CLOSES) {
        return None;
    }
    let mut divided = vec![(first, false)];
    for part in parts {
        let (passage, behind) = part.split_once(CLOSES)?;
        if behind.contains(CLOSES) {
            return None;
        }
        divided.extend([(passage, true), (behind, false)]);
    }
    (divided.len() == 2 * passages + 1).then_some(divided)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_divide_a_text_and_other_marks_than_ours_do_not() {
        let text = |parts: &[&str]| parts.concat();
        assert_eq!(divided("말", 0), Some(vec![("말", false)]));
        let one = text(&["가", OPENS, "나", CLOSES, "다"]);
        assert_eq!(divided(&one, 1), Some(vec![("가", false), ("나", true), ("다", false)]));
        for wrong in [
            text(&["가", OPENS, "나"]),
            text(&["가", CLOSES, OPENS, "나", CLOSES]),
            text(&[OPENS, "나", CLOSES, CLOSES]),
            text(&[OPENS, OPENS, "나", CLOSES]),
        ] {
            assert_eq!(divided(&wrong, 1), None, "{wrong}");
        }
        assert_eq!(divided(&one, 2), None);
    }

    #[test]
    fn passages_are_ranges_of_the_last_turn() {
        let turns = [Turn::new("system", "규칙"), Turn::new("user", "가나다")];
        let joining = |passages: Vec<std::ops::Range<usize>>| Joining { passages, heads: 0, repair: 0 };
        let content = marked(&turns, &joining(vec![0..3, 6..9])).unwrap()[1].content.clone();
        assert_eq!(content, ["", OPENS, "가", CLOSES, "나", OPENS, "다", CLOSES].concat());
        for wrong in [vec![0..4], vec![6..12], vec![3..6, 0..3], vec![6..3]] {
            assert_eq!(marked(&turns, &joining(wrong)).unwrap_err().code, "prompt_passages");
        }
        assert_eq!(marked(&[], &joining(vec![0..1])).unwrap_err().code, "prompt_passages");
    }

    #[test]
    fn the_first_passage_is_joined_as_it_is_and_the_next_are_repaired_as_the_budget_allows() {
        let part = |tokens: usize, alone| Part { tokens: vec![LlamaToken::new(0); tokens], alone };
        let parts = |joining: &Joining| Parts {
            parts: vec![
                part(10, false),
                part(40, true),
                part(5, false),
                part(30, true),
                part(5, false),
                part(60, true),
                part(5, false),
                part(8, true),
                part(20, false),
            ],
            base: 10,
            tail: String::new(),
            joining: Some(joining.clone()),
        };
        let piece = |start, end, head| Piece { start, end, head };
        let table = [
            ("none", 0, 0, 0, vec![piece(10, 50, 0), piece(55, 85, 0), piece(90, 150, 0)]),
            ("heads", 0, 8, 0, vec![piece(10, 50, 0), piece(55, 85, 8), piece(90, 150, 8)]),
            ("the second is text", 0, 8, 30, vec![piece(10, 50, 0), piece(90, 150, 8)]),
            ("the first is in the cache", 52, 8, 0, vec![piece(55, 85, 8), piece(90, 150, 8)]),
            ("all are", 190, 8, 0, vec![]),
        ];
        for (name, cached, heads, repair, wanted) in table {
            let joining = Joining { passages: Vec::new(), heads, repair };
            assert_eq!(pieces(&parts(&joining), cached, &joining, 16, 16), wanted, "{name}");
        }
        let joining = Joining { passages: Vec::new(), heads: 0, repair: 0 };
        assert_eq!(pieces(&parts(&joining), 0, &joining, 1, 16), vec![piece(10, 50, 0)], "no more than may be");
    }
}
