//! Vectors of texts, with the embedding model that set-up brings.

mod common;

use std::path::PathBuf;
use std::time::Duration;

use common::{children, engine, kill_children};
use engine::protocol::Event;
use engine::{Embedder, LoadOptions, Pooling, Prompt, Recipe, Sampling, Turn};

fn model() -> Option<PathBuf> {
    common::model("multilingual-e5-small-q4_0.gguf")
}

/// The embedder with the recipe of its family.
async fn embedder() -> Option<Embedder> {
    let recipe = Recipe {
        id: "e5".into(),
        query_prefix: "query: ".into(),
        passage_prefix: "passage: ".into(),
        pooling: Pooling::Mean,
    };
    Some(Embedder::open(engine(), &model()?, recipe, None).await.unwrap())
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

const LEAVE: &str = "재직기간이 1년 미만인 직원의 연가 일수는 11일로 한다.";
const TRAVEL: &str = "출장을 마친 직원은 돌아온 날부터 7일 이내에 출장 결과를 보고하여야 한다.";
const PARKING: &str = "청사 주차장은 평일 오전 8시부터 오후 7시까지 운영하며, 승용차 2부제를 적용한다.";
const BUDGET: &str = "추가경정예산안은 전쟁이나 대규모 재해가 발생한 때에 편성할 수 있다.";

#[tokio::test]
async fn a_text_has_the_same_vector_of_unit_length_alone_and_among_others() {
    let Some(embedder) = embedder().await else { return };
    let texts = [LEAVE, TRAVEL, PARKING, BUDGET];
    let long = format!("{LEAVE} {TRAVEL} {PARKING} {BUDGET} ").repeat(4);
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).chain([long]).collect();
    let together = embedder.passages(texts.clone()).await.unwrap();
    assert_eq!((embedder.dimensions(), together.len()), (384, texts.len()));
    for (text, vector) in texts.iter().zip(&together) {
        assert_eq!(vector.len(), embedder.dimensions());
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-5, "{text}");
        let alone = embedder.passages(vec![text.clone()]).await.unwrap();
        assert!(cosine(vector, &alone[0]) > 0.999, "{text}: {}", cosine(vector, &alone[0]));
    }
    assert_eq!(embedder.passages(Vec::new()).await.unwrap(), Vec::<Vec<f32>>::new());
}

#[tokio::test]
async fn a_question_is_nearest_to_the_passage_that_answers_it() {
    let Some(embedder) = embedder().await else { return };
    let passages = [LEAVE, TRAVEL, PARKING, BUDGET];
    let vectors = embedder.passages(passages.map(str::to_owned).to_vec()).await.unwrap();
    let table = [
        ("입사한 지 반년 된 사람은 휴가를 며칠 쓸 수 있습니까?", LEAVE),
        ("다녀와서 언제까지 결과 보고서를 내야 합니까?", TRAVEL),
        ("차를 몇 시까지 세울 수 있습니까?", PARKING),
        ("큰 재난이 났을 때 나라 살림을 더 짤 수 있습니까?", BUDGET),
    ];
    for (question, wanted) in table {
        let vector = embedder.query(question).await.unwrap();
        let nearest = (0..passages.len()).max_by(|one, other| {
            cosine(&vector, &vectors[*one]).total_cmp(&cosine(&vector, &vectors[*other]))
        });
        assert_eq!(nearest.map(|index| passages[index]), Some(wanted), "{question}");
    }
}

