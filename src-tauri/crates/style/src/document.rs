//! Which parts an official document has: 수신 and 제목 at its head, 붙임 behind its text, names at its foot.

use crate::scan::is_space;
use crate::text::Text;

pub(crate) struct Document {
    /// It has the lines that every letter of an office has.
    pub official: bool,
    /// The lines of 붙임, by number, one list a 붙임.
    pub attachments: Vec<Vec<usize>>,
    /// The line with which the text of a letter ends.
    pub last: Option<usize>,
}

/// What a line at the foot starts with.
const FOOT: [&str; 11] =
    ["기안자", "검토자", "협조자", "결재권자", "전결", "시행", "접수", "우편번호", "수신자", "담당자", "전화"];

impl Document {
    pub fn of(text: &Text) -> Self {
        let line = |at: usize| &text.whole[text.lines[at].clone()];
        let headed = |word: &str| (0..text.lines.len()).find(|at| labelled(line(*at), word));
        let title = headed("제목");
        let official = headed("수신").is_some() && title.is_some();
        let mut attachments: Vec<Vec<usize>> = Vec::new();
        let mut at = 0;
        while at < text.lines.len() {
            if !is_attachment(line(at), official) {
                at += 1;
                continue;
            }
            let mut lines = vec![at];
            at += 1;
            while at < text.lines.len() && is_further(line(at)) {
                lines.push(at);
                at += 1;
            }
            attachments.push(lines);
        }
        let last = match attachments.last().and_then(|lines| lines.last()) {
            Some(last) => Some(*last),
            None => title.and_then(|title| {
                let foot = (title + 1..text.lines.len()).find(|at| is_foot(line(*at))).unwrap_or(text.lines.len());
                (title + 1..foot).rev().find(|at| !line(*at).trim().is_empty())
            }),
        };
        Self { official, attachments, last }
    }

    pub fn is_attachment(&self, line: usize) -> bool {
        self.attachments.iter().any(|lines| lines.contains(&line))
    }
}

fn labelled(line: &str, word: &str) -> bool {
    let rest = line.trim_start().strip_prefix(word);
    rest.is_some_and(|rest| rest.starts_with(|char| is_space(char) || matches!(char, ':' | '：')))
}

/// "붙임  계획서 1부.  끝.", but no heading "붙임 1" and no "붙임과 같이".
fn is_attachment(line: &str, official: bool) -> bool {
    let Some(rest) = line.trim_start().strip_prefix("붙임") else { return false };
    let trimmed = rest.trim_start();
    let colon = trimmed.starts_with([':', '：']);
    let items = trimmed.trim_start_matches([':', '：']).trim();
    let apart = colon || rest.starts_with(is_space) || (rest.starts_with(|char: char| char.is_ascii_digit()));
    let named = items.chars().any(char::is_alphabetic);
    let ended = items.ends_with('끝') || items.ends_with("끝.");
    apart && named && !items.starts_with("참조") && (colon || official || ended || counted(items))
}

/// "2. 계획서 1부." below a 붙임.
fn is_further(line: &str) -> bool {
    let items = line.trim();
    let digits = items.bytes().take_while(u8::is_ascii_digit).count();
    let name = items[digits..].strip_prefix('.');
    (1..=2).contains(&digits) && name.is_some_and(|name| name.chars().any(char::is_alphabetic))
}

/// A number of copies.
fn counted(items: &str) -> bool {
    items.match_indices('부').any(|(at, _)| items[..at].trim_end().ends_with(|char: char| char.is_ascii_digit()))
}

fn is_foot(line: &str) -> bool {
    let line = line.trim();
    let squeezed: String = line.chars().filter(|char| !is_space(*char)).collect();
    let named = squeezed.chars().count() <= 20
        && squeezed.chars().all(|char| char.is_alphanumeric() || matches!(char, '○' | '〇'))
        && ["장", "장관", "군수", "도지사", "교육감", "총리", "대통령"].iter().any(|end| squeezed.ends_with(end));
    named || FOOT.iter().any(|word| line.starts_with(word))
}
