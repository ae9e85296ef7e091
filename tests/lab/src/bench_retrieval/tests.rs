use super::*;

#[test]
fn growth_is_a_line_a_size() {
    let times = |p50_ms| Times { p50_ms, p95_ms: 2.0 * p50_ms };
    let row = Row {
        passages: 10_000,
        index_seconds: 2.5,
        index_bytes: 30 << 20,
        first_ms: 8.0,
        lexical: times(1.0),
        lexical_named: times(4.0),
        vector_seconds: 0.5,
        vector_bytes: 15 << 20,
        dense: times(2.0),
        hybrid: times(3.0),
        resident_before: Some(90 << 20),
        resident_index: Some(120 << 20),
        resident_vectors: None,
    };
    let text = table(&[row.clone(), row]);
    let words = |line: usize| text.lines().nth(line).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(1), "10000 2.5 30 1.0 / 2.0 4.0 / 8.0 0.5 15 2.0 / 4.0 3.0 / 6.0 90 → 120 → -");
    assert_eq!(text.lines().count(), 4);
    assert!(text.lines().take(3).all(|line| line.chars().count() == text.lines().next().unwrap().chars().count()));
}

#[test]
fn a_small_collection_is_measured() {
    let Ok(analyzer) = places::dictionary().and_then(|folder| Ok(Analyzer::load(&folder)?)) else {
        println!("SKIPPED: the dictionary is missing");
        return;
    };
    let table = [
        ("a", "연가", "연가는 15일이다. 연가는 미리 신청한다."),
        ("b", "병가", "병가는 60일이다. 진단서를 낸다."),
        ("c", "출장", "출장은 명령을 받는다. 여비를 지급한다."),
    ];
    let passages = table.map(|(id, title, text)| Passage { id: id.into(), title: title.into(), text: text.into() });
    let sentences: Vec<usize> = passages.iter().map(|passage| sentences_of(passage, &analyzer).len()).collect();
    assert_eq!(sentences, [3, 3, 3]);
    let query = |id: &str, query: &str| Query {
        id: String::new(),
        query: query.to_owned(),
        positive_ids: vec![id.to_owned()],
        answers: Vec::new(),
    };
    let base = Base::new(passages.iter().map(|passage| sentences_of(passage, &analyzer)));
    let mut random = Random::new(1);
    let vectors = clustered(base.len(), 16, &mut random);
    let queries = vec![query("a", "연가는 며칠입니까?"), query("b", "병가는 며칠입니까?")];
    let questions = asked(&passages, queries, &vectors, &mut random);
    let inputs = Inputs { analyzer, base, vectors, questions, seed: 1 };
    let row = measure(&inputs, 500).unwrap();
    assert!(row.passages == 500 && row.vector_bytes >= 500 * (8 + 16), "{row:?}");
    assert!(row.index_bytes > 1_000 && row.lexical.p50_ms > 0.0 && row.hybrid.p95_ms > 0.0, "{row:?}");
}
