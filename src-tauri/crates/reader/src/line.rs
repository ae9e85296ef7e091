//! What the numbering at the start of a line says about it: 제1장 총칙, 제7조(연가), Ⅱ. 추진 계획.

/// A line, by its numbering.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A heading as a whole; a lower rank is further out.
    Heading { rank: u8 },
    /// An article: its heading ends at this byte, its text follows on the same line (and may be empty).
    Article { rank: u8, title: usize },
    /// Anything else.
    Text,
}

const PART: u8 = 20;
const CHAPTER: u8 = 30;
const SECTION: u8 = 40;
const SUBSECTION: u8 = 45;
const ARTICLE: u8 = 60;
/// A heading is a name, not a sentence.
const LONGEST: usize = 60;

/// The rank of a heading by its style. Styled levels lie around the numbered ones: 1 and 2 above a chapter, the
/// rest below an article, since a document that numbers its chapters does so for the outer levels.
pub fn styled(level: u8) -> u8 {
    match level {
        0..=2 => 10 + level,
        deeper => ARTICLE + deeper.min(9),
    }
}

pub fn classify(text: &str) -> Line {
    if text.contains('\n') {
        // An article's text may go on over lines; a heading that is one is told by its first line.
        let first = text.lines().next().unwrap_or_default();
        return match classify(first) {
            Line::Heading { rank: ARTICLE } => Line::Article { rank: ARTICLE, title: first.len() },
            article @ Line::Article { .. } => article,
            _ => Line::Text,
        };
    }
    if let Some((unit, after)) = numbered(text) {
        return match unit {
            '조' => article(text, after),
            _ => match rank(unit) {
                Some(rank) if named(&text[after..]) && text.chars().count() <= LONGEST => Line::Heading { rank },
                _ => Line::Text,
            },
        };
    }
    if roman(text) || supplement(text) {
        return Line::Heading { rank: CHAPTER };
    }
    Line::Text
}

fn rank(unit: char) -> Option<u8> {
    match unit {
        '편' => Some(PART),
        '장' => Some(CHAPTER),
        '절' => Some(SECTION),
        '관' => Some(SUBSECTION),
        _ => None,
    }
}

/// `제7조`, `제 7 조`, `제7조의2`: the unit and the byte after it.
fn numbered(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('제')?.trim_start_matches(' ');
    let after_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if after_digits.len() == rest.len() {
        return None;
    }
    let rest = after_digits.trim_start_matches(' ');
    let unit = rest.chars().next()?;
    let mut rest = &rest[unit.len_utf8()..];
    if let Some(branch) = rest.strip_prefix('의') {
        let after = branch.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() < branch.len() {
            rest = after;
        }
    }
    Some((unit, text.len() - rest.len()))
}

/// Whether what follows a chapter's number names it, rather than going on with a sentence or a table of contents.
fn named(rest: &str) -> bool {
    let starts = rest.is_empty() || rest.starts_with([' ', '(', '.', ':', '\u{3000}']);
    let name = rest.trim();
    starts
        && !name.ends_with(['.', ',', ';'])
        && !["및 ", "또는 ", "부터 ", "내지 ", "와 ", "과 ", "의 "].iter().any(|word| name.starts_with(word))
        && !leads_to_a_page(name)
}

/// `총칙 ······ 3`
fn leads_to_a_page(text: &str) -> bool {
    ["...", "···", "…", "‥", ". . ", "⋯"].iter().any(|leader| text.contains(leader))
}

