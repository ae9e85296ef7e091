//! A question that only its conversation explains ("그럼 병가는요?") is made one that stands alone, since a search knows
//! no conversation. Rules do it where they are sure; where they are not, the model is asked and held to what was said.

use std::ops::Range;

use crate::citations::{Words, numbers};
use crate::injection;
use crate::korean::with;

/// What a question needs before it can be searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restated {
    /// Nothing: it stands alone.
    Alone,
    /// These words in place of its own.
    As(String),
    /// A reading of the conversation.
    Unclear,
}

/// Words that go on from what was said and add nothing.
const LEADS: [&str; 14] = [
    "그럼", "그러면", "그렇다면", "그런데", "근데", "그리고", "또한", "또", "혹시", "아니", "자", "네", "예", "아",
];
/// Leads that a question which stands alone seldom has.
const FOLLOWING: [&str; 4] = ["그럼", "그러면", "그렇다면", "또"];
/// Beginnings of words that stand for something said before.
const POINTING: [&str; 21] = [
    "그것", "그건", "그게", "그거", "그걸", "그때", "그곳", "그분", "그중", "그런", "그렇", "이것", "이건", "이게", "이거",
    "이걸", "이때", "거기", "방금", "아까", "왜요",
];
/// What a document may be called by somebody who has it before him: "이 규정" points at no conversation.
const DOCUMENTS: [&str; 10] = ["문서", "자료", "파일", "규정", "지침", "법", "글", "표", "보고서", "계획"];
/// Nouns that ask for a side of something else, and words that any question may hold.
const SIDES: [&str; 48] = [
    "방법", "절차", "기간", "기한", "대상", "조건", "요건", "금액", "일수", "서류", "사유", "이유", "근거", "예외", "한도", "신청",
    "기준", "시기", "횟수", "조항", "조문", "담당", "부서", "벌칙", "효과", "비용", "제출", "승인", "허가", "최대", "최소", "가능", "필요", "무엇",
    "뭐", "얼마", "며칠", "몇", "언제", "누구", "누가", "어디", "어느", "어떤", "어떻게", "어떻", "왜", "무슨",
];
/// Words that ask for more of the last answer.
const MORE: [&str; 32] = [
    "이어서", "이어", "계속", "더", "좀", "조금", "자세히", "자세하게", "구체적으로", "다시", "한번", "한", "번", "설명", "설명해",
    "설명해줘", "설명해주세요", "설명하세요", "말해", "말해줘", "말씀해", "알려", "알려줘", "답해", "해", "해주세요", "주세요",
    "주십시오", "줘", "계속해", "계속해줘", "계속하세요",
];

/// Rewrites `question` by what was `previous`ly asked.
pub fn restate(question: &str, previous: &str) -> Restated {
    let question = question.trim();
    let (lead, own) = without_lead(question);
    let bare = own.trim_end_matches(|character: char| !character.is_alphanumeric());
    let tokens: Vec<&str> = bare.split_whitespace().collect();
    if !tokens.is_empty() && tokens.iter().all(|token| MORE.contains(token)) {
        return Restated::As(previous.to_owned());
    }
    if tokens.is_empty() || points(&tokens) {
        return Restated::Unclear;
    }
    if let (["표로", rest @ ..], Some(topic)) = (&tokens[..], topic_of(previous))
        && rest.len() < 3
    {
        return Restated::As(format!("{} {own}", with(&previous[topic], "을", "를")));
    }
    let follows = FOLLOWING.contains(&lead);
    if let Some((topic, sure)) = fragment(bare) {
        let own = topic.split_whitespace().filter(|word| !is_side(word)).count();
        return match own {
            0 => attach(topic, previous),
            1 => substitute(topic, previous),
            _ if sure || follows => substitute(topic, previous),
            _ => Restated::Alone,
        };
    }
    // "누가 승인합니까?", "며칠까지 가능합니까?", "진단서도 냅니까?"
    let has_topic = tokens.iter().any(|token| token.strip_suffix(['은', '는']).is_some_and(is_noun));
    let named = tokens.iter().any(|token| !is_side(token) && !is_predicate(token));
    let also = !has_topic && !tokens.contains(&"다른") && tokens.iter().any(|token| is_also(token));
    match (named && !also, topic_of(previous)) {
        (false, Some(topic)) => {
            let topic = &previous[topic];
            let topic = if has_topic { topic.to_owned() } else { with(topic, "은", "는") };
            Restated::As(format!("{topic} {own}"))
        }
        (false, None) => Restated::Unclear,
        (true, _) if lead.is_empty() => Restated::Alone,
        (true, _) => Restated::As(own.to_owned()),
    }
}

