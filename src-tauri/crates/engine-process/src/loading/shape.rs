//! What a GGUF's header says of the memory that its model takes. llama.cpp's own reader reads it: it believes no length
//! before it has compared it with the rest of the file.

use std::ffi::{CStr, CString};
use std::path::Path;
use std::ptr::NonNull;

use llama_cpp_sys_2::{
    GGUF_TYPE_ARRAY, GGUF_TYPE_BOOL, GGUF_TYPE_INT8, GGUF_TYPE_INT16, GGUF_TYPE_INT32, GGUF_TYPE_INT64,
    GGUF_TYPE_STRING, GGUF_TYPE_UINT8, GGUF_TYPE_UINT16, GGUF_TYPE_UINT32, GGUF_TYPE_UINT64, gguf_context,
    gguf_find_key, gguf_free, gguf_get_arr_data, gguf_get_arr_n, gguf_get_arr_type, gguf_get_kv_type,
    gguf_get_n_tensors, gguf_get_tensor_name, gguf_get_tensor_ne, gguf_get_tensor_size, gguf_get_val_bool,
    gguf_get_val_str, gguf_init_from_file, gguf_init_params,
};

/// The most layers; llama.cpp's own limit (`LLAMA_MAX_LAYERS`).
const MAX_LAYERS: u64 = 512;
/// The most dimensions of a tensor (`GGML_MAX_DIMS`).
const DIMENSIONS: usize = 4;

/// A model's measures. Bytes and counts; a hostile file may say anything, so that sums of them saturate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// The context that it was trained on, in tokens; 0 where the file does not tell.
    pub trained: u64,
    /// Tokens that there are.
    pub vocabulary: u64,
    /// Numbers that stand for a token between layers.
    pub embedding: u64,
    /// Heads that ask, in the layer with most of them.
    pub heads: u64,
    /// Numbers inside a layer's feed-forward part.
    pub feed_forward: u64,
    /// The layers, without the output layer.
    pub layers: Vec<Layer>,
    /// Weights that belong to no layer.
    pub beside: u64,
    /// Weights of the output layer.
    pub output: u64,
    /// True where the output layer has no weights of its own but those of the input.
    pub tied: bool,
    /// Numbers that the model consists of.
    pub parameters: u64,
    /// True where a token is read with those before it only.
    pub causal: bool,
    /// True where the lengths of keys and values allow a KV cache of q8_0.
    pub in_blocks: bool,
}

/// One of its layers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layer {
    /// Weights, in bytes.
    pub weights: u64,
    /// Numbers that the KV cache keeps of a token.
    pub kept: u64,
}

impl Shape {
    /// The measures of the GGUF at `path`; `None` where it is none, or damaged.
    pub fn read(path: &Path) -> Option<Self> {
        let file = File::open(path)?;
        let architecture = file.text(c"general.architecture").unwrap_or_default();
        let of = |key: &str| CString::new(format!("{architecture}.{key}")).unwrap_or_default();
        let number = |key: &str| file.numbers(&of(key)).first().copied();
        let heads = file.numbers(&of("attention.head_count"));
        let kv_heads = Some(file.numbers(&of("attention.head_count_kv"))).filter(|heads| !heads.is_empty());
        let kv_heads = kv_heads.unwrap_or_else(|| heads.clone());
        let embedding = number("embedding_length").unwrap_or(0);
        let head = embedding / heads.first().copied().unwrap_or(1).max(1);
        let (key, value) =
            (number("attention.key_length").unwrap_or(head), number("attention.value_length").unwrap_or(head));
        let count = number("block_count").unwrap_or(0).min(MAX_LAYERS) as usize;
        let kept = |layer: usize| {
            let heads = kv_heads.get(layer).or(kv_heads.last()).copied().unwrap_or(0);
            heads.saturating_mul(key.saturating_add(value))
        };
        let causal = file.boolean(&of("attention.causal")).unwrap_or(true);
        let mut shape = Self {
            trained: number("context_length").unwrap_or(0),
            vocabulary: file.length(c"tokenizer.ggml.tokens"),
            embedding,
            heads: heads.iter().copied().max().unwrap_or(0),
            feed_forward: file.numbers(&of("feed_forward_length")).into_iter().max().unwrap_or(0),
            // A model that reads both ways keeps nothing: it reads a text at once.
            layers: (0..count).map(|layer| Layer { weights: 0, kept: if causal { kept(layer) } else { 0 } }).collect(),
            causal,
            in_blocks: key % 32 == 0 && value % 32 == 0,
            ..Self::default()
        };
        shape.weigh(&file);
        Some(shape)
    }

