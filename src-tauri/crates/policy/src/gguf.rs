//! The check of a GGUF model file before the engine's C++ reads it: what the header announces must be there.
//!
//! The format is `docs/gguf.md` of the ggml project, versions 2 and 3, little-endian. Nothing is believed before it is
//! compared with what is left of the file, so that a forged length costs no memory; the limits below are far above any
//! real model.

mod source;
mod template;
mod tensors;

use std::collections::HashSet;
use std::io::{self, Read, Seek};

use sha2::{Digest, Sha256};

use crate::error::{Defect, Error, Result};
use source::Source;

pub use template::{MAX_TEMPLATE, check_template};

/// No version will soon be higher, in either order of bytes: behind the magic number stands a text.
pub(crate) const HIGHEST_VERSION: u32 = 1_000;
/// The most keys; real models have under a hundred.
const MAX_KEYS: u64 = 1 << 14;
/// The most tensors; real models have a few thousand.
const MAX_TENSORS: u64 = 1 << 16;
/// The longest key, in bytes.
const MAX_KEY: u64 = 64 << 10;
/// The longest text, in bytes.
const MAX_TEXT: u64 = 16 << 20;
/// The most elements of all arrays of texts and of arrays together: they are walked one by one.
const MAX_ELEMENTS: u64 = 1 << 24;
/// How deep arrays lie in arrays.
const MAX_DEPTH: u32 = 4;
/// Where `general.alignment` is not given, in bytes.
const ALIGNMENT: u64 = 32;
/// The fewest bytes of a key with its value, and of a tensor's description: length, type, one byte; length, number of
/// dimensions, type, offset.
const SMALLEST: (u64, u64) = (8 + 4 + 1, 8 + 4 + 4 + 8);

/// What a GGUF says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The format's version, 2 or 3.
    pub version: u32,
    /// `general.architecture`.
    pub architecture: Option<String>,
    /// `general.name`.
    pub name: Option<String>,
    /// `tokenizer.chat_template`, not yet checked: see [`check_template`].
    pub chat_template: Option<String>,
    /// The number of tensors.
    pub tensors: u64,
    /// The numbers of all tensors together: what a model is called by, "7.8B".
    pub parameters: u64,
    /// The architecture's `context_length`, in tokens.
    pub context_length: Option<u64>,
    /// `general.file_type`, llama.cpp's number of the way in which most tensors are quantised.
    pub file_type: Option<u64>,
    /// `general.license`, as the file's maker put it.
    pub license: Option<String>,
}

/// Reads and checks the header of a GGUF of `bytes` bytes; leaves the weights themselves unread.
///
/// A model that is split into several files is refused: the engine would open the others by their names, and no sum
/// would have been taken of them.
///
/// # Errors
/// [`Error::NotGguf`], [`Error::ModelVersion`], [`Error::ModelSplit`], [`Error::ModelDamaged`] with its [`Defect`],
/// [`Error::ModelUnreadable`].
pub fn check(reader: impl Read + Seek, bytes: u64) -> Result<Header> {
    let mut source = Source::new(reader, bytes)?;
    let mut magic = [0; 4];
    match source.fill(&mut magic) {
        Ok(()) if &magic == b"GGUF" => {}
        Err(error @ Error::ModelUnreadable(_)) => return Err(error),
        _ => return Err(Error::NotGguf),
    }
    let version = source.u32()?;
    if version.min(version.swap_bytes()) > HIGHEST_VERSION {
        return Err(Error::NotGguf);
    }
    if !(2..=3).contains(&version) {
        return Err(Error::ModelVersion(version));
    }
    let (tensors, keys) = (source.u64()?, source.u64()?);
    if keys > MAX_KEYS || keys * SMALLEST.0 > source.left() {
        return Err(Defect::KeyCount.into());
    }
    if tensors > MAX_TENSORS || tensors * SMALLEST.1 > source.left() {
        return Err(Defect::TensorCount.into());
    }
    let metadata = Metadata::read(&mut source, keys)?;
    let parameters = tensors::check(&mut source, tensors, metadata.alignment)?;
    Ok(metadata.header(version, tensors, parameters))
}

