//! A question as the index is asked it.

use std::collections::BTreeMap;

use crate::Analyzer;
use crate::analyzer::bigrams;

/// What a bigram counts beside a word: most of what it finds the words find as well. On KorQuAD .3 to .5 rank alike.
const BIGRAM: f32 = 0.4;
/// What a word counts that asks.
const ASKING_WORD: f32 = 0.5;

/// A question, analyzed.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Terms of the index with what each counts, by term; one that stands twice counts twice.
    pub terms: BTreeMap<String, f32>,
    /// What it is about: its content words, each once, compounds in parts, without the words that ask.
    pub content: Vec<Word>,
}

/// A content word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As the dictionary cuts it.
    pub text: String,
    /// Its bigrams: a passage in which it was cut otherwise has them still. Empty where it has none of its own.
    pub bigrams: Vec<String>,
}

impl Question {
    /// Analyzes a question.
    pub fn new(analyzer: &Analyzer, text: &str) -> Self {
        let mut terms = BTreeMap::new();
        let (words, pairs) = analyzer.words_and_bigrams(text);
        for word in words {
            let weight = if ASKING.contains(&word.as_str()) { ASKING_WORD } else { 1.0 };
            *terms.entry(word).or_default() += weight;
        }
        for pair in pairs {
            *terms.entry(pair).or_default() += BIGRAM;
        }
        let mut content = analyzer.morphemes(text);
        content.retain(|word| !ASKING.contains(&word.as_str()));
        content.sort_unstable();
        content.dedup();
        Self { terms, content: content.into_iter().map(Word::new).collect() }
    }
}

impl Word {
    fn new(text: String) -> Self {
        let mut pairs = Vec::new();
        if text.chars().count() > 2 {
            bigrams(&text, &mut pairs);
        }
        Self { text, bigrams: pairs }
    }
}

/// Words that ask, or that any question may hold: they say nothing about what a document is about.
const ASKING: [&str; 69] = [
    "무엇", "뭐", "얼마", "며칠", "몇", "언제", "누구", "누가", "어디", "어느", "어떤", "어떻게", "어떻", "어떠", "왜", "무슨",
    "것", "거", "수", "때", "등", "및", "하", "되", "있", "없", "이", "그", "저", "주", "알", "알리", "말", "말하", "받", "경우",
    "대하", "관하", "따르", "위하", "의하", "대해", "관해", "해", "돼", "할", "한", "가능", "나", "우리", "제", "좀",
    // How much and how often: a question's "일주일에 몇 번" is the document's "1주에 2일".
    "일주일", "하루", "달", "번", "회", "쓰", "쉬", "보", "내", "오", "가", "싶", "필요", "1", "년", "일주", "일",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::tests::analyzer;

    #[test]
    fn a_question_is_about_its_content_words_and_asks_by_the_others() {
        let Some(analyzer) = analyzer() else { return };
        let question = Question::new(&analyzer, "연가는 며칠이고 연가보상비는 얼마입니까?");
        let content: Vec<&str> = question.content.iter().map(|word| word.text.as_str()).collect();
        assert!(content.contains(&"연가") && content.contains(&"보상"), "{content:?}");
        assert!(!content.contains(&"며칠") && !content.contains(&"얼마"), "{content:?}");
        assert_eq!(question.terms["며칠"], ASKING_WORD + BIGRAM);
        assert!(question.terms["연가"] >= 2.0, "{:?}", question.terms);
    }
}
