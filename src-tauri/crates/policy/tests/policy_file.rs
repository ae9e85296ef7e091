//! The agency's policy file: which is accepted, and after which the program stops.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Cursor;
use std::path::Path;

use minisign::KeyPair;
use policy::{Error, Export, Grade, Kept, Loaded, MAX_BYTES, Policy, Source, load_pinned};
use proptest::prelude::*;
use tempfile::TempDir;

const TEXT: &str = r#"
name = "시험 기관 정책"
issued = "2026-03-02"
serial = 7

[models]
allowed_sha256 = ["ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789"]
require_catalog = true

[grades]
default = "S"
copy_up_to = "S"
export_up_to = "O"
forbid_lowering = true

[masking]
window = ["resident_number", "name"]
export = "ask"

[audit]
questions = "hash"
answers = "text"

[lock]
idle_minutes = 1440
on_session_lock = false
require_password = true

[settings]
locked = ["model", "folders"]
"#;

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

fn pin(folder: &Path, keys: &KeyPair) {
    fs::write(folder.join("policy.pub"), keys.pk.to_box().unwrap().into_string()).unwrap();
}

fn signature(keys: &KeyPair, bytes: &[u8]) -> String {
    minisign::sign(Some(&keys.pk), &keys.sk, Cursor::new(bytes), Some("policy"), None).unwrap().into_string()
}

/// A folder with a key, a file and its signature.
fn signed(keys: &KeyPair, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    pin(folder.path(), keys);
    put(folder.path(), keys, text.as_bytes());
    folder
}

fn put(folder: &Path, keys: &KeyPair, bytes: &[u8]) {
    fs::write(folder.join("policy.toml"), bytes).unwrap();
    fs::write(folder.join("policy.toml.minisig"), signature(keys, bytes)).unwrap();
}

fn load(folder: &Path, last_serial: Option<u64>) -> Result<Loaded, Error> {
    load_pinned(folder, last_serial, None)
}

fn code(result: Result<Loaded, Error>) -> &'static str {
    result.map_or_else(|error| error.code(), |loaded| match loaded.source {
        Source::Default => "default",
        Source::Signed => "signed",
        Source::Unsigned => "unsigned",
    })
}

#[test]
fn a_signed_policy_says_what_is_allowed() {
    let folder = signed(&keys(), TEXT);
    let Loaded { policy, source } = load(folder.path(), Some(7)).unwrap();
    assert_eq!((source, source.warning()), (Source::Signed, None));
    assert_eq!((policy.name.as_str(), policy.issued.as_deref(), policy.serial), ("시험 기관 정책", Some("2026-03-02"), 7));
    assert_eq!(policy.grades.default, Some(Grade::S));
    assert_eq!([Grade::O, Grade::S, Grade::C].map(|grade| policy.may_copy(grade)), [true, true, false]);
    assert_eq!([Grade::O, Grade::S, Grade::C].map(|grade| policy.may_export(grade)), [true, false, false]);
    assert_eq!(policy.masking.window, ["resident_number", "name"]);
    assert_eq!(policy.masking.export, Export::Ask);
    assert_eq!((policy.audit.questions, policy.audit.answers), (Kept::Hash, Kept::Text));
    let lock = &policy.lock;
    assert_eq!((lock.idle_minutes, lock.on_session_lock, lock.require_password), (1440, false, true));
    assert!(policy.is_locked("model") && policy.is_locked("folders") && !policy.is_locked("theme"));
}

#[test]
fn without_a_policy_all_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    for place in [folder.path(), &folder.path().join("none")] {
        let Loaded { policy, source } = load(place, Some(9)).unwrap();
        assert_eq!((&policy, source), (&Policy::default(), Source::Default));
        assert!(policy.may_copy(Grade::C) && policy.may_export(Grade::C) && policy.lock.on_session_lock);
        assert!(policy.allows_model("", false).is_ok() && !policy.is_locked("model"));
    }
}

#[test]
fn an_empty_policy_is_the_default_one() {
    assert_eq!(load(signed(&keys(), "").path(), None).unwrap().policy, Policy::default());
}

#[test]
fn a_file_without_a_key_holds_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.toml"), "[grades]\ncopy_up_to = \"O\"").unwrap();
    let loaded = load(folder.path(), None).unwrap();
    assert!(loaded.source == Source::Unsigned && loaded.source.warning().is_some());
    assert!(!loaded.policy.may_copy(Grade::S));
}

