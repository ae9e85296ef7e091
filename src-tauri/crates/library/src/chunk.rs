use documents::{Block, BlockKind, Document};
use vault::NewPassage;

/// Changes whenever the same document would be cut otherwise.
pub const CHUNKER_VERSION: &str = "headings+sentences 2";

/// Characters that a passage grows to while blocks of one heading are joined: some 300 tokens.
const TARGET: usize = 450;
/// Characters that a passage never passes: a sentence or table row that is longer by itself is cut between words.
const LONGEST: usize = 900;

/// Cuts a document into passages: along headings, then paragraphs, then sentences or table rows, and between words
/// only where one of these is too long by itself. Every word of every block is in a passage, in order; a heading's words are in the heading path
/// of what follows, or in a passage of its own where nothing follows. A long table's rows all keep its header.
pub fn passages(document: &Document) -> Vec<NewPassage> {
    cut(&document.blocks)
}

/// As [`passages`], of a document's blocks.
pub(crate) fn cut(blocks: &[Block]) -> Vec<NewPassage> {
    let mut cut = Cut::default();
    for (index, block) in (0..).zip(blocks) {
        match block.kind {
            BlockKind::Heading => {
                cut.flush();
                let next = blocks.get(index as usize + 1);
                let carried = next.is_some_and(|next| next.heading_path.starts_with(&block.heading_path));
                if !carried || block.heading_path.last() != Some(&block.text) {
                    for piece in pieces(&block.text) {
                        cut.add(block, index, &piece);
                    }
                    cut.flush();
                }
            }
            BlockKind::Paragraph => {
                for piece in pieces(&block.text) {
                    cut.add(block, index, &piece);
                }
            }
            BlockKind::Table => {
                cut.make_room(block.text.chars().count());
                for piece in table_pieces(&block.text) {
                    cut.add(block, index, &piece);
                }
            }
            BlockKind::Footnote => {
                cut.flush();
                for piece in pieces(&block.text) {
                    cut.add(block, index, &piece);
                }
                cut.flush();
            }
        }
    }
    cut.flush();
    cut.done
}

#[derive(Default)]
struct Cut {
    open: Option<NewPassage>,
    done: Vec<NewPassage>,
}

impl Cut {
    fn add(&mut self, block: &Block, index: u32, text: &str) {
        let same_heading = self.open.as_ref().is_some_and(|open| open.heading_path == block.heading_path);
        if !same_heading {
            self.flush();
        }
        self.make_room(text.chars().count());
        match &mut self.open {
            Some(open) => {
                open.text.push('\n');
                open.text.push_str(text);
                open.last_block = index;
            }
            None => {
                self.open = Some(NewPassage {
                    text: text.to_owned(),
                    heading_path: block.heading_path.clone(),
                    section: block.locator.section,
                    paragraph: block.locator.paragraph,
                    page: block.locator.page,
                    first_block: index,
                    last_block: index,
                });
            }
        }
    }

    /// Ends the open passage where `characters` more would make it too long.
    fn make_room(&mut self, characters: usize) {
        if self.open.as_ref().is_some_and(|open| open.text.chars().count() + characters > TARGET) {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.done.extend(self.open.take().filter(|passage| !passage.text.trim().is_empty()));
    }
}

/// A paragraph in pieces of whole sentences, as far as they are no longer than a passage.
fn pieces(text: &str) -> Vec<String> {
    if text.chars().count() <= LONGEST {
        return vec![text.to_owned()];
    }
    let mut pieces: Vec<String> = vec![String::new()];
    for sentence in sentences(text).into_iter().flat_map(|sentence| bounded(sentence, LONGEST)) {
        let open = pieces.len() - 1;
        if !pieces[open].is_empty() && pieces[open].chars().count() + sentence.chars().count() > TARGET {
            pieces.push(sentence.to_owned());
        } else {
            pieces[open].push_str(sentence);
        }
    }
    pieces.into_iter().map(|piece| piece.trim_end().to_owned()).filter(|piece| !piece.is_empty()).collect()
}

/// Sentences with what follows them, so that joined they are the text: cut behind ". " and its like, and at line ends.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut previous = ' ';
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let ended = matches!(previous, '.' | '!' | '?') && !before.is_ascii_digit() && character.is_whitespace();
        if ended || character == '\n' {
            let end = at + character.len_utf8();
            sentences.push(&text[start..end]);
            start = end;
        }
        (before, previous) = (previous, character);
    }
    if start < text.len() {
        sentences.push(&text[start..]);
    }
    sentences
}