    fn weigh(&mut self, file: &File) {
        for tensor in file.tensors() {
            self.parameters = self.parameters.saturating_add(tensor.numbers);
            let layer = tensor.name.strip_prefix("blk.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
            let weights = match layer.and_then(|layer| self.layers.get_mut(layer)) {
                Some(layer) => &mut layer.weights,
                None => &mut self.beside,
            };
            *weights = weights.saturating_add(tensor.bytes);
            if tensor.name == "output.weight" {
                self.output = tensor.bytes;
            }
        }
        if self.output == 0 {
            self.tied = true;
            let input = file.tensors().find(|tensor| tensor.name == "token_embd.weight");
            self.output = input.map_or(0, |input| input.bytes);
        }
    }

    /// All weights, in bytes.
    pub fn weights(&self) -> u64 {
        self.layers.iter().fold(self.beside, |sum, layer| sum.saturating_add(layer.weights))
    }
}

/// A header that llama.cpp has read.
struct File(NonNull<gguf_context>);

struct Tensor {
    name: String,
    bytes: u64,
    numbers: u64,
}

impl File {
    fn open(path: &Path) -> Option<Self> {
        let path = CString::new(path.to_str()?).ok()?;
        let parameters = gguf_init_params { no_alloc: true, ctx: std::ptr::null_mut() };
        // SAFETY: the path is a C string, and without a context to fill llama.cpp reads the header only.
        NonNull::new(unsafe { gguf_init_from_file(path.as_ptr(), parameters) }).map(Self)
    }

    fn find(&self, key: &CStr) -> Option<i64> {
        // SAFETY: the header is open and the key a C string.
        Some(unsafe { gguf_find_key(self.0.as_ptr(), key.as_ptr()) }).filter(|place| *place >= 0)
    }

    /// The whole numbers of a key, one or an array of them; negative ones count as 0.
    fn numbers(&self, key: &CStr) -> Vec<u64> {
        let Some(place) = self.find(key) else { return Vec::new() };
        let file = self.0.as_ptr();
        // SAFETY: `place` is a key of the open header; the elements' type is asked of arrays only.
        let kind = match unsafe { gguf_get_kv_type(file, place) } {
            GGUF_TYPE_ARRAY => unsafe { gguf_get_arr_type(file, place) },
            kind => kind,
        };
        let (width, signed) = match kind {
            GGUF_TYPE_UINT8 => (1, false),
            GGUF_TYPE_INT8 => (1, true),
            GGUF_TYPE_UINT16 => (2, false),
            GGUF_TYPE_INT16 => (2, true),
            GGUF_TYPE_UINT32 => (4, false),
            GGUF_TYPE_INT32 => (4, true),
            GGUF_TYPE_UINT64 => (8, false),
            GGUF_TYPE_INT64 => (8, true),
            _ => return Vec::new(),
        };
        // SAFETY: as above; a single number is kept as an array of one, and none of the types here is a text's.
        let (count, data) = unsafe { (gguf_get_arr_n(file, place), gguf_get_arr_data(file, place)) };
        if count == 0 || data.is_null() {
            return Vec::new();
        }
        // SAFETY: llama.cpp holds `count` numbers of `width` bytes there, as long as the header is open.
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), count * width) };
        bytes.chunks_exact(width).map(|bytes| whole_number(bytes, signed)).collect()
    }

    fn text(&self, key: &CStr) -> Option<String> {
        let place = self.find(key)?;
        // SAFETY: `place` is a key of the open header, and its type is a text's.
        let text = unsafe {
            (gguf_get_kv_type(self.0.as_ptr(), place) == GGUF_TYPE_STRING)
                .then(|| CStr::from_ptr(gguf_get_val_str(self.0.as_ptr(), place)))
        };
        Some(text?.to_string_lossy().into_owned())
    }

    fn boolean(&self, key: &CStr) -> Option<bool> {
        let place = self.find(key)?;
        // SAFETY: `place` is a key of the open header, and its type is a truth value's.
        unsafe {
            (gguf_get_kv_type(self.0.as_ptr(), place) == GGUF_TYPE_BOOL)
                .then(|| gguf_get_val_bool(self.0.as_ptr(), place))
        }
    }

    /// The elements of an array.
    fn length(&self, key: &CStr) -> u64 {
        // SAFETY: the place is a key of the open header.
        self.find(key).map_or(0, |place| unsafe { gguf_get_arr_n(self.0.as_ptr(), place) } as u64)
    }

    fn tensors(&self) -> impl Iterator<Item = Tensor> {
        let file = self.0.as_ptr();
        // SAFETY: the header is open as long as `self` is borrowed, and each place lies in it; names are C strings, and
        // dimensions are always `DIMENSIONS`, none of them negative.
        (0..unsafe { gguf_get_n_tensors(file) }).map(move |place| unsafe {
            let dimensions = std::slice::from_raw_parts(gguf_get_tensor_ne(file, place), DIMENSIONS);
            Tensor {
                name: CStr::from_ptr(gguf_get_tensor_name(file, place)).to_string_lossy().into_owned(),
                bytes: gguf_get_tensor_size(file, place) as u64,
                numbers: dimensions.iter().fold(1, |product, size| product.saturating_mul(size.unsigned_abs())),
            }
        })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: opened by `gguf_init_from_file`, freed once.
        unsafe { gguf_free(self.0.as_ptr()) };
    }
}

/// A little-endian number of at most eight bytes; one below 0 counts nothing.
fn whole_number(bytes: &[u8], signed: bool) -> u64 {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let negative = signed && bytes.last().is_some_and(|last| last >> 7 == 1);
    if negative { 0 } else { u64::from_le_bytes(wide) }
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
