//! Which way a question goes: to the few passages that answer it, or over all that there is.

use crate::citations::Words;

/// The way of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A few passages answer it.
    Search,
    /// It is about documents as a whole, or about all that they say of a subject.
    Read {
        /// The content words of the subject; none where it is the documents themselves.
        subject: Vec<String>,
    },
    /// It asks how many there are.
    Count {
        /// The content words of what is counted.
        subject: Vec<String>,
        /// What it is counted in: 건, 개, 명 …
        unit: &'static str,
    },
}

/// Words that name no subject: a question of only these is about the documents as a whole.
const GENERIC: [&str; 24] = [
    "문서", "자료", "파일", "내용", "요약", "정리", "설명", "핵심", "전체", "전반", "개요", "소개", "주요", "부분", "글", "주제", "목록",
    "간단", "간략", "대략", "요점", "취지", "목차", "줄거리",
];
/// Words that only ask, and those that say how many or in what form.
const ASKING: [&str; 41] = [
    "무엇", "뭐", "무슨", "어떤", "몇", "얼마", "이", "그", "것", "수", "좀", "주", "하", "되", "있", "알리", "말", "말하", "표", "모두", "총",
    "전부", "다", "합치", "통틀", "건", "개", "명", "가지", "종", "종류", "곳", "군데", "개수", "건수", "나열", "찾", "뽑", "만들", "작성", "부탁",
];
/// Units that things of a list are counted in.
const UNITS: [&str; 8] = ["건", "개", "명", "가지", "종류", "종", "곳", "군데"];

/// The way of a question. A question for one fact goes no long way, also where it asks "몇 명": minutes are lost with it.
pub fn of(question: &str, words: Words<'_>) -> Way {
    let mut content = words(question);
    content.retain(|word| !ASKING.contains(&word.as_str()));
    let generic = content.iter().all(|word| GENERIC.contains(&word.as_str()));
    let flat: String = question.split_whitespace().collect();
    let flat = flat.trim_end_matches(|character: char| !character.is_alphanumeric());
    let mut subject: Vec<String> = Vec::new();
    for word in content.iter().filter(|word| !GENERIC.contains(&word.as_str())) {
        if !subject.contains(word) {
            subject.push(word.clone());
        }
    }
    if let Some(unit) = counted_in(question, flat) {
        return Way::Count { subject, unit };
    }
    let about_itself = generic && (!content.is_empty() || words(question).is_empty());
    if about_itself || wants_a_form(question, flat) { Way::Read { subject } } else { Way::Search }
}

/// "모두 몇 건입니까", "계약이 몇 건인가", "전체 목록을 뽑아 줘": the unit. Not "몇 명으로 구성됩니까", "몇 건까지".
fn counted_in(question: &str, flat: &str) -> Option<&'static str> {
    const ALL: [&str; 7] = ["모두", "전체", "전부", "통틀어", "합쳐", "합하면", "다해서"];
    const ONE_FACT: [&str; 16] = [
        "구성", "이루어", "까지", "이내", "이상", "이하", "미만", "한도", "최대", "최소", "정원", "할수있", "쓸수있", "받을수있", "이면",
        "경우",
    ];
    const LIST: [&str; 10] =
        ["나열", "열거", "목록을", "목록으로", "목록좀", "목록만", "뽑아", "찾아줘", "찾아주", "골라"];
    // "총무과" is no total.
    let is_all = |token: &str| token == "총" || ALL.iter().any(|word| token.starts_with(word));
    let all = question.split_whitespace().any(is_all);
    let one_fact = ONE_FACT.iter().any(|word| flat.contains(word));
    let number = flat.contains("건수") || flat.contains("개수");
    let asked = UNITS.iter().find(|unit| flat.contains(&format!("몇{unit}")));
    match asked {
        _ if one_fact => None,
        Some(&"건") => Some("건"),
        Some(unit) if all => Some(unit),
        None if number => Some(if flat.contains("건수") { "건" } else { "개" }),
        None if all && LIST.iter().any(|word| flat.contains(word)) => Some("건"),
        _ => None,
    }
}

/// "요약해 줘", "표로 정리해 줘". Not "요약하여 제출합니까".
fn wants_a_form(question: &str, flat: &str) -> bool {
    const FACT: [&str; 13] = [
        "니까", "나요", "가요", "는가", "은가", "인가", "한가", "던가", "무엇", "언제", "누구", "얼마", "며칠",
    ];
    const FORM: [&str; 14] = [
        "요약해", "요약하", "요약좀", "요약부탁", "요약본", "정리해", "정리하라", "정리하십", "정리하시", "정리하세", "정리좀",
        "정리부탁", "간추려", "간추리",
    ];
    let table = question.split_whitespace().any(|token| token == "표로");
    let form = table || flat.ends_with("요약") || flat.ends_with("정리") || FORM.iter().any(|word| flat.contains(word));
    form && !FACT.iter().any(|ending| flat.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of these questions without their particles.
    fn words(text: &str) -> Vec<String> {
        const ENDINGS: [&str; 16] = [
            "으로", "에서", "입니까", "인가", "해", "하여", "합니까", "됩니까", "하는", "은", "는", "을", "를", "의", "로", "까지",
        ];
        let stem = |word: &str| {
            let ending = |ending: &&str| word.strip_suffix(*ending).filter(|stem| !stem.is_empty()).map(str::to_owned);
            ENDINGS.iter().find_map(ending).unwrap_or(word.to_owned())
        };
        let text = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
        text.map(stem).filter(|word| !["줘", "주세요"].contains(&word.as_str())).collect()
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_question_for_a_fact_goes_no_long_way() {
        let table = [
            "연가는 며칠인가?",
            "출장비는 얼마인가",
            "위원은 몇 명으로 구성되는가?",
            "위원회는 모두 몇 명으로 구성됩니까?",
            "한 번에 몇 건까지 신청합니까?",
            "휴가를 며칠 쓸 수 있습니까?",
            "요약서를 언제 제출합니까?",
            "보고서를 요약하여 누구에게 제출합니까?",
            "기록물을 정리하는 절차는 무엇입니까?",
            "사업 개요는 무엇입니까?",
            "발표로 평가합니까?",
            "위원은 몇 명입니까?",
            "담당자 목록은 어디에 있습니까?",
            "제7조는 무슨 내용입니까?",
        ];
        for question in table {
            assert_eq!(of(question, &words), Way::Search, "{question}");
        }
    }

    #[test]
    fn a_question_about_the_whole_is_read_through_and_one_for_a_number_counted() {
        let read = |subject: &[&str]| Way::Read { subject: owned(subject) };
        let count = |subject: &[&str], unit| Way::Count { subject: owned(subject), unit };
        let table = [
            ("이 문서 요약해 줘", read(&[])),
            ("전체 내용을 정리해 주세요.", read(&[])),
            ("핵심 내용은 무엇입니까?", read(&[])),
            ("목차", read(&[])),
            ("연가 일수를 표로 정리해 줘", read(&["연가", "일수"])),
            ("복무규정을 요약해 줘", read(&["복무규정"])),
            ("계약은 몇 건인가", count(&["계약"], "건")),
            ("계약은 모두 몇 건입니까?", count(&["계약"], "건")),
            ("위원은 총 몇 명입니까?", count(&["위원"], "명")),
            ("휴가 종류는 전부 몇 가지인가?", count(&["휴가"], "가지")),
            ("민원 건수", count(&["민원"], "건")),
            ("담당자를 모두 나열해 줘", count(&["담당자"], "건")),
        ];
        for (question, wanted) in table {
            assert_eq!(of(question, &words), wanted, "{question}");
        }
    }
}
