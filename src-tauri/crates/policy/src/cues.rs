//! The words in a document that speak for a grade, and the words beside them that say they do not count.
//!
//! Grounds: Article 9 (1) of the Official Information Disclosure Act (grounds 1 to 4 are C, 5 to 8 are S by the N2SF
//! guideline), the Security Work Regulation for secrets of grades I to III and for 대외비.

use crate::grade::Grade;

/// What a word speaks for.
pub struct Cue {
    /// The word; spaces may lie anywhere in it, as in `대 외 비`.
    word: &'static str,
    /// The grade that it speaks for.
    pub grade: Grade,
    /// Whether a letter just before it makes it part of another word.
    whole: bool,
    /// What follows, spaces aside, where it means something else.
    except: &'static [&'static str],
}

/// A line that is nothing but this, marks and spaces aside, is a marking.
const MARKINGS: [(&str, Grade); 13] = [
    ("극비", Grade::C),
    ("비밀", Grade::C),
    ("기밀", Grade::C),
    ("C기밀", Grade::C),
    ("기밀C", Grade::C),
    ("TOPSECRET", Grade::C),
    ("SECRET", Grade::C),
    ("대외비", Grade::S),
    ("비공개", Grade::S),
    ("민감", Grade::S),
    ("S민감", Grade::S),
    ("민감S", Grade::S),
    ("CONFIDENTIAL", Grade::S),
];

const fn c(word: &'static str, except: &'static [&'static str]) -> Cue {
    Cue { word, grade: Grade::C, whole: false, except }
}

const fn s(word: &'static str, except: &'static [&'static str]) -> Cue {
    Cue { word, grade: Grade::S, whole: false, except }
}

/// A rule of conduct that speaks of secrets is in every oath and every statute.
const CONDUCT: &[&str] = &["누설", "을누설", "유지", "을유지", "엄수", "을엄수", "준수", "을준수", "보호", "의보호", "교육"];
/// Rules, statistics and talk about a thing are not the thing.
const TALK: &[&str] = &["교육", "규정", "지침", "기준", "제도", "절차", "통계", "안내", "법", "여부", "세부기준"];

/// As [`TALK`], with the particles of a sentence about the thing: a rule on such files is in every code of conduct.
const SPOKEN_OF: &[&str] = &[
    "교육", "규정", "지침", "기준", "제도", "절차", "통계", "안내", "법", "여부", "세부기준", "은", "는", "을", "를", "이란",
];

const CUES: &[Cue] = &[
    Cue { word: "급비밀", grade: Grade::C, whole: false, except: &["취급", "보관", "관리", "번호"] },
    c("군사기밀", &["보호법", "보호"]),
    c("군사비밀", CONDUCT),
    c("국가기밀", CONDUCT),
    c("수사보고", &["규칙", "서식"]),
    c("수사기록", TALK),
    c("수사계획", &[]),
    c("내사보고", &[]),
    c("피의자신문", &["규칙", "절차", "방법", "제도"]),
    Cue { word: "대외비", grade: Grade::S, whole: true, except: &["교", "관리규정", "관리지침"] },
    Cue { word: "비공개", grade: Grade::S, whole: true, except: TALK },
    Cue { word: "부분공개", grade: Grade::S, whole: true, except: TALK },
    Cue { word: "미공개", grade: Grade::S, whole: true, except: &[] },
    s("직무상비밀", CONDUCT),
    s("공무상비밀", CONDUCT),
    s("영업비밀", &["보호", "의보호", "보호법", "교육", "침해"]),
    s("개인정보포함", &[]),
    s("개인정보가포함", &[]),
    s("개인정보를포함", &[]),
    s("개인정보파일", SPOKEN_OF),
    s("인사기록", TALK),
    s("인사평정", TALK),
    s("근무성적평정", TALK),
    s("승진후보자", TALK),
    s("승진심사", TALK),
    s("징계의결", TALK),
    s("징계혐의", &[]),
    s("감사결과처분", TALK),
    s("처분요구서", TALK),
    s("감사조서", TALK),
    s("감사문답서", &[]),
    s("예정가격", &["이하", "이상", "대비", "결정방법", "의", "작성", "비율"]),
    s("복수예비가격", &["의", "작성", "방법"]),
    s("제안서평가점수", TALK),
    s("의사결정과정", &["에참여", "의투명"]),
    s("내부검토중", &[]),
    s("내부검토자료", &[]),
    s("외부유출금지", &[]),
    s("배포금지", &[]),
];

/// What takes a word back: it is not so, or no longer.
const TAKEN_BACK: [&str; 8] = ["아니", "아님", "아닌", "아닙", "않", "해당없", "해당사항없", "해제"];
/// What may stand between: anything else begins a clause about something else.
const BETWEEN: [&str; 23] = [
    "(", "[", ")", "가", "이", "은", "는", "로", "에", "의", "도", "대상", "문서", "자료", "정보", "사항", "지정", "표시", "분류",
    "사유", "해당하지", "하지", "되지",
];
/// After `해제`, where it is still to come.
const STILL: [&str; 7] = ["전", "예정", "시까지", "일", "조건", "불가", "금지"];
/// The letters after a word in which it may be taken back, spaces aside.
const REACH: usize = 16;

/// A cue in a line: what it speaks for and what to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The grade.
    pub grade: Grade,
    /// The word as a person knows it, without the document's spacing.
    pub word: String,
}

/// The cues of one line of text.
pub fn in_line(line: &str) -> Vec<Found> {
    let letters: Vec<char> = line.chars().collect();
    let mut found = marking(&letters);
    for cue in CUES {
        let word: Vec<char> = cue.word.chars().collect();
        for start in 0..letters.len() {
            if let Some(end) = matches(&letters, start, &word) {
                found.extend(judge(cue, &letters, start, end));
            }
        }
    }
    found.extend(article(&letters));
    found
}

fn marking(letters: &[char]) -> Vec<Found> {
    let bare: String = letters.iter().filter(|letter| letter.is_alphanumeric()).collect();
    let fits = MARKINGS.iter().find(|(word, _)| *word == bare);
    fits.map(|(word, grade)| Found { grade: *grade, word: (*word).to_owned() }).into_iter().collect()
}

/// The end of `word` where it begins at `start`, with any spaces between its letters.
fn matches(letters: &[char], start: usize, word: &[char]) -> Option<usize> {
    let mut place = start;
    for (index, wanted) in word.iter().enumerate() {
        while index > 0 && letters.get(place).is_some_and(|letter| letter.is_whitespace()) {
            place += 1;
        }
        if letters.get(place) != Some(wanted) {
            return None;
        }
        place += 1;
    }
    Some(place)
}

fn judge(cue: &Cue, letters: &[char], start: usize, end: usize) -> Option<Found> {
    let before = &letters[..start];
    if cue.whole && before.last().is_some_and(|letter| letter.is_alphanumeric()) {
        return None;
    }
    let after = squeezed(&letters[end..], REACH);
    if cue.except.iter().any(|word| after.starts_with(word)) || taken_back(&after) || unchecked(letters, before) {
        return None;
    }
    let mut found = Found { grade: cue.grade, word: cue.word.to_owned() };
    match cue.word {
        "급비밀" => found.word = format!("{}급비밀", secrecy(before)?),
        // The foot of an official document: `비공개(5)` names the ground.
        "비공개" | "부분공개" => {
            let grounds = after.strip_prefix('(').and_then(|inside| inside.split(')').next()).unwrap_or_default();
            if let Some(grade) = grounds.split(|letter: char| !letter.is_ascii_digit()).filter_map(by_ground).max() {
                found = Found { grade, word: format!("{}({grounds})", cue.word) };
            }
        }
        _ => {}
    }
    Some(found)
}

/// The grade of a secret as `Ⅰ`, `Ⅱ` or `Ⅲ`, from what stands before `급비밀`.
fn secrecy(before: &[char]) -> Option<&'static str> {
    let number: String = before.iter().rev().filter(|letter| !letter.is_whitespace()).take(4).collect();
    let number: String = number.chars().rev().collect();
    let one_of = |ends: &[&str]| ends.iter().any(|end| number.ends_with(end));
    if one_of(&["Ⅲ", "III", "3", "３"]) {
        Some("Ⅲ")
    } else if one_of(&["Ⅱ", "II", "2", "２"]) {
        Some("Ⅱ")
    } else if one_of(&["Ⅰ", "I", "1", "１"]) {
        Some("Ⅰ")
    } else {
        None
    }
}

