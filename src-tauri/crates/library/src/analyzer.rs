use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lindera::dictionary::load_fs_dictionary;
use lindera::mode::Mode;
use lindera::segmenter::Segmenter;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;

use crate::forms::forms;
use crate::{Error, Result, hanja, loanwords};

/// Where the dictionary lies, in the data folder and among what was installed with the program.
const DICTIONARY: &str = "dictionary/ko-dic";

/// The folder of the dictionary: the one in the program's data folder `data`, where set-up brought one, or else the one
/// that was installed with the program ([`wire::installed`]). Where there is neither it is the former, so that the failure
/// to load it names the place where it is missing.
pub fn dictionary(data: &Path) -> PathBuf {
    own_or(data.join(DICTIONARY), wire::installed(Path::new(DICTIONARY)))
}

fn own_or(own: PathBuf, installed: Option<PathBuf>) -> PathBuf {
    if own.is_dir() { own } else { installed.unwrap_or(own) }
}

/// The Korean analyzer: morphemes by lindera with mecab-ko-dic, plus bigrams of each run of CJK characters, Hanja in
/// its reading, loanwords in their standard spelling, and numbers, dates and articles in one form each.
///
/// Of several that were measured on KorQuAD this one ranked best. Particles, endings, suffixes, copulas, auxiliary
/// verbs, interjections and symbols are dropped; compounds are kept whole and in parts; inflected forms become
/// their stems.
#[derive(Clone)]
pub struct Analyzer(Arc<Segmenter>);

impl Analyzer {
    /// Loads the dictionary in `folder`; 0.1 to 1 s.
    ///
    /// # Errors
    /// [`Error::Dictionary`] where it is missing or broken: there is no lesser analyzer to fall back on silently.
    pub fn load(folder: &Path) -> Result<Self> {
        let broken = |error: &dyn std::fmt::Display| Error::Dictionary(format!("{}: {error}", folder.display()));
        let dictionary = load_fs_dictionary(folder).map_err(|error| broken(&error))?;
        let segmenter = Segmenter::new(Mode::Normal, dictionary, None)
            .space_penalty_from_dictionary()
            .map_err(|error| broken(&error))?;
        Ok(Self(Arc::new(segmenter)))
    }

    /// Changes whenever the same text would give other terms.
    pub fn version(&self) -> &'static str {
        "ko-dic 2.1.1 / lindera 6.2.0 / morphemes+bigrams+forms+readings 2"
    }

    /// The terms that are indexed, in text order, repeated where the text does.
    pub fn terms(&self, text: &str) -> Vec<String> {
        let (mut terms, bigrams) = self.words_and_bigrams(text);
        terms.extend(bigrams);
        terms
    }

    /// The terms of `text` that are words (morphemes, forms), and those that are bigrams.
    pub(crate) fn words_and_bigrams(&self, text: &str) -> (Vec<String>, Vec<String>) {
        let text = normalise(text);
        let (mut words, mut pairs) = (Vec::new(), Vec::new());
        let spoken = [hanja::read(&text), loanwords::standard(&text)];
        for text in std::iter::once(&text).chain(spoken.iter().flatten()) {
            self.each_morpheme(text, |whole, parts| {
                words.extend(whole.map(str::to_owned));
                words.extend(parts.iter().map(|part| (*part).to_owned()));
            });
            bigrams(text, &mut pairs);
        }
        words.extend(forms(&text));
        (words, pairs)
    }

    /// The content words of `text`, compounds in parts only: for holding one text against another.
    pub fn morphemes(&self, text: &str) -> Vec<String> {
        let text = normalise(text);
        let mut words = Vec::new();
        self.each_morpheme(&text, |whole, parts| match parts {
            [] => words.extend(whole.map(str::to_owned)),
            parts => words.extend(parts.iter().map(|part| (*part).to_owned())),
        });
        words
    }

    /// The proper nouns of `text`, in text order: for asking whether another text has them too. Those of one syllable
    /// are left out, as most are none.
    pub fn names(&self, text: &str) -> Vec<String> {
        let text = normalise(text);
        let mut names = Vec::new();
        for mut token in self.0.segment(Cow::Borrowed(text.as_str())).unwrap_or_default() {
            let surface = token.surface.clone();
            let details: Vec<&str> = token.details();
            let field = |index: usize| details.get(index).copied().unwrap_or("*");
            // Of 서울특별시 the source may have no more than 서울.
            let parts: Vec<&str> = proper_parts(field(7)).collect();
            match parts.is_empty() {
                false => names.extend(parts.into_iter().map(str::to_owned)),
                true if field(0).starts_with("NNP") => names.push(surface.into_owned()),
                true => {}
            }
        }
        names.retain(|name| name.chars().count() > 1);
        names
    }

    /// Calls `take` with each token's surface, where it carries content by itself, and the parts it is made of.
    fn each_morpheme(&self, text: &str, mut take: impl FnMut(Option<&str>, &[&str])) {
        // A segmenter that gives up on a text leaves it to the bigrams.
        let tokens = self.0.segment(Cow::Borrowed(text)).unwrap_or_default();
        for mut token in tokens {
            let surface = token.surface.clone();
            let details: Vec<&str> = token.details();
            // The dictionary's columns behind the costs: tag, meaning, final consonant, reading, type, first tag,
            // last tag, expression ("복무/NNG/*+규정/NNG/*").
            let field = |index: usize| details.get(index).copied().unwrap_or("*");
            let (tag, kind, expression) = (field(0), field(4), field(7));
            match kind {
                "Compound" => take(Some(&surface), &parts(expression)),
                "Inflect" | "Preanalysis" => take(None, &parts(expression)),
                _ if is_content(tag) => take(Some(&surface), &[]),
                _ => {}
            }
        }
    }
}

