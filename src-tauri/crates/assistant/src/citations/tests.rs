use super::*;

fn words(text: &str) -> Vec<String> {
    // Good enough for these sentences: the particles they use, stripped.
    text.split(|character: char| !character.is_alphanumeric())
        .map(|word| {
            ["입니다", "합니다", "이며", "은", "는", "이", "가", "을", "를", "의", "로"]
                .iter()
                .find_map(|ending| word.strip_suffix(ending).filter(|stem| !stem.is_empty()))
                .unwrap_or(word)
                .to_owned()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn evidence(id: &str, passage_id: i64, heading: &str, text: &str) -> Evidence {
    Evidence {
        id: id.to_owned(),
        passage: Passage {
            id: passage_id,
            document_id: 1,
            ordinal: 0,
            file: "복무규정.hwpx".to_owned(),
            heading_path: vec![heading.to_owned()],
            section: 0,
            paragraph: 0,
            page: None,
            text: text.to_owned(),
            first_block: 0,
            last_block: 0,
        },
    }
}

fn passages() -> Vec<Evidence> {
    vec![
        evidence("k3", 11, "제7조(연가)", "재직기간 3년 공무원의 연가 일수는 15일로 한다. 연가는 반일 단위로 허가할 수 있다."),
        evidence("m4", 12, "제8조(병가)", "병가는 연 60일의 범위에서 허가한다. 병가가 7일을 넘으면 진단서를 낸다."),
    ]
}

/// (name, question, answer, text, passages cited in order of marks)
type Case = (&'static str, &'static str, &'static str, &'static str, &'static [i64]);

#[test]
fn a_sentence_is_cited_to_the_passage_that_says_it_or_to_none() {
    let table: &[Case] = &[
        ("a right mark stays", "재직 3년 연가는?", "연가 일수는 15일입니다 [k3].", "연가 일수는 15일입니다. [1]", &[11]),
        ("a missing mark is found", "병가는?", "병가는 60일입니다.", "병가는 60일입니다. [1]", &[12]),
        ("a mark on the wrong passage is moved", "병가는?", "병가는 60일입니다 [k3].", "병가는 60일입니다. [1]", &[12]),
        ("an unknown id is dropped, the text decides", "병가는?", "병가는 60일입니다 [z9].", "병가는 60일입니다. [1]", &[12]),
        ("a number that no passage holds has no citation", "연가는?", "연가 일수는 21일입니다 [k3].", "연가 일수는 21일입니다.", &[]),
        ("a number of the question is only its echo", "1년에 병가는?", "병가는 1년에 60일입니다 [m4].", "병가는 1년에 60일입니다. [1]", &[12]),
        ("words that no passage holds have none", "수도는?", "서울특별시입니다 [m4].", "서울특별시입니다.", &[]),
        (
            "two sentences, two passages, marks in order of use",
            "병가와 연가는?",
            "병가는 60일입니다 [m4]. 연가 일수는 15일입니다 [k3].",
            "병가는 60일입니다. [1] 연가 일수는 15일입니다. [2]",
            &[12, 11],
        ),
        ("a bracket that is no mark is left alone", "진단서는?", "[진단서] 병가가 7일을 넘으면 냅니다.", "[진단서] 병가가 7일을 넘으면 냅니다. [1]", &[12]),
    ];
    for (name, question, answer, text, cited) in table {
        let checked = check(answer, question, &passages(), &words);
        assert_eq!(&checked.text, text, "{name}");
        let ids: Vec<i64> = checked.citations.iter().map(|citation| citation.passage_id).collect();
        assert_eq!(&ids, cited, "{name}");
    }
}

#[test]
fn the_quote_is_the_sentence_of_the_passage_verbatim() {
    let checked = check("진단서는 병가가 7일을 넘으면 냅니다.", "진단서는 언제 냅니까?", &passages(), &words);
    assert_eq!(checked.citations[0].quote, "병가가 7일을 넘으면 진단서를 낸다.");
}

#[test]
fn sentences_end_where_a_reader_would_end_them() {
    let table: [(&str, &[&str]); 5] = [
        ("갑입니다. 을입니다.", &["갑입니다. ", "을입니다."]),
        ("갑입니다. [k3] 을입니다. [1]", &["갑입니다. [k3] ", "을입니다. [1]"]),
        ("2026. 3. 1.부터 시행한다. 끝.", &["2026. 3. 1.부터 시행한다. ", "끝."]),
        ("1. 목적\n2. 범위", &["1. 목적\n", "2. 범위"]),
        ("", &[]),
    ];
    for (text, wanted) in table {
        assert_eq!(sentences(text), wanted, "{text}");
    }
}

#[test]
fn numbers_are_compared_without_separators() {
    let table: [(&str, &[&str]); 4] =
        [("1,000만원과 3.5배", &["1000", "3.5"]), ("제7조제2항", &["7", "2"]), ("2026. 3. 1.", &["2026", "3", "1"]), ("없음", &[])];
    for (text, wanted) in table {
        let wanted: std::collections::HashSet<String> = wanted.iter().map(|number| (*number).to_owned()).collect();
        assert_eq!(numbers(text), wanted, "{text}");
    }
}