/// The question of a conversation's last message but the answers, made to stand alone by rules only.
pub fn last_of<'a>(questions: impl IntoIterator<Item = &'a str>) -> Option<String> {
    questions.into_iter().fold(None, |previous: Option<String>, question| {
        Some(match previous.as_deref().map(|previous| restate(question, previous)) {
            None | Some(Restated::Alone) => question.to_owned(),
            Some(Restated::As(text)) => text,
            Some(Restated::Unclear) => beside(question, previous.as_deref().unwrap_or_default()),
        })
    })
}

/// Where nothing better is known: the question, and beside it what was asked before.
pub fn beside(question: &str, previous: &str) -> String {
    let bare = previous.trim_end_matches(|character: char| !character.is_alphanumeric());
    format!("{} ({bare})", question.trim())
}

/// The model's attempt, where it can be trusted: one line that keeps the words and numbers of the question, brings a
/// word of what was said, and no number that was not said.
pub fn accept(attempt: &str, question: &str, said: &str, words: Words<'_>) -> Option<String> {
    const LONGEST: usize = 200;
    let mut lines = attempt.lines().map(str::trim).filter(|line| !line.is_empty());
    let (line, None) = (lines.next()?, lines.next()) else { return None };
    let line = line.strip_prefix("[질문]").unwrap_or(line).trim().trim_matches(['"', '“', '”', '\'']).trim();
    if line.is_empty() || line.chars().count() > LONGEST || injection::commands(line) {
        return None;
    }
    let (_, own) = without_lead(question);
    let pointless: Vec<&str> = own.split_whitespace().filter(|token| !points(&[token])).collect();
    let kept = words(line);
    let needed = words(&pointless.join(" "));
    let known = words(said);
    let brings = kept.iter().any(|word| known.contains(word) && !needed.contains(word));
    let (here, before) = (numbers(line), numbers(&format!("{question}\n{said}")));
    let holds = needed.iter().all(|word| kept.contains(word));
    (holds && brings && here.is_subset(&before) && numbers(question).is_subset(&here)).then(|| line.to_owned())
}

/// Splits a lead off: "그럼, 병가는요?" is "그럼" and "병가는요?".
fn without_lead(question: &str) -> (&str, &str) {
    let (first, rest) = question.split_once([' ', ',']).unwrap_or((question, ""));
    let first = first.trim_end_matches(|character: char| !character.is_alphanumeric());
    let rest = rest.trim_start_matches([' ', ',']);
    if LEADS.contains(&first) && !rest.is_empty() { (first, rest) } else { ("", question) }
}

/// True where a word stands for something that was said before.
fn points(tokens: &[&str]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let next = tokens.get(at + 1).copied().unwrap_or_default();
        let before_noun = !next.is_empty() && !DOCUMENTS.iter().any(|document| next.starts_with(document));
        POINTING.iter().any(|word| token.starts_with(word))
            || *token == "그" && !next.is_empty()
            || matches!(*token, "이" | "위" | "앞" | "위의" | "앞의") && before_noun
            || matches!(*token, "위에서" | "앞에서" | "전자는" | "후자는" | "이를" | "왜")
            || at == 0 && *token == "해당" && before_noun
    })
}

