//! llama.cpp's abort callback, which llama-cpp-2 0.1.160 does not expose.
//!
//! The callback is asked between the nodes of a compute graph, so that a stop takes effect inside a batch of
//! hundreds of tokens, and a rest for the person's keys too.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use llama_cpp_2::DecodeError;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_sys_2::llama_context_params;

use crate::TYPING;

// `LlamaContextParams` has one field, of this type and private. Equal size and alignment put it at offset 0; the
// version is pinned, and these two lines fail to compile if a later one changes that.
const _: () = assert!(size_of::<LlamaContextParams>() == size_of::<llama_context_params>());
const _: () = assert!(align_of::<LlamaContextParams>() == align_of::<llama_context_params>());

unsafe extern "C" fn is_set(flag: *mut c_void) -> bool {
    TYPING.rest();
    // SAFETY: the pointer is the `&'static AtomicBool` given below.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed)
}

/// True where a decode ran to its end, false where its callback ended it.
///
/// # Errors
/// The decode's own.
pub fn ran(decoded: Result<(), DecodeError>) -> Result<bool, DecodeError> {
    match decoded {
        Ok(()) => Ok(true),
        // llama_decode returns 2 for "aborted".
        Err(DecodeError::Unknown(2)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes every decode of a context created with `parameters` end early once `flag` is set.
pub fn when(flag: &'static AtomicBool, mut parameters: LlamaContextParams) -> LlamaContextParams {
    let raw = std::ptr::from_mut(&mut parameters).cast::<llama_context_params>();
    // SAFETY: see the assertions above; `raw` is valid and nobody else holds it.
    unsafe {
        (*raw).abort_callback = Some(is_set);
        (*raw).abort_callback_data = std::ptr::from_ref(flag).cast_mut().cast();
    }
    parameters
}
