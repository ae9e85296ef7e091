use super::*;

fn query(number: usize) -> Query {
    Query {
        id: format!("q{number}"),
        query: format!("{number}번 문서의 날짜는?"),
        positive_ids: vec![format!("d{}", number / 2)],
        answers: vec!["15일".to_owned()],
    }
}

#[test]
fn a_sample_asks_of_different_documents_and_is_the_seeds() {
    let queries: Vec<Query> = (0..40).map(query).collect();
    let sample = |seed| Sample { questions: 12, absent: 8, seed, quick: false };
    let asked = tasks(&queries, &sample(1)).unwrap();
    assert_eq!(asked, tasks(&queries, &sample(1)).unwrap());
    assert_ne!(asked, tasks(&queries, &sample(2)).unwrap());
    let documents: HashSet<&String> = asked.iter().flat_map(|task| &task.query.positive_ids).collect();
    assert_eq!((asked.len(), documents.len()), (20, 20));
    assert_eq!(asked.iter().filter(|task| task.absent).count(), 8);
    let failure = tasks(&queries, &Sample { questions: 12, absent: 9, seed: 1, quick: false }).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.detail.as_str()), ("questions_too_few", "20 of 21"));
    let without_answer = [Query { answers: Vec::new(), ..query(1) }];
    assert!(tasks(&without_answer, &Sample { questions: 1, absent: 0, seed: 1, quick: false }).is_err());
}

fn cited(positive: bool, holds: bool) -> Cited {
    Cited { id: "d1".to_owned(), positive, holds, quote: "연가는 15일".to_owned() }
}

fn answered(right: bool, citations: Vec<Cited>) -> Judged {
    Judged {
        id: "q1".to_owned(),
        question: "연가는?".to_owned(),
        absent: false,
        wanted: vec!["15일".to_owned()],
        answer: "15일입니다.".to_owned(),
        right,
        right_lenient: right,
        refused: false,
        asked: true,
        marked: false,
        citations,
        coverage: Some(0.9),
        ttft_ms: Some(100.0),
        prompt_tokens: Some(500),
        generated_tokens: Some(20),
        error: None,
    }
}

fn refused(absent: bool, asked: bool) -> Judged {
    let (ttft_ms, prompt_tokens, generated_tokens) = (None, None, None);
    Judged { absent, asked, refused: true, ttft_ms, prompt_tokens, generated_tokens, ..answered(false, Vec::new()) }
}

#[test]
fn the_figures_are_those_of_the_definitions() {
    let judged = [
        answered(true, vec![cited(true, true), cited(false, true)]),
        Judged { right: false, marked: true, ..answered(true, vec![cited(true, false), cited(false, false)]) },
        refused(false, false),
        Judged { error: Some(Failure::new("engine_crashed", "", "")), ..answered(false, Vec::new()) },
        refused(true, true),
        Judged { absent: true, ..answered(true, vec![cited(false, true)]) },
    ];
    let report = summary(&judged);
    let table = [
        ("/present/questions", 4.0),
        ("/present/answered", 0.5),
        ("/present/refused", 0.25),
        ("/present/not_asked", 0.25),
        ("/present/right", 0.25),
        ("/present/right_lenient", 0.5),
        ("/present/cited_right", 0.25),
        ("/present/cited_right_of_answered", 0.5),
        ("/present/citations", 4.0),
        ("/present/wrong_citations", 0.5),
        ("/present/wrong_citations_with_answer", 0.5),
        ("/present/answers_with_wrong_citation", 1.0),
        ("/present/marked", 0.5),
        ("/absent/questions", 2.0),
        ("/absent/refused", 0.5),
        ("/absent/right", 0.5),
        ("/failed", 1.0),
        ("/ttft_ms/p50", 100.0),
        ("/generated_tokens/sum", 80.0),
    ];
    for (figure, wanted) in table {
        assert_eq!(report.pointer(figure).and_then(Value::as_f64), Some(wanted), "{figure}: {report:#}");
    }
    assert!(summary(&[])["present"]["right"].is_null());
}

