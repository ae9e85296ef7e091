//! Ranking, with a reranker of one layer that is made here: its weights are noise, so its scores mean nothing, but
//! they come by the way that those of a real one come.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;
#[path = "../../../../tests/xtask/src/gguf.rs"]
#[expect(dead_code, reason = "set-up writes more than this reranker needs")]
mod gguf;

use std::path::{Path, PathBuf};

use common::engine;
use engine::Reranker;
use gguf::{Kind, Tensor, Value};

const WIDTH: usize = 32;
const INNER: usize = 64;
const WINDOW: usize = 64;
const WORDS: [&str; 14] = [
    "<s>", "<pad>", "</s>", "<unk>", "▁", "▁연가는", "▁며칠입니까", "▁11일로", "▁한다", "▁출장을", "▁마치고", "▁보고한다",
    "▁청사", "▁주차장",
];

/// Numbers between -1 and 1, the same for the same seed (Knuth's MMIX generator).
fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0).to_le_bytes()
    };
    std::iter::repeat_with(next).take(count).flatten().collect()
}

fn ones(count: usize) -> Vec<u8> {
    [1_f32.to_le_bytes()].concat().repeat(count)
}

/// The network's tensors: name, dimensions, numbers. The head is noise, or gives `always` whatever it reads.
fn network(head: Option<Head>) -> Vec<(String, Vec<usize>, Vec<u8>)> {
    let mut tensors: Vec<(String, Vec<usize>)> = [
        ("token_embd.weight", vec![WIDTH, WORDS.len()]),
        ("position_embd.weight", vec![WIDTH, WINDOW]),
        ("token_types.weight", vec![WIDTH, 1]),
        ("blk.0.attn_q.weight", vec![WIDTH, WIDTH]),
        ("blk.0.attn_k.weight", vec![WIDTH, WIDTH]),
        ("blk.0.attn_v.weight", vec![WIDTH, WIDTH]),
        ("blk.0.attn_output.weight", vec![WIDTH, WIDTH]),
        ("blk.0.ffn_up.weight", vec![WIDTH, INNER]),
        ("blk.0.ffn_down.weight", vec![INNER, WIDTH]),
        ("token_embd_norm.bias", vec![WIDTH]),
        ("blk.0.attn_output_norm.bias", vec![WIDTH]),
        ("blk.0.layer_output_norm.bias", vec![WIDTH]),
    ]
    .map(|(name, dimensions)| (name.to_owned(), dimensions))
    .to_vec();
    if head.is_some() {
        tensors.push(("cls.weight".into(), vec![WIDTH, WIDTH]));
        tensors.push(("cls.bias".into(), vec![WIDTH]));
    }
    let mut tensors: Vec<_> = (1..)
        .zip(tensors)
        .map(|(seed, (name, dimensions))| {
            let numbers = noise(seed, dimensions.iter().product());
            (name, dimensions, numbers)
        })
        .collect();
    for name in ["token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"] {
        tensors.push((format!("{name}.weight"), vec![WIDTH], ones(WIDTH)));
    }
    let last = |weights, bias: f32| {
        let weights = ("cls.output.weight".to_owned(), vec![WIDTH, 1], weights);
        [weights, ("cls.output.bias".to_owned(), vec![1], bias.to_le_bytes().to_vec())]
    };
    match head {
        Some(Head::Noise) => tensors.extend(last(noise(99, WIDTH), 0.0)),
        Some(Head::Always(score)) => tensors.extend(last(vec![0; WIDTH * 4], score)),
        None => {}
    }
    tensors
}

enum Head {
    Noise,
    Always(f32),
}

