use std::ops::Range;

use super::words::Spot;

/// Characters of a snippet.
const WIDTH: usize = 120;

/// A text of which a piece is shown, with the places of what was found in it. Places are characters of the whole text,
/// not bytes: masking keeps those, and needs the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The whole text.
    pub text: String,
    /// The piece.
    pub shown: Range<usize>,
    /// Inside the piece, in order, apart from one another, and never empty.
    pub marks: Vec<Range<usize>>,
}

impl Marked {
    /// A text that is shown whole.
    pub(crate) fn whole(text: &str, spots: &[Spot]) -> Self {
        let shown = 0..text.chars().count();
        Self { marks: marks(spots, &shown), text: text.to_owned(), shown }
    }

    /// About [`WIDTH`] characters where most of the words stand together, from word to word; the beginning where none
    /// stands.
    pub(crate) fn cut(text: &str, spots: &[Spot]) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let shown = piece(&letters, best(spots));
        Self { marks: marks(spots, &shown), text: text.to_owned(), shown }
    }
}

/// How many words stand together at most within a snippet, …
pub(crate) fn together(spots: &[Spot]) -> usize {
    let (_, words, _) = best(spots);
    words
}

/// … where, and how often.
fn best(spots: &[Spot]) -> (Range<usize>, usize, usize) {
    let mut sorted: Vec<&Spot> = spots.iter().collect();
    sorted.sort_by_key(|spot| spot.range.start);
    let mut best = (0..0, 0, 0);
    for (index, first) in sorted.iter().enumerate() {
        let start = first.range.start;
        let near = sorted[index..].iter().enumerate();
        let near = near.take_while(|(place, spot)| *place == 0 || spot.range.end <= start + WIDTH);
        let (mut words, mut end, mut count) = (Vec::new(), start, 0);
        for (_, spot) in near {
            if !words.contains(&spot.word) {
                words.push(spot.word);
            }
            end = end.max(spot.range.end);
            count += 1;
        }
        if (words.len(), count) > (best.1, best.2) {
            best = (start..end, words.len(), count);
        }
    }
    best
}

fn piece(letters: &[char], (core, ..): (Range<usize>, usize, usize)) -> Range<usize> {
    let room = WIDTH.saturating_sub(core.len());
    let first = core.start.saturating_sub(room / 3);
    let end = (first + WIDTH.max(core.end - first)).min(letters.len());
    let start = first.min(end.saturating_sub(WIDTH.max(core.len())));
    let space = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_none_or(|letter| letter.is_whitespace());
    let border = |at: usize| space(at.checked_sub(1)) || space(Some(at));
    // A run without a space is cut inside rather than to nothing.
    let start = (start..=core.start).find(|at| border(*at)).unwrap_or(start);
    let end = (core.end.max(start)..=end).rev().find(|at| border(*at) && *at > start).unwrap_or(end);
    let inside = &letters[start..end];
    let before = inside.iter().take_while(|letter| letter.is_whitespace()).count();
    let behind = inside[before..].iter().rev().take_while(|letter| letter.is_whitespace()).count();
    start + before..end - behind
}

/// What of the spots is shown, with those that meet put together.
fn marks(spots: &[Spot], shown: &Range<usize>) -> Vec<Range<usize>> {
    let clipped = spots.iter().map(|spot| spot.range.start.max(shown.start)..spot.range.end.min(shown.end));
    let mut clipped: Vec<Range<usize>> = clipped.filter(|range| range.start < range.end).collect();
    clipped.sort_by_key(|range| (range.start, range.end));
    let mut marks: Vec<Range<usize>> = Vec::new();
    for range in clipped {
        match marks.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => marks.push(range),
        }
    }
    marks
}
