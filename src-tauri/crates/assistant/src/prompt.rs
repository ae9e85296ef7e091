//! The words that the model is given. They are Korean because its answers are to be.

use library::Hit;
use vault::Passage;

use crate::citations::Evidence;

/// What the person reads where the documents hold no answer, word for word.
pub const REFUSAL: &str = "자료에서 찾을 수 없습니다";

/// Added where the answer reached its length limit, so that nobody takes it for whole.
pub const CUT_NOTE: &str = "\n\n(답변이 길어 여기에서 멈추었습니다. ‘이어서’라고 물으시면 계속합니다.)";

/// The system turn of a conversation about documents.
pub const WITH_DOCUMENTS: &str = "당신은 대한민국 공무원을 돕는 비서입니다. [자료]에 적힌 내용만으로 한국어 존댓말로 \
                                  짧고 정확하게 답합니다. 자료에 없는 내용은 지어내지 않습니다.";

/// The system turn of a conversation without documents.
pub const WITHOUT_DOCUMENTS: &str =
    "당신은 대한민국 공무원을 돕는 비서 ‘나랏말’입니다. 한국어 존댓말로 정확하고 간결하게 답합니다. 모르는 것은 모른다고 말합니다.";

/// The newest user turn: `new` passages in full, the ids of `earlier` ones, the question and what to do with it.
/// `sure` tells the model that the answer is there: for a second try after it refused against the evidence.
pub fn question_turn(question: &str, new: &[Evidence], earlier: &[Evidence], sure: bool) -> String {
    let mut turn = String::from("[자료]\n");
    for evidence in new {
        turn.push_str(&format!("[{}] {}\n{}\n\n", evidence.id, place(&evidence.passage), evidence.passage.text));
    }
    if !earlier.is_empty() {
        let ids: Vec<String> = earlier.iter().map(|evidence| format!("[{}]", evidence.id)).collect();
        turn.push_str(&format!("앞에서 준 자료 {}도 함께 보십시오.\n\n", ids.join(", ")));
    }
    let example = new.first().or(earlier.first()).map_or("k3", |evidence| evidence.id.as_str());
    turn.push_str(&format!("[질문] {question}\n\n"));
    turn.push_str(&match sure {
        false => format!(
            "위 자료에 근거하여 완전한 문장으로 답하고, 문장 끝에 근거 자료의 번호를 [{example}]처럼 붙이세요. \
             자료에 답이 없으면 \"{REFUSAL}\"라고만 답하세요."
        ),
        true => format!(
            "위 자료에서 답이 적힌 부분을 찾아, 자료의 표현을 그대로 써서 완전한 문장 하나로 답하고 끝에 [{example}]처럼 \
             자료의 번호를 붙이세요."
        ),
    });
    turn
}

/// Where a passage stands: file, page or section, headings.
fn place(passage: &Passage) -> String {
    let mut place = passage.file.clone();
    if let Some(page) = passage.page {
        place.push_str(&format!(" · {}쪽", page.number()));
    }
    if !passage.heading_path.is_empty() {
        place.push_str(&format!(" · {}", passage.heading_path.join(" > ")));
    }
    place
}

/// True where the model said that the documents hold no answer.
pub fn refuses(answer: &str) -> bool {
    let says_so = ["찾을 수 없", "찾지 못", "나와 있지 않", "적혀 있지 않", "포함되어 있지 않", "언급되어 있지 않", "명시되어 있지 않"]
        .iter()
        .any(|phrase| answer.contains(phrase));
    // A long answer that also says so about one part of the question is still an answer.
    answer.trim().is_empty() || says_so && answer.chars().count() < 160
}

/// Words that name no subject: a question of only these is about the documents as a whole.
const GENERIC: [&str; 22] = [
    "문서", "자료", "파일", "내용", "요약", "정리", "설명", "핵심", "전체", "전반", "개요", "소개", "주요", "부분", "글",
    "주제", "목록", "간단", "간략", "대략", "요점", "취지",
];

/// True for "이 문서를 요약해 줘": there is nothing to search for.
pub fn is_about_the_whole(words: &[String]) -> bool {
    words.iter().all(|word| GENERIC.contains(&word.as_str()))
}

/// The most evidence that goes into one question, in characters of passage text: about 750 tokens, seven seconds
/// of prompt processing on two cores.
const EVIDENCE_CHARACTERS: usize = 1200;
/// The most passages.
const EVIDENCE_PASSAGES: usize = 4;
/// A passage that scores less than this part of the best one distracts more than it helps.
const EVIDENCE_SCORE: f32 = 0.45;

/// The hits worth their prompt processing, best first: never none where there was one.
pub fn worth_reading(hits: Vec<Hit>) -> Vec<Hit> {
    let best = hits.first().map_or(0.0, |hit| hit.score);
    let mut room = EVIDENCE_CHARACTERS;
    hits.into_iter()
        .take(EVIDENCE_PASSAGES)
        .enumerate()
        .take_while(|(rank, hit)| {
            let length = hit.passage.text.chars().count();
            let fits = *rank == 0 || hit.score >= best * EVIDENCE_SCORE && length <= room;
            room = room.saturating_sub(length);
            fits
        })
        .map(|(_, hit)| hit)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_an_answer_that_mentions_one() {
        let table = [
            ("자료에서 찾을 수 없습니다", true),
            ("[자료]에서 찾을 수 없습니다.", true),
            ("", true),
            ("연가는 15일입니다.", false),
        ];
        for (answer, refusal) in table {
            assert_eq!(refuses(answer), refusal, "{answer}");
        }
    }
}
