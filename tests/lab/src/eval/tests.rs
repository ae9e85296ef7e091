use super::*;

fn set() -> Option<(PathBuf, Analyzer)> {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval/korquad-dev");
    let analyzer = places::dictionary().and_then(|folder| Ok(Analyzer::load(&folder)?));
    match (set.is_dir(), analyzer) {
        (true, Ok(analyzer)) => Some((set, analyzer)),
        _ => {
            println!("SKIPPED: ../shared/eval/korquad-dev or the dictionary is missing");
            None
        }
    }
}

fn mrr(report: &Value, ranking: &str) -> f64 {
    report[ranking]["mrr@10"].as_f64().unwrap()
}

/// Measured over all 5,764 questions; a change that loses more than noise fails here.
#[tokio::test]
async fn words_find_as_much_as_was_measured_on_korquad() {
    let Some((set, analyzer)) = set() else { return };
    let corpus = Corpus::read(&set.join("corpus.jsonl"), &set.join("queries.jsonl")).unwrap();
    let report = retrieval(&corpus.thinned(Some(1500)), &Models::default(), analyzer).await.unwrap();
    assert!(mrr(&report, "lexical") >= 0.955, "{report}");
    assert!(report["hybrid"].is_null());
}

/// On the first 120 passages: embedding all of them takes minutes.
#[tokio::test(flavor = "multi_thread")]
async fn words_and_meaning_together_find_no_less_than_words() {
    let Some((set, analyzer)) = set() else { return };
    let Ok(Some(embedder)) = places::embedder(None).await else {
        println!("SKIPPED: there is no embedding model");
        return;
    };
    let corpus = Corpus::read(&set.join("corpus.jsonl"), &set.join("queries.jsonl")).unwrap();
    let models = Models { embedder: Some(embedder), reranker: None };
    let report = retrieval(&corpus.opening(120).thinned(Some(400)), &models, analyzer).await.unwrap();
    assert!(mrr(&report, "lexical") >= 0.96, "{report}");
    assert!(mrr(&report, "hybrid") >= mrr(&report, "lexical"), "{report}");
}
