//! What small models write over and over: the instructions that they were given, and the sentence they wrote last. Neither
//! belongs in a draft. Lists only: what stands in a field of its own may have to be said twice (신구대조표).

use std::collections::HashSet;

use serde_json::Value;

/// A shorter piece, in letters, may stand in an instruction and in a draft alike.
const SHORTEST: usize = 10;

/// The answer without items that repeat an instruction or what was written before them. A list may be empty after it.
///
/// `instructions`: what the model was told, without what the person filled in.
pub fn without_echoes(answer: Value, instructions: &[String]) -> Value {
    let told: Vec<String> = instructions
        .iter()
        .flat_map(|text| text.split(['\n', '.', '‘', '’']))
        .map(letters)
        .filter(|piece| piece.chars().count() >= SHORTEST)
        .collect();
    Echoes { told, said: HashSet::new() }.kept(answer, false).unwrap_or_default()
}

struct Echoes {
    /// Letters of the instructions, sentence by sentence.
    told: Vec<String>,
    /// Letters of the sentences before.
    said: HashSet<String>,
}

impl Echoes {
    /// `None` where nothing is left of an item of a list.
    fn kept(&mut self, value: Value, listed: bool) -> Option<Value> {
        Some(match value {
            Value::String(text) => Value::String(self.sentences(text, listed)?),
            Value::Array(items) => items.into_iter().filter_map(|item| self.kept(item, true)).collect(),
            Value::Object(members) => {
                // A point before what stands below it, whatever their names are.
                let (lists, texts): (Vec<_>, Vec<_>) = members.into_iter().partition(|(_, value)| value.is_array());
                let all = texts.into_iter().chain(lists);
                all.filter_map(|(name, value)| Some((name, self.kept(value, false)?))).collect()
            }
            other => other,
        })
    }

    fn sentences(&mut self, text: String, listed: bool) -> Option<String> {
        let sentences = sentences(&text);
        let whole = sentences.len();
        let mut kept = Vec::with_capacity(whole);
        for sentence in sentences {
            let sounds = letters(sentence);
            if self.told.iter().any(|told| sounds.contains(told)) {
                // Behind an instruction nothing of the draft comes any more.
                break;
            }
            let long = sounds.chars().count() >= SHORTEST;
            let new = !long || self.said.insert(sounds);
            if new || !listed {
                kept.push(sentence);
            }
        }
        // Where it went round and round, it was cut off in the middle of a sentence.
        if kept.len() > 1 && kept.len() < whole && kept.last().is_some_and(|last| !ends(last)) {
            kept.pop();
        }
        match kept.len() {
            0 if listed && whole > 0 => None,
            left if left == whole => Some(text),
            _ => Some(kept.concat().trim_end().to_owned()),
        }
    }
}

/// Its sentences, each with the blank behind it. The points of a date (2026. 3. 1.) end none.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let (mut from, mut before, mut end) = (0, ' ', ' ');
    for (at, character) in text.char_indices() {
        let is_end = matches!(end, '.' | '!' | '?') && !before.is_ascii_digit();
        if character == '\n' || (character == ' ' && is_end) {
            let next = at + character.len_utf8();
            sentences.push(&text[from..next]);
            from = next;
        }
        (before, end) = (end, character);
    }
    sentences.push(&text[from..]);
    sentences.retain(|sentence| !sentence.trim().is_empty());
    sentences
}

fn ends(sentence: &str) -> bool {
    sentence.trim_end().ends_with(['.', '!', '?', '”', '’', ')', ']'])
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn instructions() -> Vec<String> {
        vec!["- 주어진 내용에 있는 사실만 씁니다.\n이 내용으로 보도자료를 쓰십시오.".to_owned(), "의 말을 한두 문장으로 씁니다.".to_owned()]
    }

    #[test]
    fn what_a_model_says_again_is_left_out() {
        let table = [
            // Instructions, alone and behind what is the draft's.
            (json!(["일시: 2026. 4. 15.(수) 14:00", "주어진 내용에 있는 사실만 씁니다."]), json!(["일시: 2026. 4. 15.(수) 14:00"])),
            (json!(["대여소도 늘린다. 이 내용으로 보도자료를 쓰십시오.']} 14:00"]), json!(["대여소도 늘린다."])),
            (json!({ "quote": "과장의 말을 한두 문장으로 씁니다." }), json!({ "quote": "" })),
            // What was written before, in the list or beside it.
            (json!(["공공자전거를 500대 더 놓는다.", "공공자전거를 500대 더 놓는다."]), json!(["공공자전거를 500대 더 놓는다."])),
            (
                json!([{ "text": "이용이 지난해보다 29% 늘었음", "details": ["이용이 지난해보다 29% 늘었음", "고장이 잦음"] }]),
                json!([{ "text": "이용이 지난해보다 29% 늘었음", "details": ["고장이 잦음"] }]),
            ),
            // Round and round until it was cut off.
            (
                json!(["첫 한 시간은 무료로 바꾼다. 대여소도 늘린다. 첫 한 시간은 무료로 바꾼다. 첫 한 시"]),
                json!(["첫 한 시간은 무료로 바꾼다. 대여소도 늘린다."]),
            ),
            // A table may say the same twice, and short words are no echo.
            (json!([{ "before": "제5조(이용 요금) 1,000원으로 한다.", "after": "제5조(이용 요금) 1,000원으로 한다." }]), json!([{ "before": "제5조(이용 요금) 1,000원으로 한다.", "after": "제5조(이용 요금) 1,000원으로 한다." }])),
            (json!(["해당 없음", "해당 없음", 3]), json!(["해당 없음", "해당 없음", 3])),
        ];
        for (answer, wanted) in table {
            assert_eq!(without_echoes(answer.clone(), &instructions()), wanted, "{answer}");
        }
    }

    #[test]
    fn a_text_is_divided_into_its_sentences() {
        let text = "2026. 3. 1. 14:00에 엽니다. 오십시오! 끝";
        assert_eq!(sentences(text), ["2026. 3. 1. 14:00에 엽니다. ", "오십시오! ", "끝"]);
    }

    proptest! {
        #[test]
        fn sentences_are_the_whole_text(text in "[가-나0-9 .!?\n]{0,60}") {
            let told: String = sentences(&text).concat();
            prop_assert_eq!(letters(&told), letters(&text));
        }

        #[test]
        fn nothing_is_left_out_of_what_is_said_once(items in proptest::collection::hash_set("[가-힣]{4,20}", 0..6)) {
            let answer = json!(items.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(without_echoes(answer.clone(), &[]), answer);
        }
    }
}