/// The three documents of the tests below; none has what the others say.
fn passages() -> Vec<Passage> {
    let table = [
        ("d1", "연가 지침", "연가는 재직기간에 따라 15일을 준다."),
        ("d2", "주차 지침", "청사 주차장은 2,000대를 세울 수 있다."),
        ("d3", "보안 지침", "비밀번호는 분기마다 바꾼다."),
    ];
    table.map(|(id, title, text)| Passage { id: id.into(), title: title.into(), text: text.into() }).into()
}

fn analyzer() -> Option<Analyzer> {
    let analyzer = places::dictionary().and_then(|folder| Ok(Analyzer::load(&folder)?));
    if analyzer.is_err() {
        println!("SKIPPED: the dictionary is missing");
    }
    analyzer.ok()
}

fn about_parking() -> Query {
    Query {
        id: "q".to_owned(),
        query: "청사 주차장에 몇 대를 세울 수 있습니까?".to_owned(),
        positive_ids: vec!["d2".to_owned()],
        answers: vec!["2천대".to_owned()],
    }
}

#[tokio::test]
async fn without_its_document_a_question_is_refused_without_a_model() {
    let Some(analyzer) = analyzer() else { return };
    let (passages, folder, query) = (passages(), tempfile::tempdir().unwrap(), about_parking());
    let asked = Asked::open(&passages, analyzer, folder.path()).unwrap();
    // No engine lies there: a question that reaches it fails.
    let assistant = Assistant::new(engine::Engine::new(folder.path().join("none")));
    let absent = asked.ask(&assistant, 0, &Task { query: &query, absent: true }).await.unwrap();
    assert!(absent.refused && !absent.asked && absent.error.is_none(), "{absent:?}");
    let present = asked.ask(&assistant, 1, &Task { query: &query, absent: false }).await.unwrap();
    assert!(!present.refused && present.error.is_some(), "{present:?}");
    let unknown = Query { positive_ids: vec!["d9".to_owned()], ..query };
    let failure = asked.ask(&assistant, 2, &Task { query: &unknown, absent: false }).await.unwrap_err();
    assert_eq!(failure.code, "eval_unreadable");
}

#[test]
fn an_answer_is_held_against_the_lines_that_it_cites() {
    let Some(analyzer) = analyzer() else { return };
    let (passages, folder, query) = (passages(), tempfile::tempdir().unwrap(), about_parking());
    let asked = Asked::open(&passages, analyzer, folder.path()).unwrap();
    let citation = |mark: u32, document: usize| {
        let row = asked.collection.documents[document];
        let passage = asked.collection.vault.passages_of(row).unwrap().remove(0);
        vault::Citation {
            mark,
            passage_id: passage.id,
            document_id: row,
            file: passage.file,
            page: None,
            section: 1,
            heading_path: Vec::new(),
            quote: passage.text,
        }
    };
    let answer = Answer {
        text: "주차장에는 2,000대를 세울 수 있습니다 [1]. 비밀번호는 바꿉니다 [2]. [?]".to_owned(),
        citations: vec![citation(1, 1), citation(2, 2)],
        ..empty_answer()
    };
    let rows = [asked.collection.documents[1]];
    let judged = asked.judged(&Task { query: &query, absent: false }, &rows, answer).unwrap();
    assert!(!judged.right && judged.right_lenient && judged.marked && !judged.refused, "{judged:?}");
    let told: Vec<(&str, bool, bool)> =
        judged.citations.iter().map(|cited| (cited.id.as_str(), cited.positive, cited.holds)).collect();
    assert_eq!(told, [("d2", true, true), ("d3", false, false)]);
}

fn empty_answer() -> Answer {
    Answer {
        text: String::new(),
        citations: Vec::new(),
        documents: Default::default(),
        refused: false,
        state: vault::MessageState::Complete,
        failure: None,
        usage: None,
        ttft_ms: None,
        coverage: None,
        basis: None,
    }
}