fn is_side(word: &str) -> bool {
    let fits = |side: &&str| word.strip_prefix(*side).is_some_and(|rest| rest.chars().count() < 4);
    SIDES.iter().any(|side| fits(&side))
}

/// True for "합니까", "승인하나요": a word that says what is done, not of what.
fn is_predicate(token: &str) -> bool {
    const ENDINGS: [&str; 16] = [
        "니까", "나요", "가요", "까요", "세요", "시오", "는가", "은가", "인가", "한가", "지요", "죠", "돼", "되나", "하나", "줘",
    ];
    const AUXILIARY: [&str; 22] = [
        "수", "것", "있", "없", "하", "되", "할", "될", "해", "해야", "받을", "알려", "쓸", "안", "전에", "후에", "안에", "내에", "때",
        "경우", "다른", "또",
    ];
    ENDINGS.iter().any(|ending| token.ends_with(ending)) || AUXILIARY.contains(&token)
}

/// True for a noun before a particle, as far as it shows: one of a syllable is more likely a part of a verb.
fn is_noun(stem: &str) -> bool {
    stem.chars().count() > 1 && !is_adnominal(stem)
}

/// True for "진단서도": what is asked goes on from what was.
fn is_also(token: &str) -> bool {
    const NOUNS: [&str; 16] = [
        "연도", "년도", "제도", "정도", "속도", "온도", "지도", "한도", "보도", "진도", "강도", "농도", "태도", "의도", "기도", "라도",
    ];
    token.strip_suffix('도').is_some_and(is_noun) && !NOUNS.iter().any(|noun| token.ends_with(noun))
}

/// The topic of a question that is nothing else, such as "병가는요" or "5급은", and whether it can be nothing else.
fn fragment(bare: &str) -> Option<(&str, bool)> {
    const SURE: [&str; 6] = ["은요", "는요", "도요", "이면요", "라면요", "면요"];
    const LIKELY: [&str; 3] = ["은", "는", "도"];
    const LONGEST: usize = 5;
    if bare.split_whitespace().count() > LONGEST {
        return None;
    }
    let cut = |endings: &[&str]| {
        let stem = endings.iter().find_map(|ending| bare.strip_suffix(*ending))?.trim_end();
        let last = stem.split_whitespace().next_back()?;
        (!is_adnominal(last)).then_some(stem)
    };
    cut(&SURE).map(|topic| (topic, true)).or_else(|| cut(&LIKELY).map(|topic| (topic, false)))
}

/// True for the stem of "신청하는", "관련되는": no topic ends so.
fn is_adnominal(stem: &str) -> bool {
    ["하", "되", "있", "없", "받", "않", "같", "넘", "맞"].iter().any(|end| stem.ends_with(end)) || stem == "또"
}

/// The words of each token with their places.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(move |token| {
        let start = token.as_ptr() as usize - text.as_ptr() as usize;
        start..start + token.len()
    })
}

/// The place of what a question is about: from its first word to the noun before "은" or "는"; of "연가의 신청 방법은"
/// it is "연가".
fn topic_of(question: &str) -> Option<Range<usize>> {
    let start = question.len() - without_lead(question).1.len();
    let topic = topics(question).next()?;
    let before = tokens(question).take_while(|token| token.end <= topic.end);
    let nouns: Vec<Range<usize>> = before.chain([topic.clone()]).filter(|token| token.start >= start).collect();
    let last = nouns.iter().rfind(|noun| !is_side(&question[(*noun).clone()]))?;
    let noun = &question[last.clone()];
    let particle = noun.strip_suffix('의').filter(|stem| is_noun(stem)).map_or(0, |stem| noun.len() - stem.len());
    Some(start..last.end - particle)
}

/// The nouns before "은" and "는".
fn topics(question: &str) -> impl Iterator<Item = Range<usize>> {
    tokens(question).filter_map(move |token| {
        let stem = question[token.clone()].strip_suffix(['은', '는'])?;
        is_noun(stem).then(|| token.start..token.start + stem.len())
    })
}