/// A text in parts of up to `longest` characters that joined are the text: cut behind the last space that allows it,
/// or inside a word that is longer.
fn bounded(text: &str, longest: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((end, next)) = rest.char_indices().nth(longest.max(1)) {
        let space = rest[..end].char_indices().rfind(|(_, character)| character.is_whitespace());
        let at = match space {
            Some((at, space)) if !next.is_whitespace() => at + space.len_utf8(),
            _ => end,
        };
        let (part, after) = rest.split_at(at);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// A Markdown table whole where it is short, or else in groups of rows, each under the header; a header that would
/// fill half of a passage (a table for the sake of layout) is a row like any other.
fn table_pieces(table: &str) -> Vec<String> {
    if table.chars().count() <= LONGEST {
        return vec![table.to_owned()];
    }
    let lines: Vec<&str> = table.lines().collect();
    let rule = lines.get(1).is_some_and(|line| line.chars().all(|character| "|-: ".contains(character)));
    let (header, rows) = lines.split_at(if rule { 2 } else { 1 });
    let header = header.join("\n");
    let length = header.chars().count();
    let (header, rows, length) = if length > LONGEST / 2 { (String::new(), &lines[..], 0) } else { (header, rows, length) };

    let mut pieces = Vec::new();
    let mut piece = header.clone();
    for row in rows.iter().flat_map(|row| bounded(row, LONGEST - length - 1)) {
        if piece.len() > header.len() && piece.chars().count() + 1 + row.chars().count() > LONGEST {
            pieces.push(std::mem::replace(&mut piece, header.clone()));
        }
        if !piece.is_empty() {
            piece.push('\n');
        }
        piece.push_str(row);
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use documents::{Format, Locator};
    use proptest::prelude::*;

    fn block(kind: BlockKind, text: &str, path: &[&str], paragraph: u32) -> Block {
        Block {
            kind,
            text: text.to_owned(),
            heading_path: path.iter().map(|heading| (*heading).to_owned()).collect(),
            locator: Locator { section: 0, paragraph, page: None },
        }
    }

    fn document(blocks: Vec<Block>) -> Document {
        Document { blocks, ..Document::new(Format::Hwpx) }
    }

    #[test]
    fn passages_follow_headings_and_a_lone_heading_is_kept() {
        let long = "가나다라 마바사. ".repeat(120);
        let passages = passages(&document(vec![
            block(BlockKind::Heading, "제1장", &["제1장"], 0),
            block(BlockKind::Heading, "제1조", &["제1장", "제1조"], 1),
            block(BlockKind::Paragraph, "① 하나", &["제1장", "제1조"], 2),
            block(BlockKind::Paragraph, "② 둘", &["제1장", "제1조"], 3),
            block(BlockKind::Heading, "제2조", &["제1장", "제2조"], 4),
            block(BlockKind::Paragraph, &long, &["제1장", "제2조"], 5),
            block(BlockKind::Footnote, "1) 주", &["제1장", "제2조"], 6),
            block(BlockKind::Heading, "부칙", &["부칙"], 7),
        ]));
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        assert_eq!(texts[0], "① 하나\n② 둘");
        assert_eq!((passages[0].first_block, passages[0].last_block), (2, 3));
        assert_eq!(texts[texts.len() - 2..], ["1) 주", "부칙"]);
        let of_second: Vec<_> = passages.iter().filter(|passage| passage.first_block == 5).collect();
        assert!(of_second.len() > 1 && of_second.iter().all(|passage| passage.text.ends_with('.')), "{of_second:?}");
    }

    #[test]
    fn every_row_of_a_long_table_stands_under_its_header() {
        let rows: Vec<String> = (0..80).map(|row| format!("| {row}년 | {row}일의 연가를 허가한다 |")).collect();
        let table = format!("| 재직기간 | 연가 |\n| --- | --- |\n{}", rows.join("\n"));
        let passages = passages(&document(vec![block(BlockKind::Table, &table, &[], 0)]));
        assert!(passages.len() > 1);
        for passage in &passages {
            assert!(passage.text.starts_with("| 재직기간 | 연가 |\n| --- | --- |\n"), "{}", passage.text);
        }
        let all: String = passages.iter().map(|passage| passage.text.as_str()).collect();
        assert!(rows.iter().all(|row| all.contains(row)));
    }

    #[test]
    fn what_is_longer_than_a_passage_by_itself_is_cut_between_words() {
        let words: Vec<String> = (0..600).map(|word| format!("낱말{word}")).collect();
        let sentence = words.join(" ");
        let table = [
            (BlockKind::Paragraph, format!("앞 문장이다. {sentence} 뒤 문장이다.")),
            (BlockKind::Footnote, sentence.clone()),
            (BlockKind::Heading, sentence.clone()),
            (BlockKind::Table, format!("| {sentence} |\n| --- |\n| 값 |")),
            (BlockKind::Table, format!("| 머리 |\n| --- |\n| {sentence} |")),
        ];
        for (kind, text) in table {
            let passages = passages(&document(vec![block(kind, &text, &[], 0)]));
            let held: Vec<&str> = passages.iter().flat_map(|passage| passage.text.split_whitespace()).collect();
            let missing = words.iter().find(|word| !held.contains(&word.as_str()));
            assert!(missing.is_none(), "{kind:?}: {missing:?}");
            assert!(passages.iter().all(|passage| passage.text.chars().count() <= LONGEST), "{kind:?}");
        }
        let run = "가".repeat(2 * LONGEST + 1);
        assert_eq!(bounded(&run, LONGEST).iter().map(|part| part.chars().count()).collect::<Vec<_>>(), [LONGEST, LONGEST, 1]);
    }

    fn any_block() -> impl Strategy<Value = Block> {
        let kind = prop_oneof![
            Just(BlockKind::Paragraph),
            Just(BlockKind::Footnote),
            Just(BlockKind::Table),
            Just(BlockKind::Heading)
        ];
        let text = prop_oneof![
            "[가-하a-z0-9. |\n]{1,300}".boxed(),
            "([가-하a-z0-9.|]{1,30}[ \n]?[ |]){1,150}".boxed(),
        ];
        (kind, text, 0u32..3).prop_filter_map("blank", |(kind, text, path)| {
            let text = text.trim().to_owned();
            (!text.is_empty()).then(|| {
                let heading = format!("제{path}조");
                let path = if kind == BlockKind::Heading { text.clone() } else { heading };
                block(kind, &text, &[&path], 0)
            })
        })
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_passage_is_empty(blocks in proptest::collection::vec(any_block(), 0..12)) {
            let document = document(blocks);
            let passages = passages(&document);
            prop_assert!(passages.iter().all(|passage| !passage.text.trim().is_empty()));
            prop_assert!(passages.iter().all(|passage| passage.text.chars().count() <= LONGEST));
            for (index, block) in (0..).zip(&document.blocks) {
                let held: String = passages
                    .iter()
                    .filter(|passage| (passage.first_block..=passage.last_block).contains(&index))
                    .map(|passage| format!("{}\n", passage.text))
                    .collect();
                let in_path = passages.iter().any(|passage| passage.heading_path.contains(&block.text));
                let missing = block.text.split_whitespace().find(|word| !held.contains(word));
                prop_assert!(missing.is_none() || in_path, "{missing:?} of {block:?}");
            }
        }
    }
}