#[test]
fn the_program_stops_where_the_files_are_not_whole() {
    let (ours, theirs) = (keys(), keys());
    type Harm<'a> = &'a dyn Fn(&Path);
    let key = |at: &Path, text: &str| fs::write(at.join("policy.pub"), text).unwrap();
    let most = "#".repeat(MAX_BYTES as usize);
    let table: [(&str, Harm, &str); 16] = [
        ("nothing", &|_| {}, "signed"),
        ("the key is damaged", &|at| key(at, "untrusted comment: x\nRWQ="), "policy_key_damaged"),
        ("the key is empty", &|at| key(at, ""), "policy_key_damaged"),
        ("the key is too long", &|at| key(at, &"x".repeat(20_000)), "policy_key_damaged"),
        (
            "the key is a folder",
            &|at| {
                fs::remove_file(at.join("policy.pub")).unwrap();
                fs::create_dir(at.join("policy.pub")).unwrap();
            },
            "policy_key_unreadable",
        ),
        ("the key is another", &|at| pin(at, &theirs), "policy_other_key"),
        ("the file is missing", &|at| fs::remove_file(at.join("policy.toml")).unwrap(), "policy_missing"),
        (
            "the file is a folder",
            &|at| {
                fs::remove_file(at.join("policy.toml")).unwrap();
                fs::create_dir(at.join("policy.toml")).unwrap();
            },
            "policy_unreadable",
        ),
        ("the file has more", &|at| fs::write(at.join("policy.toml"), format!("{TEXT}\n")).unwrap(), "policy_altered"),
        ("the file is no TOML", &|at| put(at, &ours, b"[models"), "policy_unparsable"),
        ("the file is no UTF-8", &|at| put(at, &ours, b"name = \"\xff\""), "policy_unparsable"),
        ("the file is too large", &|at| put(at, &ours, format!("{most}#").as_bytes()), "policy_too_large"),
        ("the file is as large as it may be", &|at| put(at, &ours, most.as_bytes()), "signed"),
        ("the signature is missing", &|at| fs::remove_file(at.join("policy.toml.minisig")).unwrap(), "policy_unsigned"),
        ("the signature is another's", &|at| put(at, &theirs, TEXT.as_bytes()), "policy_other_key"),
        (
            "the signature is of another file",
            &|at| fs::write(at.join("policy.toml.minisig"), signature(&ours, b"serial = 7")).unwrap(),
            "policy_altered",
        ),
    ];
    for (name, harm, expected) in table {
        let folder = signed(&ours, TEXT);
        harm(folder.path());
        assert_eq!(code(load(folder.path(), None)), expected, "{name}");
    }
}