/// "신청 방법은?" after "병가는 며칠입니까?": the side of what was asked about.
fn attach(side: &str, previous: &str) -> Restated {
    match topic_of(previous) {
        Some(topic) => Restated::As(format!("{} {}?", &previous[topic], with(side, "은", "는"))),
        None => Restated::Unclear,
    }
}

/// "병가는요?" after "연가는 며칠입니까?": the same question about something else.
fn substitute(topic: &str, previous: &str) -> Restated {
    match slot(topic, previous) {
        Some(place) => {
            let after = &previous[place.end..];
            let particle = PARTICLES.iter().find(|(closed, open)| {
                let fits = |particle: &str| after.strip_prefix(particle).is_some_and(|rest| !begins_a_word(rest));
                fits(closed) || fits(open)
            });
            let (word, after) = match particle {
                Some((closed, open)) => {
                    let length = if after.starts_with(closed) { closed.len() } else { open.len() };
                    (with(topic, closed, open), &after[length..])
                }
                None => (topic.to_owned(), after),
            };
            Restated::As(format!("{}{word}{after}", &previous[..place.start]))
        }
        None => Restated::Unclear,
    }
}

/// Particles whose form the word before them chooses: behind a consonant, behind a vowel.
const PARTICLES: [(&str, &str); 5] = [("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로")];

fn begins_a_word(rest: &str) -> bool {
    rest.chars().next().is_some_and(char::is_alphanumeric)
}

/// The place in the previous question that a new topic takes. A number takes no noun's.
fn slot(topic: &str, previous: &str) -> Option<Range<usize>> {
    let number = topic.contains(|character: char| character.is_ascii_digit());
    let noun = || if number { None } else { only_topic(previous) };
    same_unit(topic, previous).or_else(|| same_noun(topic, previous)).or_else(noun)
}

/// "5급" takes the place of "7급", "제8조" that of "제7조".
fn same_unit(topic: &str, previous: &str) -> Option<Range<usize>> {
    /// Splits "제7조" into "제", "7" and "조".
    fn parts(word: &str) -> Option<(&str, &str, &str)> {
        let start = word.find(|character: char| character.is_ascii_digit())?;
        let rest = &word[start..];
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        Some((&word[..start], &rest[..end], &rest[end..]))
    }
    let (before, _, unit) = parts(topic)?;
    if unit.is_empty() || unit.chars().count() > 2 {
        return None;
    }
    tokens(previous).find_map(|token| {
        let (held_before, digits, rest) = parts(&previous[token.clone()])?;
        let held = held_before == before && rest.starts_with(unit);
        held.then(|| token.start..token.start + before.len() + digits.len() + unit.len())
    })
}

/// "5급 공무원" takes the place of "7급 공무원", "병가" that of "연가": the same noun, or one that ends the same.
fn same_noun(topic: &str, previous: &str) -> Option<Range<usize>> {
    let words = topic.split_whitespace().count();
    let head = topic.split_whitespace().next_back()?;
    let all: Vec<Range<usize>> = tokens(previous).collect();
    let alike = |stem: &str| {
        words == 1
            && stem.chars().count() == head.chars().count()
            && head.chars().count() > 1
            && stem.chars().next_back() == head.chars().next_back()
            && !is_side(stem)
    };
    all.iter().enumerate().find_map(|(at, token)| {
        let word = &previous[token.clone()];
        let rest = |stem: &str| PARTICLE_OR_NONE.contains(&word[stem.len()..].trim_end_matches(['?', '.', ',']));
        if word.strip_prefix(head).is_some_and(|_| rest(head)) {
            let first = (at + 1).saturating_sub(words);
            return Some(all[first].start..token.start + head.len());
        }
        let stem: String = word.chars().take(head.chars().count()).collect();
        (alike(&stem) && rest(&stem)).then(|| token.start..token.start + stem.len())
    })
}

const PARTICLE_OR_NONE: [&str; 15] =
    ["", "은", "는", "이", "가", "을", "를", "의", "에", "도", "로", "과", "와", "으로", "에서"];

