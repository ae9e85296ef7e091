//! A collection of any size that is as lifelike as the corpus that it is made from.
//!
//! A made passage is a choice of the sentences of two passages of the corpus, so that words stand together as they do
//! there. Common words then grow with the collection. Rare ones must not: in a larger collection most of what was seen
//! once or twice is seen less often than that, and other words, never seen before, are met instead. How much of it that
//! is, the corpus says itself:
//!
//! - A word that r passages hold is kept in a copy with the chance r*/r, where r* = (r + 1) n(r+1) / n(r), and n(r) is
//!   how many words r passages hold (Good, "The population frequencies of species", Biometrika 1953); for r of 1 and 2.
//! - What is not kept becomes a new word, of a vocabulary without end in which the word of rank x is met with a chance
//!   that falls as (x + q)^-a (Mandelbrot's form of Zipf's law). The vocabulary then grows as the passages to the power
//!   of 1/a (Heaps' law); Good's estimate of that power is n(1) over the vocabulary. q is such that the commonest new
//!   word is as frequent as a word that one passage holds.

use std::collections::HashMap;

use crate::generate::Random;

/// The most and the least that the power of Heaps' law is taken for, of a corpus too small to tell.
const HEAPS: (f64, f64) = (0.3, 0.9);
/// The least of what is kept of a rare word, of such a corpus.
const KEPT: f64 = 0.05;

/// The corpus, cut into the terms of its sentences.
pub struct Base {
    words: Vec<String>,
    /// A passage's sentences, the title first, of indices in `words`.
    passages: Vec<Vec<Vec<u32>>>,
    /// With what chance a copy keeps each word.
    kept: Vec<f64>,
    unseen: Unseen,
}

impl Base {
    /// The corpus whose passages are these: terms of sentences, the title first.
    pub fn new(sentences: impl IntoIterator<Item = Vec<Vec<String>>>) -> Self {
        let (mut known, mut words): (HashMap<String, u32>, Vec<String>) = Default::default();
        let mut index = |word: String| {
            let next = words.len() as u32;
            *known.entry(word).or_insert_with_key(|word| {
                words.push(word.clone());
                next
            })
        };
        let mut passage = |sentences: Vec<Vec<String>>| -> Vec<Vec<u32>> {
            sentences.into_iter().map(|terms| terms.into_iter().map(&mut index).collect()).collect()
        };
        let passages: Vec<Vec<Vec<u32>>> = sentences.into_iter().map(&mut passage).collect();
        let held_by = document_frequencies(&passages, words.len());
        let kept_of = kept(&held_by);
        let kept: Vec<f64> = held_by.iter().map(|held| kept_of.get(*held as usize).copied().unwrap_or(1.0)).collect();
        let replaced: f64 = held_by.iter().zip(&kept).map(|(held, kept)| f64::from(*held) * (1.0 - kept)).sum();
        let unseen = Unseen::new(&held_by, replaced, kept_of[1]);
        Self { words, passages, kept, unseen }
    }

    /// Passages of the corpus.
    pub fn len(&self) -> usize {
        self.passages.len()
    }

    /// The passages of the corpus that the passage of a row is made of.
    pub fn from(&self, seed: u64, row: u64) -> [usize; 2] {
        self.begin(seed, row).0
    }

    /// As [`Base::from`], with the numbers by chance that the passage goes on with.
    fn begin(&self, seed: u64, row: u64) -> ([usize; 2], Random) {
        let mut random = of_row(seed, row);
        if (row as usize) < self.passages.len() {
            return ([row as usize; 2], random);
        }
        let mut any = || random.below(self.passages.len() as u64) as usize;
        ([any(), any()], random)
    }

    /// The terms of a row's passage, with spaces between them: the corpus first, as it is, then made passages. The same
    /// seed and row give the same.
    pub fn terms(&self, seed: u64, row: u64) -> String {
        let mut terms = String::new();
        if let Some(passage) = self.passages.get(row as usize) {
            passage.iter().flatten().for_each(|word| push(&mut terms, &self.words[*word as usize]));
            return terms;
        }
        let (from, mut random) = self.begin(seed, row);
        let (title, sentences) = self.chosen(from, &mut random);
        // A word that is replaced becomes the same one throughout a passage, as a name would.
        let mut replaced: HashMap<u32, Option<u64>> = HashMap::new();
        for word in title.iter().chain(sentences.into_iter().flatten()) {
            let kept = self.kept[*word as usize];
            let rank = match kept < 1.0 {
                true => *replaced.entry(*word).or_insert_with(|| {
                    let is_kept = unit(&mut random) <= kept;
                    (!is_kept).then(|| self.unseen.rank(unit(&mut random)))
                }),
                false => None,
            };
            match rank {
                Some(rank) => push(&mut terms, &new_word(rank)),
                None => push(&mut terms, &self.words[*word as usize]),
            }
        }
        terms
    }

