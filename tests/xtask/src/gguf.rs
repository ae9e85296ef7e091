//! Writing a GGUF file, version 3, little-endian: header, keys with values, descriptions of tensors, their data.
//! The format is `docs/gguf.md` of the ggml project.

use std::io::{self, Write};

/// What a key has.
pub enum Value<'a> {
    /// A number.
    U32(u32),
    /// A fraction.
    F32(f32),
    /// Yes or no.
    Bool(bool),
    /// A text.
    Text(&'a str),
    /// Texts, which need not be UTF-8.
    Texts(&'a [Vec<u8>]),
    /// Fractions.
    F32s(&'a [f32]),
    /// Numbers that may be negative.
    I32s(&'a [i32]),
}

/// How the numbers of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Four bytes each.
    F32,
    /// Blocks of 32: a half-precision scale and four bits each.
    Q4_0,
}

impl Kind {
    /// The bytes that numbers of these dimensions take, as far as they are whole blocks; more than any file has where
    /// they cannot be counted.
    pub fn bytes(self, dimensions: &[usize]) -> usize {
        let numbers = dimensions.iter().fold(1_usize, |numbers, size| numbers.saturating_mul(*size));
        match self {
            Self::F32 => numbers.saturating_mul(4),
            Self::Q4_0 => (numbers / 32).saturating_mul(18),
        }
    }
}

/// A named array of numbers.
pub struct Tensor<'a> {
    /// As llama.cpp looks for it.
    pub name: String,
    /// How its numbers are stored.
    pub kind: Kind,
    /// Its dimensions, that of neighbouring numbers first.
    pub dimensions: Vec<usize>,
    /// Its numbers.
    pub data: &'a [u8],
}

const ALIGNMENT: usize = 32;

/// Writes a file of these keys, whose first is to be `general.architecture`, and tensors; gives its length in bytes.
pub fn write(keys: &[(&str, Value)], tensors: &[Tensor], out: &mut impl Write) -> io::Result<u64> {
    let mut head = b"GGUF\x03\0\0\0".to_vec();
    put_length(&mut head, tensors.len());
    put_length(&mut head, keys.len());
    for (key, value) in keys {
        put_text(&mut head, key.as_bytes());
        put_value(&mut head, value);
    }
    let mut offset = 0;
    for tensor in tensors {
        put_text(&mut head, tensor.name.as_bytes());
        head.extend((tensor.dimensions.len() as u32).to_le_bytes());
        tensor.dimensions.iter().for_each(|size| put_length(&mut head, *size));
        head.extend(match tensor.kind {
            Kind::F32 => 0_u32.to_le_bytes(),
            Kind::Q4_0 => 2_u32.to_le_bytes(),
        });
        put_length(&mut head, offset);
        offset += tensor.data.len().next_multiple_of(ALIGNMENT);
    }
    let mut written = 0;
    for piece in std::iter::once(&*head).chain(tensors.iter().map(|tensor| tensor.data)) {
        let padding = piece.len().next_multiple_of(ALIGNMENT) - piece.len();
        out.write_all(piece)?;
        out.write_all(&[0; ALIGNMENT][..padding])?;
        written += (piece.len() + padding) as u64;
    }
    Ok(written)
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend((length as u64).to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    put_length(out, text.len());
    out.extend(text);
}

/// The type's number, then the value; of an array the elements' type and their count in between.
fn put_value(out: &mut Vec<u8>, value: &Value) {
    let mut put_type = |numbers: &[u32]| numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
    match value {
        Value::U32(_) => put_type(&[4]),
        Value::F32(_) => put_type(&[6]),
        Value::Bool(_) => put_type(&[7]),
        Value::Text(_) => put_type(&[8]),
        Value::Texts(_) => put_type(&[9, 8]),
        Value::F32s(_) => put_type(&[9, 6]),
        Value::I32s(_) => put_type(&[9, 5]),
    }
    match value {
        Value::U32(number) => out.extend(number.to_le_bytes()),
        Value::F32(number) => out.extend(number.to_le_bytes()),
        Value::Bool(yes) => out.push(u8::from(*yes)),
        Value::Text(text) => put_text(out, text.as_bytes()),
        Value::Texts(texts) => {
            put_length(out, texts.len());
            texts.iter().for_each(|text| put_text(out, text));
        }
        Value::F32s(numbers) => {
            put_length(out, numbers.len());
            numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
        }
        Value::I32s(numbers) => {
            put_length(out, numbers.len());
            numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_laid_out_as_the_format_says() {
        let keys = [("general.architecture", Value::Text("bert")), ("x", Value::I32s(&[-1]))];
        let data = [1_u8; 36];
        let tensors = [
            Tensor { name: "a".into(), kind: Kind::Q4_0, dimensions: vec![32, 2], data: &data },
            Tensor { name: "b".into(), kind: Kind::F32, dimensions: vec![1], data: &data[..4] },
        ];
        let mut file = Vec::new();
        let written = write(&keys, &tensors, &mut file).expect("written");
        assert_eq!(written, file.len() as u64);

        let mut wanted = b"GGUF".to_vec();
        wanted.extend(3_u32.to_le_bytes());
        [2_u64, 2].iter().for_each(|count| wanted.extend(count.to_le_bytes()));
        wanted.extend(20_u64.to_le_bytes());
        wanted.extend(b"general.architecture\x08\0\0\0\x04\0\0\0\0\0\0\0bert");
        wanted.extend(b"\x01\0\0\0\0\0\0\0x\x09\0\0\0\x05\0\0\0\x01\0\0\0\0\0\0\0\xff\xff\xff\xff");
        wanted.extend(b"\x01\0\0\0\0\0\0\0a\x02\0\0\0");
        [32_u64, 2].iter().for_each(|size| wanted.extend(size.to_le_bytes()));
        wanted.extend(b"\x02\0\0\0\0\0\0\0\0\0\0\0");
        wanted.extend(b"\x01\0\0\0\0\0\0\0b\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0");
        wanted.extend(64_u64.to_le_bytes());
        wanted.resize(wanted.len().next_multiple_of(32), 0);
        wanted.extend(data);
        wanted.resize(wanted.len().next_multiple_of(32), 0);
        wanted.extend(&data[..4]);
        wanted.resize(wanted.len().next_multiple_of(32), 0);
        assert_eq!(file, wanted);
    }
}
