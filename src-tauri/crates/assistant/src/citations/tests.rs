use library::Analyzer;

use super::plan::Plan;
use super::*;

/// Content words as far as these sentences need it: without the particles and endings that they use.
fn words(text: &str) -> Vec<String> {
    const ENDINGS: [&str; 25] = [
        "입니다", "합니다", "이라면", "이며", "이고", "이면", "까지", "부터", "에서", "으로", "은", "는", "이", "가", "을", "를",
        "의", "로", "에", "과", "와", "도", "한다", "이다", "된다",
    ];
    text.split(|character: char| !character.is_alphanumeric())
        .map(|word| {
            let stem = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending));
            stem.filter(|stem| !stem.is_empty()).unwrap_or(word).to_owned()
        })
        .filter(|word| !word.is_empty() && !["수", "있다", "있습니다"].contains(&word.as_str()))
        .collect()
}

fn names(text: &str) -> Vec<String> {
    ["서울", "김서준", "총무과"].iter().filter(|name| text.contains(**name)).map(|name| (*name).to_owned()).collect()
}

/// Runs a test with the words above, and with the program's where set-up brought its dictionary.
fn with_each_reading(test: impl Fn(Reading<'_>)) {
    test(Reading { words: &words, names: &names });
    let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal");
    let folder = folders.map(|folders| folders.data_dir().join("dictionary").join("ko-dic")).unwrap_or_default();
    match Analyzer::load(&folder) {
        Ok(analyzer) => {
            let (words, names) = (|text: &str| analyzer.morphemes(text), |text: &str| analyzer.names(text));
            test(Reading { words: &words, names: &names });
        }
        Err(error) => println!("SKIPPED: with the dictionary: {error}"),
    }
}

fn check(answer: &str, question: &str, evidence: &[Evidence], reading: Reading<'_>) -> Checked {
    let checked = Plan::new(answer, question, &[], evidence, reading).decide(&[]);
    for citation in &checked.citations {
        let source = evidence.iter().find(|evidence| evidence.passage.id == citation.passage_id);
        assert!(source.unwrap().passage.text.contains(&citation.quote), "a quote is verbatim: {}", citation.quote);
    }
    checked
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

const TABLE: &str = "| 재직기간 | 가산 일수 |\n| --- | --- |\n| 5년 이상 | 2일 |\n| 10년 이상 | 4일 |";

fn passages() -> Vec<Evidence> {
    vec![
        evidence("k3", 11, "제7조(연가)", "재직기간 3년 공무원의 연가 일수는 15일로 한다. 연가는 반일 단위로 허가할 수 있다."),
        evidence("m4", 12, "제8조(병가)", "병가는 연 60일의 범위에서 허가한다. 병가가 7일을 넘으면 진단서를 낸다."),
        evidence("p5", 13, "제9조(수당)", "① 출장 수당은 1일 20,000원으로 한다.\n② 숙박비는 100분의 50을 더한다."),
        evidence("r6", 14, "부칙", "이 규정은 2026. 3. 1.부터 시행한다. 담당은 총무과이다."),
        evidence("t7", 15, "별표", TABLE),
    ]
}

/// (name, question, answer, text, passages cited in order of marks)
type Case = (&'static str, &'static str, &'static str, &'static str, &'static [i64]);

fn hold(table: &[Case]) {
    with_each_reading(|reading| {
        for (name, question, answer, text, cited) in table {
            let checked = check(answer, question, &passages(), reading);
            assert_eq!(&checked.text, text, "{name}");
            let ids: Vec<i64> = checked.citations.iter().map(|citation| citation.passage_id).collect();
            assert_eq!(&ids, cited, "{name}");
        }
    });
}

#[test]
fn a_sentence_is_cited_to_the_passage_that_says_it_or_to_none() {
    hold(&[
        ("a right mark stays", "재직 3년 연가는?", "연가 일수는 15일입니다 [k3].", "연가 일수는 15일입니다. [1]", &[11]),
        ("a missing mark is found", "병가는?", "병가는 60일입니다.", "병가는 60일입니다. [1]", &[12]),
        ("a mark on the wrong passage is moved", "병가는?", "병가는 60일입니다 [k3].", "병가는 60일입니다. [1]", &[12]),
        ("an unknown id is dropped, the text decides", "병가는?", "병가는 60일입니다 [z9].", "병가는 60일입니다. [1]", &[12]),
        ("swapped marks are put right", "병가와 연가는?", "병가는 60일입니다 [k3]. 연가 일수는 15일입니다 [m4].",
            "병가는 60일입니다. [1] 연가 일수는 15일입니다. [2]", &[12, 11]),
        ("a number of the question is only its echo", "1년에 병가는?", "병가는 1년에 60일입니다 [m4].",
            "병가는 1년에 60일입니다. [1]", &[12]),
        ("what no passage says, and states nothing, has none", "병가는?", "도움이 필요하시면 말씀해 주십시오.",
            "도움이 필요하시면 말씀해 주십시오.", &[]),
        ("a bracket that is no mark is left alone", "진단서는?", "[진단서] 병가가 7일을 넘으면 냅니다.",
            "[진단서] 병가가 7일을 넘으면 냅니다. [1]", &[12]),
        ("marks on a line of their own belong to what is above", "병가는?", "병가는 60일입니다.\n[m4]",
            "병가는 60일입니다. [1]", &[12]),
    ]);
}

#[test]
fn numbers_and_dates_are_held_however_they_are_written() {
    hold(&[
        ("days in words", "연가는?", "연가 일수는 십오 일입니다.", "연가 일수는 십오 일입니다. [1]", &[11]),
        ("a date", "시행일은?", "이 규정은 2026년 3월 1일부터 시행합니다.", "이 규정은 2026년 3월 1일부터 시행합니다. [1]", &[14]),
        ("an amount", "출장 수당은?", "출장 수당은 하루 2만 원입니다 [k3].", "출장 수당은 하루 2만 원입니다. [1]", &[13]),
        ("hundredths", "숙박비는?", "숙박비는 50%를 더합니다.", "숙박비는 50%를 더합니다. [1]", &[13]),
        ("a paragraph of an article", "숙박비는?", "제9조제2항에 따라 숙박비를 더합니다.",
            "제9조제2항에 따라 숙박비를 더합니다. [1]", &[13]),
        ("two values of a table", "가산 일수는?", "가산 일수는 2일 또는 4일입니다.", "가산 일수는 2일 또는 4일입니다. [1]", &[15]),
        ("a table's row", "10년 이상이면?", "재직기간 10년 이상은 가산 일수가 4일입니다.",
            "재직기간 10년 이상은 가산 일수가 4일입니다. [1]", &[15]),
    ]);
}

#[test]
fn what_no_source_holds_is_marked_and_has_no_citation() {
    hold(&[
        ("a number", "연가는?", "연가 일수는 21일입니다 [k3].", "연가 일수는 21일입니다. [?]", &[]),
        ("a unit", "연가는?", "연가 일수는 15개월입니다 [k3].", "연가 일수는 15개월입니다. [?]", &[]),
        ("a date", "시행일은?", "이 규정은 2026년 3월 2일부터 시행합니다 [r6].", "이 규정은 2026년 3월 2일부터 시행합니다. [?]", &[]),
        ("an article", "숙박비는?", "제9조제3항에 따라 숙박비를 더합니다.", "제9조제3항에 따라 숙박비를 더합니다. [?]", &[]),
        ("a name", "담당은?", "담당은 김서준입니다 [r6].", "담당은 김서준입니다. [?]", &[]),
        ("a place that no passage names", "수도는?", "서울특별시입니다 [m4].", "서울특별시입니다. [?]", &[]),
        ("a number that is in a passage about something else", "정년은?", "정년 퇴직은 60일 전에 신청합니다.",
            "정년 퇴직은 60일 전에 신청합니다. [?]", &[]),
        ("another row's value", "가산 일수는?", "재직기간 10년 이상은 가산 일수가 2일입니다 [t7].",
            "재직기간 10년 이상은 가산 일수가 2일입니다. [?]", &[]),
        ("one sentence of two", "병가는?", "병가는 60일입니다. 병가는 90일까지 늘립니다.",
            "병가는 60일입니다. [1] 병가는 90일까지 늘립니다. [?]", &[12]),
        ("the model's own sign of doubt is not taken", "병가는?", "병가는 60일입니다 [?].", "병가는 60일입니다. [1]", &[12]),
    ]);
}

#[test]
fn a_sentence_may_rest_on_two_passages_and_a_strange_name_is_told_beside_its_source() {
    hold(&[
        ("two facts", "휴가는?", "연가 일수는 15일이고 병가는 60일입니다.", "연가 일수는 15일이고 병가는 60일입니다. [1] [2]", &[11, 12]),
        ("a name beside what is said", "담당은?", "규정의 담당은 총무과이며 김서준이 시행합니다.",
            "규정의 담당은 총무과이며 김서준이 시행합니다. [1] [?]", &[14]),
    ]);
}

#[test]
fn marks_leave_lists_tables_and_code_as_they_are() {
    hold(&[
        ("a list", "휴가는?", "1. 연가 일수는 15일입니다.\n2. 병가는 60일입니다.",
            "1. 연가 일수는 15일입니다. [1]\n2. 병가는 60일입니다. [2]", &[11, 12]),
        ("a table", "병가는?", "| 구분 | 범위 |\n| --- | --- |\n| 병가 | 60일 |\n| 병가 | 90일 |",
            "| 구분 | 범위 |\n| --- | --- |\n| 병가 | 60일 [1] |\n| 병가 | 90일 [?] |", &[12]),
        ("code", "병가는?", "```\n병가는 60일입니다.\n```\n병가는 60일입니다.", "```\n병가는 60일입니다.\n```\n병가는 60일입니다. [1]", &[12]),
    ]);
}

#[test]
fn the_quote_is_what_says_it_and_no_more() {
    let table = [
        ("a sentence", "진단서는 언제 냅니까?", "병가가 7일을 넘으면 진단서를 냅니다.", "병가가 7일을 넘으면 진단서를 낸다."),
        ("a row", "가산 일수는?", "재직기간 10년 이상은 가산 일수가 4일입니다.", "| 10년 이상 | 4일 |"),
        ("two neighbours that say half of it each", "출장은?", "출장 수당은 2만 원이고 숙박비는 50%를 더합니다.",
            "① 출장 수당은 1일 20,000원으로 한다.\n② 숙박비는 100분의 50을 더한다."),
        ("what was asked tells it", "재직기간 3년 공무원의 연가 일수는?", "15일입니다.", "재직기간 3년 공무원의 연가 일수는 15일로 한다."),
        ("a sentence that ends in a date's points", "시행은?", "규정은 2026년 3월 1일부터 시행합니다.",
            "이 규정은 2026. 3. 1.부터 시행한다."),
    ];
    with_each_reading(|reading| {
        for (name, question, answer, quote) in table {
            let checked = check(answer, question, &passages(), reading);
            let quotes: Vec<&str> = checked.citations.iter().map(|citation| citation.quote.as_str()).collect();
            assert_eq!(quotes, [quote], "{name}");
        }
    });
}

#[test]
fn meaning_decides_between_spans_that_letters_leave_alike() {
    let evidence = [
        evidence("k3", 11, "제7조(연가)", "연가 일수는 15일로 한다."),
        evidence("m4", 12, "제8조(연가의 특례)", "연가 일수는 15일로 한다."),
    ];
    let reading = Reading { words: &words, names: &names };
    let plan = Plan::new("연가 일수는 15일입니다. 병가는 모릅니다.", "휴가는?", &[], &evidence, reading);
    let doubtful = plan.doubtful();
    assert_eq!(doubtful.len(), 1);
    assert_eq!(doubtful[0].sentence, "연가 일수는 15일입니다.");
    assert_eq!(doubtful[0].spans, ["제7조(연가)\n연가 일수는 15일로 한다.", "제8조(연가의 특례)\n연가 일수는 15일로 한다."]);
    let table: [(&str, &[Vec<f32>], i64); 4] = [
        ("the second is nearer", &[vec![0.2, 0.7]], 12),
        ("the first is nearer", &[vec![0.7, 0.2]], 11),
        ("nothing was measured", &[], 11),
        ("something else was measured", &[vec![0.1, 0.2, 0.3]], 11),
    ];
    for (name, similarities, cited) in table {
        assert_eq!(plan.decide(similarities).citations[0].passage_id, cited, "{name}");
    }
    let marked = Plan::new("연가 일수는 15일입니다 [m4].", "휴가는?", &[], &evidence, reading);
    assert_eq!((marked.doubtful(), marked.decide(&[]).citations[0].passage_id), (Vec::new(), 12));
}

#[test]
fn no_more_is_left_to_be_told_apart_than_is_quick() {
    let evidence: Vec<Evidence> =
        (0..4).map(|at| evidence(&format!("k{at}"), at, "제7조(연가)", "연가 일수는 15일로 한다.")).collect();
    let reading = Reading { words: &words, names: &names };
    let plan = Plan::new(&"연가 일수는 15일입니다. ".repeat(40), "휴가는?", &[], &evidence, reading);
    let spans: usize = plan.doubtful().iter().map(|doubtful| doubtful.spans.len()).sum();
    assert_eq!(spans, 24);
    assert_eq!(plan.decide(&[]).citations.len(), 1);
}

#[test]
fn a_document_beside_the_question_supports_no_answer_to_it() {
    let of = |id: &str, document: i64, heading: &str, text: &str| {
        let evidence = evidence(id, document, heading, text);
        Evidence { passage: Passage { document_id: document, file: format!("규정 {document}.hwpx"), ..evidence.passage }, ..evidence }
    };
    let evidence = [
        of("k3", 21, "가온시 주차", "가온시 청사 주차는 30분까지 무료로 한다."),
        of("m4", 22, "나래시 주차", "나래시 청사 주차는 60분까지 무료로 한다."),
    ];
    let about: Vec<(String, f32)> =
        [("가온", 5.0), ("청사", 1.0), ("주차", 1.0), ("무료", 1.0)].map(|(word, weight)| (word.to_owned(), weight)).into();
    let nothing_known: [(String, f32); 0] = [];
    let table: [(&str, &str, &[(String, f32)], &str, &[i64]); 5] = [
        ("the one that is asked about", "30분까지 무료입니다.", &about, "30분까지 무료입니다. [1]", &[21]),
        ("the other one", "60분까지 무료입니다 [m4].", &about, "60분까지 무료입니다. [?]", &[]),
        ("without knowing what is asked", "60분까지 무료입니다 [m4].", &nothing_known, "60분까지 무료입니다. [1]", &[22]),
        ("words that no document has", "60분까지 무료입니다.", &[("다솜".to_owned(), 9.0)], "60분까지 무료입니다. [1]", &[22]),
        ("a file's bare name", "규정 21.hwpx [k3]", &about, "규정 21.hwpx", &[]),
    ];
    let reading = Reading { words: &words, names: &names };
    for (name, answer, about, text, cited) in table {
        let checked = Plan::new(answer, "가온시 청사 주차는 언제까지 무료입니까?", about, &evidence, reading).decide(&[]);
        let ids: Vec<i64> = checked.citations.iter().map(|citation| citation.passage_id).collect();
        assert_eq!((checked.text.as_str(), ids.as_slice()), (text, cited), "{name}");
    }
}