/// Whether what follows a word, without spaces, takes it back.
fn taken_back(after: &str) -> bool {
    let mut rest = after;
    loop {
        if let Some(then) = TAKEN_BACK.iter().find_map(|word| rest.strip_prefix(word).map(|then| (*word, then))) {
            return then.0 != "해제" || !STILL.iter().any(|still| then.1.starts_with(still));
        }
        match BETWEEN.iter().find_map(|word| rest.strip_prefix(word)) {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
}

/// Whether an empty box stands before the word in a line where another box is ticked; `□` alone is a bullet.
fn unchecked(letters: &[char], before: &[char]) -> bool {
    let box_before = before.iter().rev().find(|letter| !letter.is_whitespace());
    matches!(box_before, Some('□' | '☐')) && letters.iter().any(|letter| matches!(letter, '■' | '☑' | '☒' | '▣' | '√'))
}

/// `제9조` of the Disclosure Act where it names a ground or withholds something.
fn article(letters: &[char]) -> Option<Found> {
    let line = squeezed(letters, letters.len());
    let (_, act) = line.split_once("정보공개")?;
    let (_, after) = act.split_once("제9조")?;
    let after: String = after.chars().take(60).collect();
    let (grounds, then) =
        after.split_once("비공개").or_else(|| after.rfind('호').map(|place| after.split_at(place + '호'.len_utf8())))?;
    let then: String = then.chars().take(REACH).collect();
    if taken_back(&then) || TALK.iter().any(|word| then.starts_with(word)) {
        return None;
    }
    let digits = |part: &str| part[part.trim_end_matches(|letter: char| letter.is_ascii_digit()).len()..].to_owned();
    let grade = grounds.split_inclusive('호').filter_map(|part| by_ground(&digits(part.strip_suffix('호')?))).max();
    Some(Found { grade: grade.unwrap_or(Grade::S), word: "정보공개법 제9조".to_owned() })
}

/// The grade of a ground of Article 9 (1), `1` to `8`.
fn by_ground(number: &str) -> Option<Grade> {
    match number.parse() {
        Ok(1..=4_u8) => Some(Grade::C),
        Ok(5..=8) => Some(Grade::S),
        _ => None,
    }
}

fn squeezed(letters: &[char], most: usize) -> String {
    letters.iter().filter(|letter| !letter.is_whitespace()).take(most).collect()
}