/// The SHA-256 of all that is left in `reader`, in lower-case hexadecimal; reads a MiB at a time.
///
/// # Errors
/// The reader's.
pub fn sha256(mut reader: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(format!("{:x}", hash.finalize())),
            Ok(count) => hash.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The keys that this program looks at.
struct Metadata {
    architecture: Option<String>,
    name: Option<String>,
    chat_template: Option<String>,
    license: Option<String>,
    file_type: Option<u64>,
    alignment: u64,
    /// Each `*.context_length`: the architecture, which tells the right one, may come after it.
    context_lengths: Vec<(String, u64)>,
}

/// A value as far as it is looked at.
enum Value {
    Number(u64),
    Text(String),
    Other,
}

impl Metadata {
    fn read(source: &mut Source<impl Read + Seek>, keys: u64) -> Result<Self> {
        let mut metadata = Self {
            architecture: None,
            name: None,
            chat_template: None,
            license: None,
            file_type: None,
            alignment: ALIGNMENT,
            context_lengths: Vec::new(),
        };
        let mut seen = HashSet::new();
        let mut budget = MAX_ELEMENTS;
        for _ in 0..keys {
            let key = source.text(MAX_KEY, Defect::KeyLength)?;
            if key.is_empty() {
                return Err(Defect::KeyLength.into());
            }
            let kind = source.u32()?;
            let kept = matches!(
                key.as_str(),
                "general.architecture" | "general.name" | "general.license" | "tokenizer.chat_template"
            );
            let value = value(source, kind, kept, &mut budget)?;
            metadata.keep(&key, kind, value)?;
            if !seen.insert(key) {
                return Err(Defect::KeyTwice.into());
            }
        }
        Ok(metadata)
    }

    fn keep(&mut self, key: &str, kind: u32, value: Value) -> Result<()> {
        let text = |value| match value {
            Value::Text(text) => Ok(Some(text)),
            Value::Number(_) | Value::Other => Err(Defect::ValueType),
        };
        match key {
            "general.architecture" => self.architecture = text(value)?,
            "general.name" => self.name = text(value)?,
            "tokenizer.chat_template" => self.chat_template = text(value)?,
            // What is not what it should be costs a column of a list, and not the model.
            "general.license" => self.license = text(value).unwrap_or_default(),
            "general.file_type" => {
                if let Value::Number(number) = value {
                    self.file_type = Some(number);
                }
            }
            "general.alignment" => {
                self.alignment = match value {
                    Value::Number(number) if kind == U32 && number.is_power_of_two() => number,
                    Value::Number(_) if kind == U32 => return Err(Defect::Alignment.into()),
                    _ => return Err(Defect::ValueType.into()),
                };
            }
            "split.count" => {
                if let Value::Number(count @ 2..) = value {
                    return Err(Error::ModelSplit(count));
                }
            }
            _ => {
                if let (Some(architecture), Value::Number(length)) = (key.strip_suffix(".context_length"), value) {
                    self.context_lengths.push((architecture.to_owned(), length));
                }
            }
        }
        Ok(())
    }

    fn header(self, version: u32, tensors: u64, parameters: u64) -> Header {
        let own = |(architecture, _): &&(String, u64)| Some(architecture) == self.architecture.as_ref();
        let context_length = self.context_lengths.iter().find(own).map(|(_, length)| *length);
        Header {
            version,
            architecture: self.architecture,
            name: self.name,
            chat_template: self.chat_template,
            tensors,
            parameters,
            context_length,
            file_type: self.file_type,
            license: self.license,
        }
    }
}

const U32: u32 = 4;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;

/// The bytes of a number of this type; `None` for texts, arrays and types that the format does not have.
fn width(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn value(source: &mut Source<impl Read + Seek>, kind: u32, kept: bool, budget: &mut u64) -> Result<Value> {
    match (kind, width(kind)) {
        (TEXT, _) if kept => Ok(Value::Text(source.text(MAX_TEXT, Defect::TextLength)?)),
        (TEXT, _) => source.skip_text(MAX_TEXT).map(|()| Value::Other),
        (ARRAY, _) => skip_array(source, 1, budget).map(|()| Value::Other),
        (0..=5 | 10 | 11, Some(width)) => {
            let mut bytes = [0; 8];
            source.fill(&mut bytes[..width as usize])?;
            let number = u64::from_le_bytes(bytes);
            // A negative number is no count of anything: it is looked at as little as a fraction.
            let signed = matches!(kind, 1 | 3 | 5 | 11);
            let negative = signed && number >> (width * 8 - 1) == 1;
            Ok(if negative { Value::Other } else { Value::Number(number) })
        }
        (_, Some(width)) => source.skip(width).map(|()| Value::Other),
        (_, None) => Err(Defect::ValueType.into()),
    }
}

fn skip_array(source: &mut Source<impl Read + Seek>, depth: u32, budget: &mut u64) -> Result<()> {
    let (kind, count) = (source.u32()?, source.u64()?);
    if let Some(width) = width(kind) {
        let bytes = count.checked_mul(width).ok_or(Defect::ArrayLength)?;
        return source.skip(bytes);
    }
    if !matches!(kind, TEXT | ARRAY) {
        return Err(Defect::ValueType.into());
    }
    *budget = budget.checked_sub(count).ok_or(Defect::ArrayLength)?;
    for _ in 0..count {
        match kind {
            TEXT => source.skip_text(MAX_TEXT)?,
            _ if depth >= MAX_DEPTH => return Err(Defect::ArrayDepth.into()),
            _ => skip_array(source, depth + 1, budget)?,
        }
    }
    Ok(())
}