    /// The title of the first passage and, of the sentences of both, as many as the first has.
    fn chosen(&self, from: [usize; 2], random: &mut Random) -> (&[u32], Vec<&[u32]>) {
        let [one, other] = from.map(|index| self.passages[index].as_slice());
        let body = |passage: &[Vec<u32>]| passage.len().saturating_sub(1);
        let mut pool: Vec<&[u32]> = one.iter().skip(1).chain(other.iter().skip(1)).map(Vec::as_slice).collect();
        for at in 0..body(one) {
            let left = (pool.len() - at) as u64;
            pool.swap(at, at + random.below(left) as usize);
        }
        pool.truncate(body(one));
        (one.first().map(Vec::as_slice).unwrap_or_default(), pool)
    }
}

/// Numbers by chance for a row: the rows do not depend on each other.
pub fn of_row(seed: u64, row: u64) -> Random {
    // Taken once more, so that neighbouring rows do not begin inside each other's sequences.
    let seed = Random::new(seed.wrapping_add(row.wrapping_mul(0xd134_2543_de82_ef95))).below(u64::MAX);
    Random::new(seed)
}

/// A number by chance above 0, up to 1.
pub fn unit(random: &mut Random) -> f64 {
    (random.below(1 << 53) + 1) as f64 / (1_u64 << 53) as f64
}

fn push(terms: &mut String, term: &str) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    terms.push_str(term);
}

/// How many passages hold each word.
fn document_frequencies(passages: &[Vec<Vec<u32>>], words: usize) -> Vec<u32> {
    let (mut held_by, mut last) = (vec![0; words], vec![usize::MAX; words]);
    for (passage, sentences) in passages.iter().enumerate() {
        for word in sentences.iter().flatten().map(|word| *word as usize) {
            if last[word] != passage {
                last[word] = passage;
                held_by[word] += 1;
            }
        }
    }
    held_by
}

/// What a copy keeps of words that 0, 1 and 2 passages hold.
fn kept(held_by: &[u32]) -> [f64; 3] {
    let number = |held: u32| held_by.iter().filter(|one| **one == held).count() as f64;
    let kept = |held: u32| match number(held) {
        0.0 => 1.0,
        words => (f64::from(held + 1) * number(held + 1) / words / f64::from(held)).clamp(KEPT, 1.0),
    };
    [1.0, kept(1), kept(2)]
}

/// The words that the corpus does not hold.
struct Unseen {
    /// a - 1 of Zipf's law.
    exponent: f64,
    /// q of Mandelbrot's.
    offset: f64,
}

impl Unseen {
    /// Of a corpus in which `replaced` of its words' places become new words, and a word of one passage is kept with
    /// the chance `kept`.
    fn new(held_by: &[u32], replaced: f64, kept: f64) -> Self {
        let once = held_by.iter().filter(|held| **held == 1).count() as f64;
        let heaps = (once / held_by.len().max(1) as f64).clamp(HEAPS.0, HEAPS.1);
        let exponent = 1.0 / heaps - 1.0;
        // The first rank is met (exponent / offset) of the time; a word of one passage `kept` times in the corpus.
        Self { exponent, offset: (replaced * exponent / kept).max(1.0) }
    }

    /// The rank for a number of 0 to 1 by chance.
    fn rank(&self, chance: f64) -> u64 {
        (self.offset * (chance.powf(-1.0 / self.exponent) - 1.0)) as u64
    }
}

