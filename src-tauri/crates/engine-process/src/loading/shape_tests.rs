use super::*;

#[path = "../../../../../tests/xtask/src/gguf.rs"]
#[expect(dead_code, reason = "set-up writes more than these headers need")]
mod gguf;

use gguf::{Kind, Tensor, Value};

/// A header of two layers, the second without attention, with weights of 4 bytes a number.
fn file(keys: &[(&str, Value)], output: bool) -> Vec<u8> {
    let zeros = vec![0; 4 * 64];
    let mut names = vec![("token_embd.weight", 64), ("blk.0.attn_q.weight", 32), ("blk.1.ffn_up.weight", 16)];
    names.extend([("blk.9.of_no_layer", 8), ("output_norm.weight", 4)]);
    names.extend(output.then_some(("output.weight", 64)));
    let tensors: Vec<Tensor> = names
        .into_iter()
        .map(|(name, numbers)| Tensor {
            name: name.to_owned(),
            kind: Kind::F32,
            dimensions: vec![numbers],
            data: &zeros[..4 * numbers],
        })
        .collect();
    let mut bytes = Vec::new();
    gguf::write(keys, &tensors, &mut bytes).unwrap();
    bytes
}

fn keys<'a>(words: &'a [Vec<u8>], kv_heads: &'a [i32]) -> Vec<(&'a str, Value<'a>)> {
    vec![
        ("general.architecture", Value::Text("llama")),
        ("llama.context_length", Value::U32(4096)),
        ("llama.embedding_length", Value::U32(256)),
        ("llama.feed_forward_length", Value::U32(1024)),
        ("llama.block_count", Value::U32(2)),
        ("llama.attention.head_count", Value::U32(4)),
        ("llama.attention.head_count_kv", Value::I32s(kv_heads)),
        ("tokenizer.ggml.tokens", Value::Texts(words)),
    ]
}

fn read(bytes: &[u8]) -> Option<Shape> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, bytes).unwrap();
    Shape::read(&path)
}

#[test]
fn a_header_tells_what_a_model_takes() {
    let words = [b"a".to_vec(), b"b".to_vec(), b"c".to_vec()];
    let shape = read(&file(&keys(&words, &[2, 0]), true)).unwrap();
    let layers = vec![Layer { weights: 4 * 32, kept: 2 * (64 + 64) }, Layer { weights: 4 * 16, kept: 0 }];
    let wanted = Shape {
        trained: 4096,
        vocabulary: 3,
        embedding: 256,
        heads: 4,
        feed_forward: 1024,
        layers,
        beside: 4 * (64 + 8 + 4 + 64),
        output: 4 * 64,
        tied: false,
        parameters: 64 + 32 + 16 + 8 + 4 + 64,
        causal: true,
        in_blocks: true,
    };
    assert_eq!(shape, wanted);
    assert_eq!(shape.weights(), 4 * shape.parameters);
}

#[test]
fn an_output_layer_without_weights_of_its_own_has_those_of_the_input() {
    let shape = read(&file(&keys(&[], &[2]), false)).unwrap();
    assert!(shape.tied);
    assert_eq!(shape.output, 4 * 64);
}

#[test]
fn a_model_that_reads_both_ways_keeps_nothing() {
    let mut keys = keys(&[], &[2]);
    keys.push(("llama.attention.causal", Value::Bool(false)));
    let shape = read(&file(&keys, true)).unwrap();
    assert!(!shape.causal && shape.layers.iter().all(|layer| layer.kept == 0));
}

#[test]
fn numbers_are_whole_and_negative_ones_count_nothing() {
    let table: [(&[u8], bool, u64); 6] = [
        (&[7], false, 7),
        (&[0xff], false, 255),
        (&[0xff], true, 0),
        (&[0, 1], true, 256),
        (&[0xff, 0xff, 0xff, 0x7f], true, 0x7fff_ffff),
        (&[0xff; 8], false, u64::MAX),
    ];
    for (bytes, signed, wanted) in table {
        assert_eq!(whole_number(bytes, signed), wanted, "{bytes:?}");
    }
}

#[test]
fn a_damaged_header_gives_measures_or_none_and_never_ends_the_process() {
    let words = [b"a".to_vec()];
    let whole = file(&keys(&words, &[2, 0]), true);
    for at in 0..whole.len().min(900) {
        for damage in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = damage;
            if let Some(shape) = read(&bytes) {
                assert!(shape.layers.len() as u64 <= MAX_LAYERS, "byte {at} as {damage}");
            }
        }
    }
    for length in (0..whole.len()).step_by(7) {
        read(&whole[..length]);
    }
}
