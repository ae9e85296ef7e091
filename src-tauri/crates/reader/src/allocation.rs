//! Says that memory ended, which an abort could not: the reply is made ready while there still is some.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::OnceLock;

use documents::Reply;

static LAST_WORDS: OnceLock<Vec<u8>> = OnceLock::new();

/// From now on an allocation that fails ends the process with this reply.
pub fn say_when_memory_ends(reply: &Reply) {
    if let Ok(frame) = wire::frame(reply) {
        LAST_WORDS.get_or_init(|| frame);
    }
}

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn checked(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null()
        && let Some(words) = LAST_WORDS.get()
    {
        end(words);
    }
    pointer
}

#[cfg(unix)]
fn end(words: &[u8]) {
    // SAFETY: the slice is valid for its length, and neither call allocates.
    unsafe {
        libc::write(libc::STDOUT_FILENO, words.as_ptr().cast(), words.len());
        libc::_exit(0);
    }
}

#[cfg(not(unix))]
fn end(_words: &[u8]) {}

// SAFETY: every call goes to the system's allocator with the arguments it was given.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout` is passed on.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.realloc(pointer, layout, size) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
