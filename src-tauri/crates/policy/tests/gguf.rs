//! The check of a model file: a whole one passes, and every way of being broken has its name.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use policy::gguf::{Header, MAX_TEMPLATE, check, check_template, sha256};
use policy::{Defect, Error};
use proptest::prelude::*;

/// Counts the bytes that are held and remembers the most.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; the counters are no part of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(HELD.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const U32: u32 = 4;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;

/// Bytes of a GGUF, put together piece by piece.
#[derive(Clone, Default)]
struct Made(Vec<u8>);

impl Made {
    fn head(version: u32, tensors: u64, keys: u64) -> Self {
        Self(b"GGUF".to_vec()).u32(version).u64(tensors).u64(keys)
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u32(self, number: u32) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    fn u64(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    fn text(self, text: &str) -> Self {
        self.u64(text.len() as u64).bytes(text.as_bytes())
    }

    fn key(self, key: &str, kind: u32) -> Self {
        self.text(key).u32(kind)
    }

    fn tensor(self, name: &str, dimensions: &[u64], kind: u32, offset: u64) -> Self {
        let named = self.text(name).u32(dimensions.len() as u32);
        dimensions.iter().fold(named, |made, &length| made.u64(length)).u32(kind).u64(offset)
    }

    /// Zeroes up to the next multiple of `alignment`, then `count` more.
    fn data(mut self, alignment: usize, count: usize) -> Vec<u8> {
        self.0.resize(self.0.len().next_multiple_of(alignment) + count, 0);
        self.0
    }
}

/// A small model: seven keys, two tensors of 64 bytes of F32 and 36 bytes of Q4_0.
fn model() -> Vec<u8> {
    Made::head(3, 2, 7)
        .key("llama.context_length", U32).u32(4096)
        .key("general.architecture", TEXT).text("llama")
        .key("general.name", TEXT).text("시험 모델")
        .key("tokenizer.chat_template", TEXT).text("{{ messages }}")
        .key("general.alignment", U32).u32(64)
        .key("tokenizer.ggml.tokens", ARRAY).u32(TEXT).u64(2).text("가").text("나")
        .key("tokenizer.ggml.scores", ARRAY).u32(6).u64(2).u32(0).u32(0)
        .tensor("a.weight", &[4, 4], 0, 0)
        .tensor("b.weight", &[64], 2, 64)
        .data(64, 64 + 36)
}

fn of(bytes: &[u8]) -> Result<Header, Error> {
    check(Cursor::new(bytes), bytes.len() as u64)
}

#[test]
fn a_whole_model_passes_and_says_what_it_is() {
    let header = of(&model()).unwrap();
    let expected = Header {
        version: 3,
        architecture: Some("llama".to_owned()),
        name: Some("시험 모델".to_owned()),
        chat_template: Some("{{ messages }}".to_owned()),
        tensors: 2,
        parameters: 16 + 64,
        context_length: Some(4096),
        file_type: None,
        license: None,
    };
    assert_eq!(header, expected);
}

#[test]
fn how_it_is_quantised_and_licensed_is_told_where_the_file_says_it_well() {
    let with = |kind: u32, value: &[u8]| {
        let made = Made::head(3, 0, 2).key("general.file_type", kind).bytes(value);
        let header = of(&made.key("general.license", TEXT).text("apache-2.0").0).unwrap();
        assert_eq!(header.license.as_deref(), Some("apache-2.0"));
        header.file_type
    };
    assert_eq!(with(U32, &15_u32.to_le_bytes()), Some(15));
    assert_eq!(with(6, &1_f32.to_le_bytes()), None, "a fraction is no number of a way");
    let strange = Made::head(3, 0, 1).key("general.license", U32).u32(7).0;
    assert_eq!(of(&strange).unwrap().license, None, "a licence that is a number costs nothing more");
}

#[test]
fn the_context_length_is_that_of_the_models_own_architecture() {
    for (kind, number, expected) in [
        (0, &7_u8.to_le_bytes()[..], Some(7)),
        (2, &700_u16.to_le_bytes()[..], Some(700)),
        (10, &70_000_u64.to_le_bytes()[..], Some(70_000)),
        (11, &70_000_i64.to_le_bytes()[..], Some(70_000)),
        (5, &(-1_i32).to_le_bytes()[..], None),
        (6, &1.0_f32.to_le_bytes()[..], None),
    ] {
        let made = Made::head(2, 0, 3)
            .key("other.context_length", U32).u32(1)
            .key("own.context_length", kind).bytes(number)
            .key("general.architecture", TEXT).text("own");
        assert_eq!(of(&made.0).unwrap().context_length, expected, "type {kind}");
    }
}

#[test]
fn a_model_cut_short_anywhere_is_refused() {
    let whole = model();
    for cut in 0..whole.len() {
        let code = of(&whole[..cut]).unwrap_err().code();
        assert_eq!(code, if cut < 4 { "model_not_gguf" } else { "model_damaged" }, "cut at {cut}");
        // The file may have become shorter after it was measured.
        assert!(check(Cursor::new(&whole[..cut]), whole.len() as u64).is_err(), "cut at {cut}");
    }
}

#[test]
fn what_is_no_gguf_of_a_known_version_is_refused() {
    for (bytes, code) in [
        (vec![], "model_not_gguf"),
        ("모델이 아닙니다".as_bytes().to_vec(), "model_not_gguf"),
        (b"FUGG\0\0\0\x03".to_vec(), "model_not_gguf"),
        (b"GGUF not a model".to_vec(), "model_not_gguf"),
        (Made::head(1, 0, 0).0, "model_version"),
        (Made::head(4, 0, 0).0, "model_version"),
        (Made::head(3_u32.swap_bytes(), 0, 0).0, "model_version"),
        (Made::head(3, 0, 1).key("split.count", 2).bytes(&[2, 0]).0, "model_split"),
    ] {
        assert_eq!(of(&bytes).unwrap_err().code(), code, "{bytes:?}");
    }
    assert!(of(&Made::head(3, 0, 1).key("split.count", 2).bytes(&[1, 0]).0).is_ok());
}

/// A file of one key.
fn keyed(key: &str, kind: u32) -> Made {
    Made::head(3, 0, 1).key(key, kind)
}

/// A file of one tensor with a hundred bytes of data.
fn tensor(name: &str, dimensions: &[u64], kind: u32, offset: u64) -> Vec<u8> {
    Made::head(3, 1, 0).tensor(name, dimensions, kind, offset).data(32, 100)
}

#[test]
fn every_defect_has_its_name() {
    let key = "k".repeat(64 * 1024 + 1);
    let name = "n".repeat(64);
    let nested = (0..5).fold(keyed("k", ARRAY), |made, _| made.u32(ARRAY).u64(1));
    let filled = |made: Made| made.data(1, 64);
    let two = |second: &str, offset| {
        Made::head(3, 2, 0).tensor("a", &[8], 0, 0).tensor(second, &[8], 0, offset).data(32, 100)
    };
    let table = [
        (filled(Made::head(3, 0, u64::MAX)), Defect::KeyCount),
        (filled(Made::head(3, 0, 1 << 20)), Defect::KeyCount),
        (filled(Made::head(3, 0, 5)), Defect::KeyCount),
        (filled(Made::head(3, u64::MAX, 0)), Defect::TensorCount),
        (filled(Made::head(3, 1 << 20, 0)), Defect::TensorCount),
        (filled(Made::head(3, 3, 0)), Defect::TensorCount),
        (filled(keyed("", U32)), Defect::KeyLength),
        (filled(keyed(&key, U32)), Defect::KeyLength),
        (filled(Made::head(3, 0, 1).u64(u64::MAX)), Defect::KeyLength),
        (filled(Made::head(3, 0, 1).u64(1000)), Defect::Truncated),
        (filled(Made::head(3, 0, 1).u64(2).bytes(b"\xff\xff").u32(U32)), Defect::Utf8),
        (filled(keyed("k", TEXT).u64(u64::MAX)), Defect::TextLength),
        (filled(keyed("k", TEXT).u64(1 << 24)), Defect::Truncated),
        (filled(keyed("general.name", TEXT).u64((1 << 24) + 1)), Defect::TextLength),
        (filled(keyed("general.name", TEXT).u64(1 << 24)), Defect::Truncated),
        (filled(keyed("general.name", TEXT).u64(1).bytes(b"\xff")), Defect::Utf8),
        (filled(keyed("general.name", U32)), Defect::ValueType),
        (filled(keyed("general.architecture", U32)), Defect::ValueType),
        (filled(keyed("k", 13)), Defect::ValueType),
        (filled(keyed("k", u32::MAX)), Defect::ValueType),
        (filled(Made::head(3, 0, 2).key("k", U32).u32(0).key("k", U32).u32(0)), Defect::KeyTwice),
        (filled(keyed("k", ARRAY).u32(13).u64(1)), Defect::ValueType),
        (filled(keyed("k", ARRAY).u32(12).u64(u64::MAX)), Defect::ArrayLength),
        (filled(keyed("k", ARRAY).u32(0).u64(u64::MAX)), Defect::Truncated),
        (filled(keyed("k", ARRAY).u32(0).u64(65)), Defect::Truncated),
        (filled(keyed("k", ARRAY).u32(TEXT).u64(u64::MAX)), Defect::ArrayLength),
        (filled(keyed("k", ARRAY).u32(TEXT).u64(1 << 20)), Defect::Truncated),
        (filled(keyed("k", ARRAY).u32(ARRAY).u64(u64::MAX)), Defect::ArrayLength),
        (filled(nested), Defect::ArrayDepth),
        (filled(keyed("general.alignment", U32).u32(0)), Defect::Alignment),
        (filled(keyed("general.alignment", U32).u32(48)), Defect::Alignment),
        (filled(keyed("general.alignment", 10).u64(32)), Defect::ValueType),
        (tensor(&name, &[8], 0, 0), Defect::TensorName),
        (two("a", 32), Defect::TensorTwice),
        (two("b", 0), Defect::TensorOverlap),
        (tensor("t", &[1; 5], 0, 0), Defect::TensorShape),
        (tensor("t", &[u64::MAX], 0, 0), Defect::TensorShape),
        (tensor("t", &[1 << 32, 1 << 32], 0, 0), Defect::TensorShape),
        (tensor("t", &[0, 1 << 32, 1 << 32], 0, 0), Defect::TensorShape),
        (tensor("t", &[1 << 62], 27, 0), Defect::TensorShape),
        (tensor("t", &[33], 2, 0), Defect::TensorShape),
        (tensor("t", &[8], 4, 0), Defect::TensorType),
        (tensor("t", &[8], 43, 0), Defect::TensorType),
        (tensor("t", &[8], u32::MAX, 0), Defect::TensorType),
        (tensor("t", &[8], 0, 8), Defect::TensorOffset),
        (tensor("t", &[8], 0, 96), Defect::TensorOutside),
        (tensor("t", &[8], 0, u64::MAX - 31), Defect::TensorOutside),
        (tensor("t", &[26], 0, 0), Defect::TensorOutside),
    ];
    for (place, (bytes, expected)) in table.iter().enumerate() {
        match of(bytes) {
            Err(error @ Error::ModelDamaged(found)) => {
                assert_eq!(found, *expected, "row {place}");
                assert!(error.message().contains(expected.korean()), "row {place}");
            }
            other => panic!("row {place}: {other:?}, not {expected:?}"),
        }
    }
    assert!(MOST.load(Relaxed) < 64 << 20, "{} bytes were held", MOST.load(Relaxed));
}

#[test]
fn what_is_just_within_the_limits_passes() {
    let nested = (0..3).fold(keyed("k", ARRAY), |made, _| made.u32(ARRAY).u64(1)).u32(0).u64(1).bytes(&[0]);
    for (name, bytes) in [
        ("no keys and no tensors", Made::head(3, 0, 0).0),
        ("a long key", keyed(&"k".repeat(64 * 1024), U32).u32(0).0),
        ("arrays four deep", nested.0),
        ("an empty array", keyed("k", ARRAY).u32(TEXT).u64(0).0),
        ("a tensor that ends with the file", tensor("t", &[25], 0, 0)),
        ("a tensor with a long name", tensor(&"n".repeat(63), &[5, 5, 1, 1], 0, 0)),
        ("a tensor without elements", tensor("t", &[0, 9], 0, 0)),
        ("a tensor without dimensions", tensor("t", &[], 0, 96)),
    ] {
        assert!(of(&bytes).is_ok(), "{name}: {:?}", of(&bytes));
    }
}

#[test]
fn templates_that_reach_outside_are_refused() {
    let long = "x".repeat(MAX_TEMPLATE + 1);
    for (template, found) in [
        ("", None),
        ("{% for m in messages %}{{ m['role'] }}: {{ m.content | trim }}{% endfor %}", None),
        ("{%- if tools %}{{- '\\n\\nInclude the import from __init__.py' }}{%- endif %}", Some("__init__")),
        ("include, import, extends, from, __class__", None),
        ("{{ 'include this' }}{% set from_user = include %}", None),
        ("{# x.__class__ #}", None),
        ("{{ '}}' }} __class__", None),
        ("{{ {'a': {'b': 1}} }} __class__", None),
        ("{{ __ }}{{ ____ }}{{ a__b__ }}", None),
        ("{% include 'x' %}", Some("include")),
        ("{%- include 'x' -%}", Some("include")),
        ("{%+\n\tinclude'x' %}", Some("include")),
        ("{% import 'x' as y %}", Some("import")),
        ("{% from 'x' import y %}", Some("from")),
        ("{% extends 'x' %}", Some("extends")),
        ("{% raw %}{#{% endraw %}{% include 'x' %}{# #}", Some("include")),
        ("{{ x.__class__ }}", Some("__class__")),
        ("{{ x['__class__'] }}", Some("__class__")),
        ("{{ x|attr(\"__globals__\") }}", Some("__globals__")),
        ("{% set a = x.__mro__ %}", Some("__mro__")),
        ("{{ '}}' ~ x.__class__ }}", Some("__class__")),
        ("{{ '\\'}}' ~ x.__class__ }}", Some("__class__")),
        ("{{ [{'a': 1}] }}{{ x.__class__", Some("__class__")),
        ("{# {{ #}{{ x.__class__ }}", Some("__class__")),
        ("{% raw %}{#{% endraw %}{{ x.__class__ }}", Some("__class__")),
        ("한글 {{ 글.__dict__ }}", Some("__dict__")),
        (&long, Some("long")),
        (&long[1..], None),
    ] {
        match (check_template(template), found) {
            (Ok(()), None) => {}
            (Err(Error::TemplateRefused(what)), Some(found)) => assert!(what.contains(found), "{template}: {what}"),
            (result, _) => panic!("{template}: {result:?}, not {found:?}"),
        }
    }
}

#[test]
fn the_sum_is_the_published_one() {
    // FIPS 180-2, appendix B.1 and B.3.
    let million = "a".repeat(1_000_000);
    for (text, sum) in [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ] {
        assert_eq!(sha256(text.as_bytes()).unwrap(), sum);
    }
}

#[test]
fn the_models_on_this_machine_pass() {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")));
    let files = data.and_then(|data| std::fs::read_dir(data.join("naratmal/models")).ok());
    let mut checked = 0;
    for path in files.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "gguf") {
            let file = File::open(&path).unwrap();
            let bytes = file.metadata().unwrap().len();
            let header = check(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(header.architecture.is_some() && header.tensors > 0, "{header:?}");
            assert!(header.context_length > Some(0), "{header:?}");
            check_template(header.chat_template.as_deref().unwrap_or_default()).unwrap();
            checked += 1;
        }
    }
    if checked == 0 {
        println!("SKIPPED: no model is installed on this machine");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_broken_model_neither_panics_nor_takes_memory(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = model();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let _ = of(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = of(&bytes);
        prop_assert!(MOST.load(Relaxed) < 64 << 20, "{} bytes were held", MOST.load(Relaxed));
    }

    #[test]
    fn any_bytes_after_the_magic_end_in_a_header_or_an_error(
        tail in proptest::collection::vec(any::<u8>(), 0..300), version in 2_u32..=3,
    ) {
        let _ = of(&Made(b"GGUF".to_vec()).u32(version).bytes(&tail).0);
        prop_assert!(MOST.load(Relaxed) < 64 << 20);
    }

    #[test]
    fn any_template_is_allowed_or_refused(template in "([{%}#'\"_a \\\\(\\)-]|raw|include|가){0,60}") {
        let _ = check_template(&template);
    }
}
