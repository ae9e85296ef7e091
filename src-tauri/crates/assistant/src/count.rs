//! "모두 몇 건입니까": the things are counted by the program, one by one, over all that there is. Rows of a table that
//! holds them are counted as they stand; elsewhere the model copies them out, and what does not stand in the passage
//! word by word is no thing.

use std::path::Path;

use vault::{Citation, MessageState, Passage};
use wire::Failure;

use crate::answer::Answer;
use crate::ask::Progress;
use crate::citations::{citation, flat, sentences};
use crate::documents::{Task, apart, documents_of};
use crate::injection;
use crate::korean::with;
use crate::prompt::{self, NOTHING};
use crate::whole::Reading;

/// The most tokens of the things in one part.
const ITEMS_TOKENS: u32 = 400;
/// The most things that an answer lists; all are counted.
const LISTED: usize = 100;
/// A line that is longer is no thing but a passage.
const LONGEST: usize = 200;

/// A thing that was found.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    /// As the person reads it.
    text: String,
    /// Where it stands, verbatim.
    quote: String,
    passage: Passage,
}

impl<T: FnMut(Progress)> Task<'_, T> {
    /// Answers a question for a number.
    ///
    /// # Errors
    /// The library's and the engine's.
    pub async fn count(&mut self, asked: &str, subject: Vec<String>, unit: &str) -> Result<Answer, Failure> {
        let documents = self.documents.to_vec();
        let passages = apart(self.library, move |library| library.passages_of(&documents)).await?;
        let (passages, commands) = self.clean(passages);
        let rows = rows(&passages, &subject);
        let (items, reading, how) = if rows.is_empty() {
            let (items, reading) = self.copied_out(asked, passages).await?;
            (items, reading, "자료를 모두 읽고 옮겨 적은 것을, 자료에 그대로 있는지 확인하여 세었습니다.")
        } else {
            let (total, documents) = (passages.len() as u32, documents_of(&passages));
            (rows, Reading { done: 1, total: 1, passages: total, documents }, "표의 행을 세었습니다.")
        };
        let basis = Some(reading.basis());
        let number = with(&format!("{}{unit}", items.len()), "을", "를");
        let (lead, state) = match reading.is_whole() {
            true if items.is_empty() => return Ok(Answer { basis, ..Answer::refusal() }),
            true => (format!("모두 {number} 찾았습니다. {how}"), MessageState::Complete),
            false => (format!("{} 그때까지 {number} 찾았습니다.", reading.stopped_at()), MessageState::Stopped),
        };
        let (list, citations) = listed(&items);
        let mut answer = Answer {
            documents: citations.iter().map(|citation| citation.document_id).collect(),
            citations,
            basis,
            ..Answer::ended(format!("{lead}\n\n{list}").trim_end(), state)
        };
        if state == MessageState::Complete {
            self.thread.keep(self.question.text.clone(), lead, Vec::new());
            if commands > 0 {
                answer.text.push_str(prompt::COMMANDS_NOTE);
            }
        }
        Ok(answer)
    }

    /// The things that the model finds, part by part.
    async fn copied_out(&mut self, asked: &str, passages: Vec<Passage>) -> Result<(Vec<Item>, Reading), Failure> {
        let fence = self.fence.clone();
        let mut items: Vec<Item> = Vec::new();
        let turn = |part: &[Passage]| prompt::items_turn(asked, part, &fence);
        let take = |part: &[Passage], said: &str| {
            for item in said.lines().filter_map(|line| standing(line, part)) {
                if !items.iter().any(|held| flat(&held.text) == flat(&item.text)) {
                    items.push(item);
                }
            }
        };
        let reading = self.read_through(passages, turn, ITEMS_TOKENS, take).await?;
        Ok((items, reading))
    }
}

/// A line of the model as a thing, where it stands in a passage.
fn standing(line: &str, part: &[Passage]) -> Option<Item> {
    let text = without_bullet(line);
    let looked_for = flat(text);
    let length = looked_for.chars().count();
    if !(2..=LONGEST).contains(&length) || looked_for.starts_with(NOTHING) || injection::commands(text) {
        return None;
    }
    let passage = part.iter().find(|passage| flat(&passage.text).contains(&looked_for))?;
    let holds = |sentence: &&str| flat(sentence).contains(&looked_for);
    // A thing that goes over a line's end is quoted as the passage that it stands in.
    let quote = sentences(&passage.text).into_iter().find(holds).unwrap_or(&passage.text).trim();
    Some(Item { text: text.to_owned(), quote: quote.to_owned(), passage: passage.clone() })
}

/// "- 가", "1. 가", "2) 가" without what stands before it.
fn without_bullet(line: &str) -> &str {
    let line = line.trim().trim_start_matches(['-', '*', '•', '·', 'ㆍ']).trim_start();
    let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let numbered = rest.len() < line.len() && rest.starts_with([')', '.']);
    let line = if numbered { rest[1..].trim_start() } else { line };
    line.trim_matches(['"', '“', '”', '\'', '‘', '’', ' '])
}