/// A word of three syllables and more that is no word: the syllable at its end is in none.
fn new_word(rank: u64) -> String {
    const SYLLABLES: u64 = 11_172;
    let (mut word, mut rest) = (String::new(), rank);
    for place in 0.. {
        if place > 1 && rest == 0 {
            break;
        }
        word.extend(char::from_u32(0xac00 + (rest % SYLLABLES) as u32));
        rest /= SYLLABLES;
    }
    word + "뷁"
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    /// A corpus of made words, the word of rank r 1/r often.
    fn base() -> Base {
        let mut random = Random::new(7);
        let mut word = move || format!("w{}", 60_000_f64.powf(unit(&mut random)) as u64);
        let mut sentence = move || (0..12).map(|_| word()).collect::<Vec<String>>();
        Base::new((0..400).map(move |_| (0..6).map(|_| sentence()).collect::<Vec<_>>()))
    }

    /// How many of the first `rows` passages hold each word.
    fn frequencies(base: &Base, rows: u64) -> HashMap<String, usize> {
        let mut frequencies = HashMap::new();
        for row in 0..rows {
            for word in base.terms(1, row).split(' ').collect::<HashSet<&str>>() {
                *frequencies.entry(word.to_owned()).or_insert(0) += 1;
            }
        }
        frequencies
    }

    #[test]
    fn the_same_seed_and_row_give_the_same_passage_and_the_corpus_comes_first() {
        let base = base();
        assert_eq!(base.terms(1, 5_000), base.terms(1, 5_000));
        assert_ne!(base.terms(1, 5_000), base.terms(2, 5_000));
        assert_ne!(base.terms(1, 5_000), base.terms(1, 5_001));
        let words = |row: usize| -> Vec<&str> {
            base.passages[row].iter().flatten().map(|word| base.words[*word as usize].as_str()).collect()
        };
        assert_eq!((base.terms(1, 3), base.from(1, 3)), (words(3).join(" "), [3, 3]));
    }

    #[test]
    fn common_words_grow_with_the_collection_and_rare_ones_by_goods_estimate() {
        let base = base();
        let corpus = frequencies(&base, base.len() as u64);
        let all = frequencies(&base, 20 * base.len() as u64);
        let growth = |held: std::ops::Range<usize>| {
            let words: Vec<&String> =
                corpus.iter().filter(|(_, often)| held.contains(often)).map(|(word, _)| word).collect();
            let sum = |frequencies: &HashMap<String, usize>| -> f64 {
                words.iter().filter_map(|word| frequencies.get(*word)).map(|often| *often as f64).sum()
            };
            sum(&all) / sum(&corpus)
        };
        let common = growth(40..400);
        assert!((17.0..22.0).contains(&common), "common words grew {common} times");
        let [_, once, _] = kept(&document_frequencies(&base.passages, base.words.len()));
        let rare = growth(1..2);
        let wanted = 1.0 + 19.0 * once;
        assert!(once < 0.8 && (rare / wanted - 1.0).abs() < 0.15, "rare words grew {rare} times, not {wanted}");
    }

    #[test]
    fn the_vocabulary_grows_by_heaps_law_and_no_new_word_is_common() {
        let base = base();
        let [small, large] = [4, 40].map(|times| frequencies(&base, times * base.len() as u64));
        let power = (large.len() as f64 / small.len() as f64).log10();
        let wanted = 1.0 / (base.unseen.exponent + 1.0);
        assert!((power - wanted).abs() < 0.05, "a power of {power}, not {wanted}");
        let once = large.values().filter(|often| **often == 1).count() as f64 / large.len() as f64;
        assert!((0.3..0.8).contains(&once), "{once} of the words stand once");
        let new = large.iter().filter(|(word, _)| word.ends_with('뷁'));
        let commonest = new.map(|(_, often)| *often).max().unwrap();
        // As a word of one passage in 400, of which some is kept.
        assert!((5..80).contains(&commonest), "{commonest}");
    }

    #[test]
    fn passages_are_as_long_as_those_of_the_corpus() {
        let base = base();
        let length = |rows: std::ops::Range<u64>| {
            let rows = rows.map(|row| base.terms(1, row).split(' ').count());
            rows.sum::<usize>() as f64
        };
        let ratio = length(400..800) / length(0..400);
        assert!((0.9..1.1).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_corpus_of_one_passage_is_enough() {
        let one = vec![vec!["제목".to_owned()], vec!["연가".to_owned(), "연가".to_owned()]];
        let base = Base::new([one]);
        assert_eq!(base.terms(1, 0), "제목 연가 연가");
        assert_eq!(base.terms(1, 9).split(' ').count(), 3);
    }

    #[test]
    fn new_words_differ_by_their_ranks() {
        let ranks = [0, 1, 11_171, 11_172, 11_172 * 11_172, u64::MAX];
        let words: HashSet<String> = ranks.into_iter().map(new_word).collect();
        assert_eq!(words.len(), ranks.len());
        assert!(words.iter().all(|word| word.chars().count() >= 3 && word.chars().all(|letter| letter != ' ')));
    }
}