#[test]
fn a_signature_cut_short_anywhere_stops_the_program() {
    let keys = keys();
    let folder = signed(&keys, TEXT);
    let path = folder.path().join("policy.toml.minisig");
    let whole = fs::read(&path).unwrap();
    // The last byte is a line's end, which nothing needs.
    for cut in 0..whole.len() - 1 {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(load(folder.path(), None).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_signature_of_the_old_kind_is_refused() {
    let keys = keys();
    let folder = signed(&keys, TEXT);
    let path = folder.path().join("policy.toml.minisig");
    // The first two bytes tell the kind: `ED` is prehashed, `Ed` is not.
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut bytes = base64(lines[1]);
    assert_eq!(&bytes[..2], b"ED");
    bytes[1] = b'd';
    let old = [lines[0], &unbase64(&bytes), lines[2], lines[3]].join("\n");
    fs::write(&path, old).unwrap();
    assert_eq!(code(load(folder.path(), None)), "policy_signature_damaged");
}

#[test]
fn an_older_policy_than_the_last_one_is_refused() {
    let folder = signed(&keys(), TEXT);
    let seen = [(None, "signed"), (Some(6), "signed"), (Some(7), "signed"), (Some(8), "policy_rolled_back")];
    for (seen, expected) in seen {
        assert_eq!(code(load(folder.path(), seen)), expected, "{seen:?}");
    }
}

#[test]
fn a_key_that_is_built_in_takes_the_place_of_the_folders() {
    let (ours, theirs) = (keys(), keys());
    let folder = signed(&theirs, TEXT);
    for key in [ours.pk.to_base64(), ours.pk.to_box().unwrap().into_string()] {
        assert_eq!(code(load_pinned(folder.path(), None, Some(&key))), "policy_other_key");
        assert_eq!(code(load_pinned(signed(&ours, TEXT).path(), None, Some(&key))), "signed");
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(code(load_pinned(empty.path(), None, Some(&key))), "policy_missing");
    }
    assert_eq!(code(load_pinned(folder.path(), None, Some("no key"))), "policy_key_damaged");
}

#[test]
fn the_message_names_the_line_and_the_field_that_is_wrong() {
    let keys = keys();
    for (text, code, said) in [
        ("\n[models]\nallow = 1", "policy_unparsable", vec!["3번째", "`allow`"]),
        ("colour = 1", "policy_unparsable", vec!["1번째", "`colour`"]),
        ("\u{feff}\ncolour = 1", "policy_unparsable", vec!["2번째", "`colour`"]),
        ("serial = -1", "policy_unparsable", vec!["1번째"]),
        ("[grades]\ncopy_up_to = \"X\"", "policy_unparsable", vec!["2번째", "`X`"]),
        ("[audit]\nquestions = \"all\"", "policy_unparsable", vec!["`all`"]),
        ("[lock]\nidle_minutes = -1", "policy_unparsable", vec!["2번째"]),
        ("[lock]\nidle_minutes = 1441", "policy_invalid", vec!["lock.idle_minutes", "1441"]),
        ("[masking]\nwindow = [\"name\", \"shoe_size\"]", "policy_invalid", vec!["masking.window", "shoe_size"]),
        ("[models]\nallowed_sha256 = [\"abc\"]", "policy_invalid", vec!["models.allowed_sha256", "abc"]),
        ("issued = \"2026-13-01\"", "policy_invalid", vec!["issued", "2026-13-01"]),
        ("issued = \"어제\"", "policy_invalid", vec!["issued", "어제"]),
    ] {
        let error = load(signed(&keys, text).path(), None).unwrap_err();
        assert_eq!(error.code(), code, "{text:?}");
        for part in said {
            assert!(error.message().contains(part), "{text:?}: {}", error.message());
        }
        let failure = wire::Failure::from(error);
        assert!(failure.message.ends_with("십시오."), "{failure}");
    }
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert_eq!(code(load(signed(&keys(), &format!("\u{feff}{TEXT}")).path(), None)), "signed");
}

#[test]
fn a_model_must_be_in_the_list_and_in_the_catalog_where_the_policy_says_so() {
    let (listed, other) = ("a".repeat(64), "b".repeat(64));
    for (list, require_catalog, sum, in_catalog, expected) in [
        (vec![], false, &other, false, Ok(())),
        (vec![], true, &other, false, Err("model_not_in_catalog")),
        (vec![], true, &other, true, Ok(())),
        (vec![listed.clone()], false, &listed, false, Ok(())),
        (vec![listed.to_uppercase()], false, &listed, false, Ok(())),
        (vec![listed.clone()], false, &other, true, Err("model_not_allowed")),
        (vec![listed.clone()], true, &listed, false, Err("model_not_in_catalog")),
    ] {
        let mut policy = Policy::default();
        policy.models = policy::Models { allowed_sha256: list, require_catalog };
        let found = policy.allows_model(sum, in_catalog).map_err(|error| error.code());
        assert_eq!(found, expected, "{policy:?} {sum} {in_catalog}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_bit_changed_anywhere_in_the_file_stops_the_program(place in 0..TEXT.len(), bit in 0..8_u32) {
        let folder = signed(&keys(), TEXT);
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes[place] ^= 1_u8 << bit;
        fs::write(folder.path().join("policy.toml"), bytes)?;
        prop_assert_eq!(code(load(folder.path(), None)), "policy_altered");
    }

    #[test]
    fn any_bytes_as_key_file_and_signature_end_in_a_policy_or_an_error(
        files in proptest::array::uniform3(proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200))),
    ) {
        let folder = tempfile::tempdir()?;
        for (name, bytes) in ["policy.pub", "policy.toml", "policy.toml.minisig"].iter().zip(&files) {
            if let Some(bytes) = bytes {
                fs::write(folder.path().join(name), bytes)?;
            }
        }
        if let Ok(loaded) = load(folder.path(), None) {
            prop_assert!(loaded.source != Source::Signed);
        }
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(text: &str) -> Vec<u8> {
    let value = |digit: u8| DIGITS.iter().position(|&known| known == digit).unwrap_or(0) as u32;
    let filled = text.bytes().filter(|&digit| digit == b'=').count();
    let mut bytes: Vec<u8> = text
        .as_bytes()
        .chunks(4)
        .flat_map(|four| four.iter().fold(0, |all, &digit| all << 6 | value(digit)).to_be_bytes()[1..].to_vec())
        .collect();
    bytes.truncate(bytes.len() - filled);
    bytes
}

fn unbase64(bytes: &[u8]) -> String {
    let digits = bytes.chunks(3).flat_map(|three| {
        let all = (0..3).fold(0, |all, place| all << 8 | u32::from(three.get(place).copied().unwrap_or(0)));
        (0..4).map(move |place| match place <= three.len() {
            true => char::from(DIGITS[(all >> (18 - 6 * place) & 63) as usize]),
            false => '=',
        })
    });
    digits.collect()
}