/// The rows of tables that hold what is counted. A table is about it where its header names it, together with its
/// place; what neither of them says of the subject, a row must. Where nothing is named, sheets that are nothing but
/// tables count.
fn rows(passages: &[Passage], subject: &[String]) -> Vec<Item> {
    let only_tables = passages.iter().all(|passage| passage.text.lines().all(is_row));
    if subject.is_empty() && !only_tables {
        return Vec::new();
    }
    let mut items = Vec::new();
    for passage in passages {
        let stem = Path::new(&passage.file).file_stem().unwrap_or_default().to_string_lossy();
        let place = flat(&format!("{stem} {}", passage.heading_path.join(" ")));
        let lines: Vec<&str> = passage.text.lines().collect();
        for table in lines.split(|line| !is_row(line)).filter(|table| table.get(1).is_some_and(|line| is_rule(line))) {
            let header = flat(table[0]);
            let (named, left): (Vec<&String>, Vec<&String>) =
                subject.iter().partition(|word| header.contains(word.as_str()) || place.contains(word.as_str()));
            let about = named.iter().any(|word| header.contains(word.as_str())) || subject.is_empty();
            if left.is_empty() && !about {
                continue;
            }
            let holds = |row: &&&str| left.iter().all(|word| flat(row).contains(word.as_str()));
            items.extend(table[2..].iter().filter(holds).filter(|row| !is_total(row)).map(|row| Item {
                text: cells(row).join(" · "),
                quote: (*row).to_owned(),
                passage: passage.clone(),
            }));
        }
    }
    items
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

fn is_rule(line: &str) -> bool {
    line.contains('-') && line.chars().all(|character| "|-: ".contains(character))
}

/// The texts of a row's cells, without those that are empty.
fn cells(row: &str) -> Vec<String> {
    let bars = row.replace("\\|", "\u{0}");
    let cells = bars.split('|').map(|cell| cell.trim().replace('\u{0}', "|"));
    cells.filter(|cell| !cell.is_empty()).collect()
}

/// True for the row that sums the others up.
fn is_total(row: &str) -> bool {
    let first = cells(row).into_iter().next().map(|cell| flat(&cell));
    first.is_none_or(|first| ["합계", "총계", "소계", "계", "총합계"].contains(&first.as_str()))
}

/// The things as a list with marks, and what the marks stand for.
fn listed(items: &[Item]) -> (String, Vec<Citation>) {
    let mut list = String::new();
    let mut citations = Vec::new();
    for (mark, Item { text, quote, passage }) in (1..).zip(items.iter().take(LISTED)) {
        list.push_str(&format!("- {text} [{mark}]\n"));
        citations.push(citation(mark, passage, quote));
    }
    if items.len() > LISTED {
        list.push_str(&format!("\n(나머지 {}개는 수에는 넣고 목록에서는 줄였습니다.)\n", items.len() - LISTED));
    }
    (list, citations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::tests::passage;

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    const CONTRACTS: &str = "| 번호 | 계약명 | 방법 |\n| --- | --- | --- |\n| 1 | 청소 용역 | 수의 |\n| 2 | 서버 구매 | 경쟁 |\n\
                             | 3 | 인쇄 \\| 제본 | 수의 |\n| 합계 | 3건 | |";

    #[test]
    fn rows_of_a_table_about_the_subject_are_counted_as_they_stand() {
        let table: [(&str, &[&str], &str, &[&str]); 6] = [
            ("named by the header", &["계약"], CONTRACTS, &["1 · 청소 용역 · 수의", "2 · 서버 구매 · 경쟁", "3 · 인쇄 | 제본 · 수의"]),
            ("of one kind", &["수의", "계약"], CONTRACTS, &["1 · 청소 용역 · 수의", "3 · 인쇄 | 제본 · 수의"]),
            ("about something else", &["민원"], CONTRACTS, &[]),
            ("nothing named, a sheet", &[], CONTRACTS, &["1 · 청소 용역 · 수의", "2 · 서버 구매 · 경쟁", "3 · 인쇄 | 제본 · 수의"]),
            ("named by the file only", &["문서"], CONTRACTS, &[]),
            ("no table", &["계약"], "계약은 수의로 한다.", &[]),
        ];
        for (name, subject, text, wanted) in table {
            let found = rows(&[passage(1, 0, text)], &owned(subject));
            let texts: Vec<&str> = found.iter().map(|item| item.text.as_str()).collect();
            assert_eq!(texts, wanted, "{name}");
            assert!(found.iter().all(|item| text.contains(&item.quote)), "{name}");
        }
        assert!(rows(&[passage(1, 0, CONTRACTS), passage(1, 1, "글")], &[]).is_empty(), "a text is no sheet");
    }

    #[test]
    fn a_thing_stands_word_by_word_in_a_passage() {
        let part = [passage(1, 0, "휴가는 다음과 같다.\n가. 연가\n나. 병  가\n다. 공가 및 특별휴가. 끝.")];
        let table = [
            ("- 연가", Some("가. 연가")),
            ("2. 병가", Some("나. 병  가")),
            ("3) \"공가 및 특별휴가\"", Some("다. 공가 및 특별휴가.")),
            ("출장", None),
            ("없음", None),
            ("", None),
        ];
        for (line, quote) in table {
            assert_eq!(standing(line, &part).map(|item| item.quote).as_deref(), quote, "{line}");
        }
    }

    #[test]
    fn all_are_counted_and_the_first_are_listed() {
        let item = |number: usize| Item { text: number.to_string(), quote: String::new(), passage: passage(1, 0, "글") };
        let (list, citations) = listed(&(0..LISTED + 3).map(item).collect::<Vec<_>>());
        assert_eq!(citations.len(), LISTED);
        assert!(list.starts_with("- 0 [1]\n- 1 [2]\n") && list.contains("나머지 3개"), "{list}");
    }
}