fn reranker(folder: &Path, name: &str, head: Option<Head>) -> PathBuf {
    let words = WORDS.map(|word| word.as_bytes().to_vec());
    let scores = [-1.0; WORDS.len()];
    let mut kinds = [1; WORDS.len()];
    kinds[..4].copy_from_slice(&[3, 3, 3, 2]);
    let keys = [
        ("general.architecture", Value::Text("bert")),
        ("bert.context_length", Value::U32(WINDOW as u32)),
        ("bert.embedding_length", Value::U32(WIDTH as u32)),
        ("bert.feed_forward_length", Value::U32(INNER as u32)),
        ("bert.block_count", Value::U32(1)),
        ("bert.attention.head_count", Value::U32(2)),
        ("bert.attention.layer_norm_epsilon", Value::F32(1e-5)),
        ("bert.attention.causal", Value::Bool(false)),
        ("tokenizer.ggml.model", Value::Text("t5")),
        ("tokenizer.ggml.pre", Value::Text("default")),
        ("tokenizer.ggml.tokens", Value::Texts(&words)),
        ("tokenizer.ggml.scores", Value::F32s(&scores)),
        ("tokenizer.ggml.token_type", Value::I32s(&kinds)),
        ("tokenizer.ggml.token_type_count", Value::U32(1)),
        ("tokenizer.ggml.add_space_prefix", Value::Bool(true)),
        ("tokenizer.ggml.remove_extra_whitespaces", Value::Bool(true)),
        ("tokenizer.ggml.bos_token_id", Value::U32(0)),
        ("tokenizer.ggml.padding_token_id", Value::U32(1)),
        ("tokenizer.ggml.eos_token_id", Value::U32(2)),
        ("tokenizer.ggml.seperator_token_id", Value::U32(2)),
        ("tokenizer.ggml.unknown_token_id", Value::U32(3)),
        ("tokenizer.ggml.add_bos_token", Value::Bool(true)),
        ("tokenizer.ggml.add_eos_token", Value::Bool(true)),
        ("tokenizer.ggml.add_sep_token", Value::Bool(true)),
    ];
    let network = network(head);
    let tensors: Vec<Tensor> = network
        .iter()
        .map(|(name, dimensions, data)| Tensor {
            name: name.clone(),
            kind: Kind::F32,
            dimensions: dimensions.clone(),
            data,
        })
        .collect();
    let path = folder.join(name);
    gguf::write(&keys, &tensors, &mut std::fs::File::create(&path).unwrap()).unwrap();
    path
}

const QUERY: &str = "연가는 며칠입니까";

fn texts() -> Vec<String> {
    ["연가는 11일로 한다", "출장을 마치고 보고한다", "청사 주차장", ""].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn a_score_comes_from_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let path = reranker(folder.path(), "always.gguf", Some(Head::Always(0.25)));
    let reranker = Reranker::open(engine(), &path, None).await.unwrap();
    assert_eq!(reranker.rank(QUERY, texts()).await.unwrap(), [0.25; 4]);
    assert_eq!(reranker.rank(QUERY, Vec::new()).await.unwrap(), [0.0; 0]);
}

#[tokio::test]
async fn a_score_depends_on_query_and_text_and_on_nothing_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = reranker(folder.path(), "noise.gguf", Some(Head::Noise));
    let reranker = Reranker::open(engine(), &path, None).await.unwrap();
    let together = reranker.rank(QUERY, texts()).await.unwrap();
    for (text, score) in texts().into_iter().zip(&together) {
        let alone = reranker.rank(QUERY, vec![text.clone()]).await.unwrap();
        assert!((alone[0] - score).abs() < 1e-3, "{text}: {score} and alone {}", alone[0]);
        let of_another_query = reranker.rank("청사 주차장", vec![text.clone()]).await.unwrap();
        assert!((of_another_query[0] - score).abs() > 1e-3, "{text}: the query makes no difference");
    }
    let mut different = together.clone();
    different.sort_by(f32::total_cmp);
    different.dedup_by(|one, other| (*one - *other).abs() < 1e-3);
    assert!(different.len() > 1, "the text makes no difference: {together:?}");
}

#[tokio::test]
async fn a_text_longer_than_the_window_has_the_score_of_its_best_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = reranker(folder.path(), "noise.gguf", Some(Head::Noise));
    let reranker = Reranker::open(engine(), &path, None).await.unwrap();
    // Halves of 40 words and of the same length, where a window has 64 tokens.
    let half = |words: &str| [words; 20].join(" ");
    let halves = [half("연가는 마치고"), half("출장을 주차장")];
    let parts = reranker.rank(QUERY, halves.to_vec()).await.unwrap();
    let whole = reranker.rank(QUERY, vec![halves.join(" ")]).await.unwrap();
    assert!((parts[0] - parts[1]).abs() > 1e-3);
    assert!((whole[0] - parts[0].max(parts[1])).abs() < 1e-3, "{whole:?} of {parts:?}");
}

#[tokio::test]
async fn a_query_that_fills_the_window_is_refused_and_a_model_without_a_head_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = reranker(folder.path(), "noise.gguf", Some(Head::Noise));
    let ranking = Reranker::open(engine(), &path, None).await.unwrap();
    let failure = ranking.rank(&[QUERY; 40].join(" "), texts()).await.unwrap_err();
    assert_eq!(failure.code, "text_too_long");
    let headless = reranker(folder.path(), "headless.gguf", None);
    let failure = Reranker::open(engine(), &headless, None).await.err().unwrap();
    assert_eq!(failure.code, "model_wrong_task");
}