/// `제7조(연가) ① …`; `제7조(연가)에 따라` and `제7조에 따른` are references.
fn article(text: &str, after: usize) -> Line {
    let rest = &text[after..];
    if rest.is_empty() {
        return Line::Heading { rank: ARTICLE };
    }
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let Some(close) = rest[spaces..].strip_prefix(['(', '（']).and_then(|_| rest.find([')', '）'])) else {
        return Line::Text;
    };
    let bracket = rest[close..].chars().next().map_or(1, char::len_utf8);
    let title = after + close + bracket;
    if rest[..close].chars().count() > LONGEST || leads_to_a_page(&text[title..]) {
        return Line::Text;
    }
    let body = &text[title..];
    let follows = body.chars().next();
    // 제3조(…) 제1항 … is a reference; 제5조(준용) 제3조에 따른 … is an article.
    let item = numbered(body.trim_start()).is_some_and(|(unit, _)| matches!(unit, '항' | '호'));
    let reference = item || ["및 ", "또는 ", "부터 ", "내지 "].iter().any(|word| body.trim_start().starts_with(word));
    match follows {
        None => Line::Heading { rank: ARTICLE },
        // ①, <개정 …> or a space begin the article's text.
        Some(c) if (c == ' ' || c == '<' || ('①'..='⑳').contains(&c)) && !reference => {
            Line::Article { rank: ARTICLE, title }
        }
        Some(_) => Line::Text,
    }
}

/// `Ⅱ. 추진 계획`, in the Roman numerals that only headings of Korean reports use.
fn roman(text: &str) -> bool {
    let rest = text.trim_start_matches(|c| ('Ⅰ'..='Ⅻ').contains(&c));
    rest.len() < text.len()
        && rest.starts_with(['.', ' '])
        && rest.len() > 2
        && text.chars().count() <= LONGEST
        && !text.ends_with(['.', ','])
        && !leads_to_a_page(text)
}

/// `부칙`, `부칙 <2024. 1. 1.>`, `[별표 1]`, `[별지 제1호 서식]`
fn supplement(text: &str) -> bool {
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let appendix = packed.strip_prefix("부칙").is_some_and(|rest| rest.is_empty() || rest.starts_with(['<', '(', '〈']));
    let attached = packed.starts_with("[별표") || packed.starts_with("[별지") || packed.starts_with("■");
    (appendix || (attached && packed.contains(']'))) && text.chars().count() <= LONGEST && !text.ends_with("다.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_by_their_numbering() {
        for (text, expected) in [
            ("제1장 총칙", Line::Heading { rank: CHAPTER }),
            ("제 2 장  휴가", Line::Heading { rank: CHAPTER }),
            ("제2절 병가", Line::Heading { rank: SECTION }),
            ("제2장 및 제3장의 규정은 준용하지 아니한다.", Line::Text),
            ("제2장에서 정하는 바에 따른다", Line::Text),
            ("제1장 총칙 ········ 3", Line::Text),
            ("제7조(연가)", Line::Heading { rank: ARTICLE }),
            ("제7조의2(연가의 저축)", Line::Heading { rank: ARTICLE }),
            ("제7조(연가) ① 공무원은", Line::Article { rank: ARTICLE, title: "제7조(연가)".len() }),
            ("제7조 (연가) 공무원은", Line::Article { rank: ARTICLE, title: "제7조 (연가)".len() }),
            ("제7조(연가)①공무원은", Line::Article { rank: ARTICLE, title: "제7조(연가)".len() }),
            ("제7조(연가)에 따라 승인한다.", Line::Text),
            ("제7조(연가) 및 제8조(병가)는", Line::Text),
            ("제7조(연가) 제1항에 따른", Line::Text),
            ("제5조(준용) 제3조에 따른다.", Line::Article { rank: ARTICLE, title: "제5조(준용)".len() }),
            ("제7조에 따른 연가", Line::Text),
            ("제7조", Line::Heading { rank: ARTICLE }),
            ("제목 없음", Line::Text),
            ("제3차 회의", Line::Text),
            ("Ⅱ. 추진 계획", Line::Heading { rank: CHAPTER }),
            ("Ⅱ 추진 계획 ··· 4", Line::Text),
            ("부 칙", Line::Heading { rank: CHAPTER }),
            ("부칙 <2024. 3. 1.>", Line::Heading { rank: CHAPTER }),
            ("부칙에서 정한다.", Line::Text),
            ("[별표 1] 재직기간별 연가일수", Line::Heading { rank: CHAPTER }),
            ("□ 추진 배경", Line::Text),
            ("", Line::Text),
            ("제", Line::Text),
            ("제1", Line::Text),
        ] {
            assert_eq!(classify(text), expected, "{text}");
        }
    }
}