/// A text in one form of each letter: full-width as half-width, composed Hangul, lower case.
pub fn normalise(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// The parts of an expression that carry content.
fn parts(expression: &str) -> Vec<&str> {
    expression
        .split('+')
        .filter_map(|part| {
            let mut fields = part.split('/');
            let (text, tag) = (fields.next()?, fields.next()?);
            (is_content(tag) && !text.is_empty()).then_some(text)
        })
        .collect()
}

/// The parts of an expression that are proper nouns.
fn proper_parts(expression: &str) -> impl Iterator<Item = &str> {
    expression.split('+').filter_map(|part| {
        let mut fields = part.split('/');
        let (text, tag) = (fields.next()?, fields.next()?);
        (tag == "NNP").then_some(text)
    })
}

/// By the tags of mecab-ko-dic (the Sejong set).
fn is_content(tag: &str) -> bool {
    let first = tag.split('+').next().unwrap_or(tag);
    match first {
        "SL" | "SN" | "SH" => true,
        "VX" | "IC" => false,
        _ => !["J", "E", "XS", "VC", "S"].iter().any(|dropped| first.starts_with(dropped)),
    }
}

pub(crate) fn is_cjk(character: char) -> bool {
    matches!(character, '가'..='힣' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Bigrams of each run of CJK characters; a run of one stays as it is.
pub(crate) fn bigrams(text: &str, terms: &mut Vec<String>) {
    for run in text.split(|character| !is_cjk(character)).filter(|run| !run.is_empty()) {
        let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
        match starts.len() {
            2 => terms.push(run.to_owned()),
            _ => terms.extend(starts.windows(3).map(|window| run[window[0]..window[2]].to_owned())),
        }
    }
}

/// The terms of one text, as tantivy walks them.
pub struct Terms {
    terms: std::vec::IntoIter<String>,
    token: Token,
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        match self.terms.next() {
            Some(term) => {
                self.token.text = term;
                self.token.position = self.token.position.wrapping_add(1);
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { terms: self.terms(text).into_iter(), token: Token::default() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The dictionary that set-up brings; without it the tests that need it say so and pass.
    pub fn analyzer() -> Option<Analyzer> {
        let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
        let folder = folders.data_dir().join("dictionary").join("ko-dic");
        match Analyzer::load(&folder) {
            Ok(analyzer) => Some(analyzer),
            Err(error) => {
                println!("SKIPPED: {error}");
                None
            }
        }
    }

    #[test]
    fn ones_own_dictionary_comes_first_then_the_one_that_was_installed() {
        let data = tempfile::tempdir().unwrap();
        let (own, installed) = (data.path().join(DICTIONARY), PathBuf::from("/usr/share/naratmal/dictionary/ko-dic"));
        assert_eq!(own_or(own.clone(), Some(installed.clone())), installed);
        assert_eq!(own_or(own.clone(), None), own);
        assert_eq!(dictionary(data.path()), own, "the tests were not installed");
        std::fs::create_dir_all(&own).unwrap();
        assert_eq!(own_or(own.clone(), Some(installed)), own);
    }

    #[test]
    fn a_text_becomes_its_content_words() {
        let Some(analyzer) = analyzer() else { return };
        let table: [(&str, &[&str]); 5] = [
            ("연가는 며칠입니까?", &["연가", "며칠"]),
            ("공무원의 병가 일수", &["공무", "병가", "일수"]),
            ("제7조제2항에 따라", &["제", "7", "조", "제", "2", "항", "따르"]),
            ("ＰＤＦ 파일", &["pdf", "파일"]),
            ("", &[]),
        ];
        for (text, wanted) in table {
            let words = analyzer.morphemes(text);
            for word in wanted {
                assert!(words.iter().any(|found| found.starts_with(word)), "{text}: {word} not in {words:?}");
            }
        }
    }

    #[test]
    fn names_are_the_proper_nouns() {
        let Some(analyzer) = analyzer() else { return };
        let table: [(&str, &[&str]); 5] = [
            ("서울에서 부산까지 갑니다.", &["서울", "부산"]),
            ("이순신 장군이 거북선을 만들었습니다.", &["이순신"]),
            ("도움이 필요하시면 말씀해 주십시오.", &[]),
            ("연가 일수는 15일입니다.", &[]),
            ("", &[]),
        ];
        for (text, wanted) in table {
            let names = analyzer.names(text);
            assert!(wanted.iter().all(|name| names.iter().any(|found| found == name)), "{text}: {names:?}");
            assert!(!wanted.is_empty() || names.is_empty(), "{text}: {names:?}");
        }
    }

    #[test]
    fn bigrams_run_over_cjk_only_and_a_run_of_one_stays() {
        let table: [(&str, &[&str]); 4] =
            [("복무규정", &["복무", "무규", "규정"]), ("a 값 b", &["값"]), ("年 휴가", &["年", "휴가"]), ("pdf 1", &[])];
        for (text, wanted) in table {
            let mut terms = Vec::new();
            bigrams(text, &mut terms);
            assert_eq!(terms, wanted, "{text}");
        }
    }
}