/// The topic or the object of a question with the nouns it is made up of ("초과근무 수당"), where it has one of them only.
fn only_topic(previous: &str) -> Option<Range<usize>> {
    let objects = tokens(previous).filter_map(|token| {
        let stem = previous[token.clone()].strip_suffix(['을', '를'])?;
        is_noun(stem).then(|| token.start..token.start + stem.len())
    });
    let mut all = topics(previous).chain(objects);
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    if is_side(&previous[only.clone()]) {
        return None;
    }
    let is_bare = |token: &Range<usize>| {
        let word = &previous[token.clone()];
        !PARTICLE_OR_NONE[1..].iter().any(|particle| word.strip_suffix(particle).is_some_and(is_noun))
    };
    let before: Vec<Range<usize>> = tokens(previous).take_while(|token| token.end <= only.start).collect();
    let first = before.iter().rev().take_while(|token| is_bare(token)).last().map_or(only.start, |token| token.start);
    Some(first..only.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_is(text: &str) -> Restated {
        Restated::As(text.to_owned())
    }

    #[test]
    fn a_follow_up_becomes_a_question_that_stands_alone() {
        const LEAVE: &str = "재직 3년 공무원의 연가는 며칠입니까?";
        let table = [
            // The topic is another one.
            ("그럼 병가는요?", "연가는 며칠입니까?", as_is("병가는 며칠입니까?")),
            ("병가는요?", LEAVE, as_is("재직 3년 공무원의 병가는 며칠입니까?")),
            ("출장은?", "연가는 며칠입니까?", as_is("출장은 며칠입니까?")),
            ("그러면, 출산휴가는?", "연차휴가는 누가 승인합니까?", as_is("출산휴가는 누가 승인합니까?")),
            ("병가도요?", "5급 공무원은 연가를 며칠 쓸 수 있습니까?", as_is("5급 공무원은 병가를 며칠 쓸 수 있습니까?")),
            ("5급은요?", "7급 공무원의 연가는 며칠입니까?", as_is("5급 공무원의 연가는 며칠입니까?")),
            ("5급 공무원은요?", "7급 공무원의 연가는 며칠입니까?", as_is("5급 공무원의 연가는 며칠입니까?")),
            ("5년이면요?", "재직 3년이면 연가는 며칠입니까?", as_is("재직 5년이면 연가는 며칠입니까?")),
            ("출장은요?", "휴가를 알려 주세요.", as_is("출장을 알려 주세요.")),
            ("출장비는요?", "초과근무 수당은 누가 신청합니까?", as_is("출장비는 누가 신청합니까?")),
            ("병가는요?", "초과근무 수당은 누가 신청합니까?", as_is("병가는 누가 신청합니까?")),
            ("제8조는요?", "제7조의 내용은 무엇입니까?", as_is("제8조의 내용은 무엇입니까?")),
            // A side of the same topic.
            ("신청 방법은?", LEAVE, as_is("재직 3년 공무원의 연가 신청 방법은?")),
            ("그럼 예외는요?", "병가는 며칠입니까?", as_is("병가 예외는?")),
            ("누가 승인합니까?", "병가는 며칠입니까?", as_is("병가는 누가 승인합니까?")),
            ("며칠까지 가능합니까?", "출장은 누가 승인합니까?", as_is("출장은 며칠까지 가능합니까?")),
            ("표로 정리해 줘", LEAVE, as_is("재직 3년 공무원의 연가를 표로 정리해 줘")),
            ("신청은 누구에게 합니까?", "연가의 기간은 며칠입니까?", as_is("연가 신청은 누구에게 합니까?")),
            ("담당 부서는 어디입니까?", "2026년 청소 용역 금액은 얼마입니까?", as_is("2026년 청소 용역 담당 부서는 어디입니까?")),
            ("진단서도 필요합니까?", "병가는 며칠입니까?", as_is("병가는 진단서도 필요합니까?")),
            ("또 다른 조건이 있습니까?", "병가는 며칠입니까?", as_is("병가는 다른 조건이 있습니까?")),
            ("며칠 전에 신청해야 합니까?", "병가는 며칠입니까?", as_is("병가는 며칠 전에 신청해야 합니까?")),
            // More of the same.
            ("이어서", LEAVE, as_is(LEAVE)),
            ("더 자세히 설명해 주세요.", LEAVE, as_is(LEAVE)),
            // Only the lead goes.
            ("그럼 병가는 며칠까지 쓸 수 있습니까?", LEAVE, as_is("병가는 며칠까지 쓸 수 있습니까?")),
            // What it points at is not in its words.
            ("그건 어디서 받습니까?", LEAVE, Restated::Unclear),
            ("그 기간은 유급입니까?", LEAVE, Restated::Unclear),
            ("해당 서류는 누구에게 냅니까?", LEAVE, Restated::Unclear),
            ("위 기준에 예외가 있습니까?", LEAVE, Restated::Unclear),
            ("왜 그렇습니까?", LEAVE, Restated::Unclear),
            ("2025년은요?", "연가는 며칠입니까?", Restated::Unclear),
            ("출장은요?", "5급 공무원은 연가를 며칠 쓸 수 있습니까?", Restated::Unclear),
            // It stands alone.
            ("병가는 며칠입니까?", LEAVE, Restated::Alone),
            ("출장비 정산 기한은?", LEAVE, Restated::Alone),
            ("이 문서를 요약해 줘", LEAVE, Restated::Alone),
            ("이 규정의 목적은 무엇입니까?", LEAVE, Restated::Alone),
            ("다른 휴가도 알려 줘", LEAVE, Restated::Alone),
            ("사업연도 예산을 알려 줘", LEAVE, Restated::Alone),
            ("전자 결재는 어떻게 합니까?", LEAVE, Restated::Alone),
            ("진단서를 내야 합니까?", LEAVE, Restated::Alone),
            ("초과근무 수당을 알려 줘", LEAVE, Restated::Alone),
        ];
        for (question, previous, wanted) in table {
            assert_eq!(restate(question, previous), wanted, "{question} after {previous}");
        }
    }

    #[test]
    fn a_conversation_is_followed_through() {
        let table: [(&[&str], Option<&str>); 4] = [
            (&[], None),
            (&["연가는 며칠입니까?"], Some("연가는 며칠입니까?")),
            (&["연가는 며칠입니까?", "병가는요?", "그럼 신청 방법은?"], Some("병가 신청 방법은?")),
            (&["연가는 며칠입니까?", "그건 유급입니까?"], Some("그건 유급입니까? (연가는 며칠입니까)")),
        ];
        for (questions, wanted) in table {
            assert_eq!(last_of(questions.iter().copied()).as_deref(), wanted, "{questions:?}");
        }
    }

    #[test]
    fn the_models_words_are_taken_only_where_they_keep_to_what_was_said() {
        let words = |text: &str| -> Vec<String> {
            let strip = |word: &str| {
                let endings = ["입니까", "에서", "에", "는", "은", "를", "을"];
                endings.iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word).to_owned()
            };
            let all = text.split(|character: char| !character.is_alphanumeric());
            all.filter(|word| !word.is_empty()).map(strip).collect()
        };
        let said = "병가는 며칠입니까?\n병가는 연 60일이며 7일을 넘으면 진단서를 냅니다.";
        let table = [
            ("진단서는 어디에 제출합니까?", true),
            ("[질문] \"진단서는 어디에 제출합니까?\"", true),
            ("진단서는 어디에 제출합니까?\n설명: 앞의 질문입니다.", false),
            ("30일 진단서는 어디에 제출합니까?", false),
            ("연가는 며칠입니까?", false),
            ("그건 어디에 제출합니까?", false),
            ("", false),
        ];
        for (attempt, taken) in table {
            assert_eq!(accept(attempt, "그건 어디에 제출합니까?", said, &words).is_some(), taken, "{attempt}");
        }
    }
}
