//! Whether a model can rank. llama.cpp reads a score even from a model that has no classification head, out of numbers
//! that mean something else, and tells nobody; which tensors a file holds, llama-cpp-2 0.1.160 does not expose.

use std::ffi::{CStr, CString};
use std::path::Path;

use llama_cpp_sys_2::{gguf_find_tensor, gguf_free, gguf_init_from_file, gguf_init_params};

/// What a head consists of: a dense layer, an output layer, or both.
const HEAD: [&CStr; 2] = [c"cls.weight", c"cls.output.weight"];

/// True where the GGUF at `path` holds a classification head.
pub fn is_in(path: &Path) -> bool {
    let Some(path) = path.to_str().and_then(|path| CString::new(path).ok()) else { return false };
    let parameters = gguf_init_params { no_alloc: true, ctx: std::ptr::null_mut() };
    // SAFETY: the path is a C string, and without a context to fill llama.cpp reads the header only.
    let file = unsafe { gguf_init_from_file(path.as_ptr(), parameters) };
    if file.is_null() {
        return false;
    }
    // SAFETY: `file` was opened above, the names are C strings, and it is freed once and not used again.
    let found = HEAD.iter().any(|name| unsafe { gguf_find_tensor(file, name.as_ptr()) } >= 0);
    unsafe { gguf_free(file) };
    found
}