#[tokio::test]
async fn one_text_in_several_spellings_of_unicode_has_one_vector() {
    let Some(embedder) = embedder().await else { return };
    let spellings = ["한글 문서 12호", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 문서\n\n１２호"];
    let vectors = embedder.passages(spellings.map(str::to_owned).to_vec()).await.unwrap();
    assert!(cosine(&vectors[0], &vectors[1]) > 0.9999);
}

#[tokio::test]
async fn a_text_longer_than_the_window_is_not_cut() {
    let Some(embedder) = embedder().await else { return };
    // Some 4,000 tokens, of which the last sentence alone is another.
    let body = format!("{LEAVE} {TRAVEL} ").repeat(80);
    let ends = [PARKING, BUDGET].map(|end| format!("{body}{}", format!("{end} ").repeat(8)));
    let vectors = embedder.passages(ends.to_vec()).await.unwrap();
    assert!(vectors.iter().all(|vector| (cosine(vector, vector) - 1.0).abs() < 1e-5));
    assert!(cosine(&vectors[0], &vectors[1]) < 0.99999, "what is behind the window makes no difference");
    let question = embedder.query("청사 주차장은 언제 운영합니까?").await.unwrap();
    assert!(cosine(&question, &vectors[0]) > cosine(&question, &vectors[1]));
}

#[tokio::test]
async fn a_question_does_not_wait_for_the_passages_and_a_dropped_list_is_given_up() {
    let Some(embedder) = embedder().await else { return };
    let passages = vec![format!("{LEAVE} {TRAVEL} {PARKING} {BUDGET} ").repeat(4); 400];
    let reading = tokio::spawn({
        let embedder = embedder.clone();
        async move { embedder.passages(passages).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    embedder.query("연가는 며칠입니까?").await.unwrap();
    assert!(!reading.is_finished(), "the question waited for the passages");
    reading.abort();
    tokio::time::timeout(Duration::from_secs(30), embedder.query("연가는 며칠입니까?")).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_model_does_only_what_it_was_loaded_for() {
    let Some(model) = model() else { return };
    let engine = engine();
    let prompt = Prompt::new(vec![Turn::new("user", "안녕")], 4, Sampling::Greedy);
    let embed = engine::Task::Embed { pooling: Pooling::Mean };
    engine.load(&model, LoadOptions { task: embed, ..LoadOptions::default() }, |_| {}).await.unwrap();
    let chatted = engine.generate(prompt).await.unwrap().next().await;
    assert!(matches!(&chatted, Some(Event::Failed { failure }) if failure.code == "model_wrong_task"), "{chatted:?}");
    assert_eq!(engine.bench(4, 4, 1).await.unwrap_err().code, "model_wrong_task");
    let texts = vec![LEAVE.to_owned()];
    assert_eq!(engine.rank("연가".into(), texts.clone()).await.unwrap_err().code, "model_wrong_task");
    assert_eq!(engine.count(texts.clone()).await.unwrap().len(), 1);

    if let Some(chat) = common::model("smollm2-135m-instruct-q4_1.gguf") {
        engine.load(&chat, LoadOptions::default(), |_| {}).await.unwrap();
        assert_eq!(engine.embed(String::new(), texts, false).await.unwrap_err().code, "model_wrong_task");
    }
    // A model without a head for it cannot rank.
    let failure = engine::Reranker::open(engine.clone(), &model, None).await.err().unwrap();
    assert_eq!(failure.code, "model_wrong_task");
}

#[tokio::test]
async fn a_prefix_that_fills_the_window_is_refused() {
    let Some(model) = model() else { return };
    let engine = engine();
    let task = engine::Task::Embed { pooling: Pooling::Mean };
    let options = LoadOptions { context_tokens: Some(16), task, ..LoadOptions::default() };
    assert_eq!(engine.load(&model, options, |_| {}).await.unwrap().context_tokens, 16);
    let prefix = "규정 ".repeat(40);
    assert_eq!(engine.embed(prefix, vec![LEAVE.into()], false).await.unwrap_err().code, "text_too_long");
    assert_eq!(engine.embed(String::new(), vec![LEAVE.repeat(4)], false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_crash_the_next_question_is_embedded_as_before() {
    let Some(embedder) = embedder().await else { return };
    let before = embedder.query("연가는 며칠입니까?").await.unwrap();
    kill_children();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (one, other) = tokio::join!(embedder.query("연가는 며칠입니까?"), embedder.query("연가는 며칠입니까?"));
    assert!(cosine(&one.unwrap(), &before) > 0.9999);
    assert!(cosine(&other.unwrap(), &before) > 0.9999);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn embedding_yields_to_everything_else_on_the_machine() {
    let Some(embedder) = embedder().await else { return };
    embedder.query("연가").await.unwrap();
    let [engine] = children()[..] else { panic!("one child") };
    let stat = std::fs::read_to_string(format!("/proc/{engine}/stat")).unwrap();
    // Behind the name in brackets; nice is the nineteenth field of all (proc(5)).
    let nice = stat.rsplit(')').next().and_then(|fields| fields.split_whitespace().nth(16));
    assert_eq!(nice, Some("15"));
}
