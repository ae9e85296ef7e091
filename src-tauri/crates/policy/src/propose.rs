use crate::cues::in_line;
use crate::grade::Grade;

/// From this many phone numbers, addresses, e-mail addresses and names on, a document is about people; fewer are
/// those of the officials in charge, which every public notice has.
const CONTACTS: u32 = 10;

/// What is known of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signals<'a> {
    /// The file's name without its folder.
    pub name: &'a str,
    /// The beginning of the text; all of it is read, so that the caller sets the bound.
    pub text: &'a str,
    /// How many numbers of residents, foreigners, passports and driver's licences it has.
    pub identity_numbers: u32,
    /// How many phone numbers, e-mail addresses, addresses and names it has.
    pub contacts: u32,
    /// How many accounts and cards it has.
    pub accounts: u32,
}

/// A grade that is proposed; a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The grade.
    pub grade: Grade,
    /// Why, in Korean, a sentence each, the weightiest first; never empty.
    pub reasons: Vec<String>,
}

/// The grade that the markings, the words and the personal information of a document speak for.
///
/// It errs towards the higher grade: what is proposed too high costs a click, what is proposed too low may leak.
pub fn propose(signals: &Signals) -> Proposal {
    // Names of files join words with signs that are no letters of a word.
    let name = signals.name.replace(['_', '-', '+'], " ");
    let mut reasons: Vec<(Grade, String)> = Vec::new();
    let mut add = |grade, reason: String| {
        if !reasons.iter().any(|(_, said)| *said == reason) {
            reasons.push((grade, reason));
        }
    };
    let name = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    for found in in_line(name) {
        add(found.grade, format!("파일 이름에 ‘{}’ 표시가 있습니다.", found.word));
    }
    for found in signals.text.lines().flat_map(in_line) {
        add(found.grade, format!("본문에 ‘{}’ 표시가 있습니다.", found.word));
    }
    if signals.identity_numbers > 0 {
        add(Grade::S, format!("주민등록번호 같은 고유식별정보가 {}건 있습니다.", signals.identity_numbers));
    }
    if signals.accounts > 0 {
        add(Grade::S, format!("계좌번호나 카드번호가 {}건 있습니다.", signals.accounts));
    }
    if signals.contacts >= CONTACTS {
        add(Grade::S, format!("이름과 연락처 같은 개인정보가 {}건 있습니다.", signals.contacts));
    }
    reasons.sort_by_key(|(grade, _)| std::cmp::Reverse(*grade));
    match reasons.first().map(|(grade, _)| *grade) {
        Some(grade) => Proposal { grade, reasons: reasons.into_iter().map(|(_, reason)| reason).collect() },
        None => Proposal {
            grade: Grade::O,
            reasons: vec!["공개하지 못할 표시나 개인정보를 찾지 못했습니다.".to_owned()],
        },
    }
}
