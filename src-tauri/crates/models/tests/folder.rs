//! The models folder: what lies there, what comes in and what goes.
#![allow(clippy::unwrap_used)]

mod made;

use std::path::PathBuf;

use catalog::Role;
use made::{gguf, names};
use models::{Records, Trial, add, list, quantisation, remove, sum};
use proptest::prelude::*;
use wire::Failure;

/// A folder with a file in it.
fn source(bytes: &[u8], name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn trial() -> Trial {
    Trial {
        at_ms: 1,
        prompt_tokens_per_s: 80.0,
        generate_tokens_per_s: 9.5,
        right: 10,
        asked: 12,
        questions: 12,
        device: "CPU".to_owned(),
    }
}

#[test]
fn a_model_is_added_whole_and_listed_with_what_its_header_says() {
    let (_usb, path) = source(&gguf("EXAONE 3.5 7.8B Instruct"), "모델.gguf");
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("models");
    assert!(list(&folder, &[]).unwrap().is_empty(), "there is no folder yet");
    let mut told = Vec::new();
    let added = add(&path, &folder, |done, of| { told.push((done, of)); true }, |_| Ok(())).unwrap();
    let bytes = path.metadata().unwrap().len();
    assert_eq!(told, [(0, bytes), (bytes, bytes)]);
    assert_eq!(added.sha256, sum(&path, |_, _| true).unwrap());
    assert_eq!(std::fs::read(&added.path).unwrap(), std::fs::read(&path).unwrap());
    assert_eq!(names(&folder), ["모델.gguf"]);

    let listed = list(&folder, &[]).unwrap();
    let about = listed[0].about.as_ref().unwrap();
    assert_eq!((listed[0].role, listed[0].in_folder, listed[0].bytes), (Role::Chat, true, bytes));
    assert_eq!((about.parameters, about.quantisation, about.license.as_deref()), (16, Some("Q4_K_M"), Some("mit")));
    assert_eq!(listed[0].known.unwrap().maker, "LG AI연구원");
}

/// What it is called, its bytes, the name of its file, whether copying goes on, whether it is allowed.
type Refused<'a> = (&'a str, &'a [u8], &'a str, fn(u64, u64) -> bool, &'a dyn Fn(&str) -> Result<(), Failure>);

#[test]
fn what_is_refused_leaves_the_folder_as_it_was() {
    let whole = gguf("m");
    let no = |_: &str| Err(Failure::new("model_not_allowed", "", ""));
    let yes = |_: &str| Ok(());
    let mut forged = b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
    forged.extend(u64::MAX.to_le_bytes());
    let table: [Refused; 6] = [
        ("no GGUF", b"PK\x03\x04", "a.gguf", |_, _| true, &yes),
        ("a damaged one", &forged, "a.gguf", |_, _| true, &yes),
        ("stopped at once", &whole, "a.gguf", |_, _| false, &yes),
        ("stopped at the end", &whole, "a.gguf", |done, of| done < of, &yes),
        ("not allowed", &whole, "a.gguf", |_, _| true, &no),
        ("another file by a known name", &whole, "smollm2-135m-instruct-q4_1.gguf", |_, _| true, &yes),
    ];
    let codes = ["model_not_gguf", "model_damaged", "model_stopped", "model_stopped", "model_not_allowed", "model_sum_differs"];
    for ((name, bytes, file, progress, allow), code) in table.into_iter().zip(codes) {
        let (_usb, path) = source(bytes, file);
        let folder = tempfile::tempdir().unwrap();
        let failure = add(&path, folder.path(), progress, allow).unwrap_err();
        assert_eq!(failure.code, code, "{name}");
        assert_eq!(names(folder.path()), [""; 0], "{name}");
    }
}

#[test]
fn nothing_is_written_over_and_what_a_killed_add_left_is_swept() {
    let (_usb, path) = source(&gguf("m"), "a.gguf");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".old.gguf.part"), "half").unwrap();
    add(&path, folder.path(), |_, _| true, |_| Ok(())).unwrap();
    assert_eq!(names(folder.path()), ["a.gguf"]);
    assert_eq!(add(&path, folder.path(), |_, _| true, |_| Ok(())).unwrap_err().code, "model_there");
    let own = folder.path().join("a.gguf");
    assert_eq!(add(&own, folder.path(), |_, _| true, |_| Ok(())).unwrap_err().code, "model_there");
    let missing = add(&folder.path().join("none.gguf"), folder.path(), |_, _| true, |_| Ok(())).unwrap_err();
    assert_eq!(missing.code, "model_missing");
}

#[test]
fn a_list_holds_damaged_models_with_their_reason_and_used_ones_that_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("b.gguf", gguf("b")), ("a.gguf", b"GGUG".to_vec()), ("notes.txt", Vec::new()), (".c.gguf", gguf("c"))] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    std::fs::write(folder.path().join("bge-m3.gguf"), gguf("bge-m3")).unwrap();
    let (_usb, used) = source(&gguf("used"), "used.gguf");
    let own = folder.path().join("b.gguf");
    let listed = list(folder.path(), &[own, used.clone(), used, PathBuf::from("/nowhere/gone.gguf")]).unwrap();
    let shown: Vec<_> = listed.iter().map(|model| (model.file.as_str(), model.in_folder, model.role)).collect();
    let expected = [
        ("a.gguf", true, Role::Chat),
        ("b.gguf", true, Role::Chat),
        ("bge-m3.gguf", true, Role::Embedding),
        ("used.gguf", false, Role::Chat),
    ];
    assert_eq!(shown, expected);
    assert_eq!(listed[0].about.as_ref().unwrap_err().code, "model_not_gguf");
}

#[test]
fn only_what_lies_in_the_folder_and_nothing_uses_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (_usb, elsewhere) = source(&gguf("m"), "elsewhere.gguf");
    let [own, used] = ["own.gguf", "used.gguf"].map(|name| {
        let path = folder.path().join(name);
        std::fs::write(&path, gguf("m")).unwrap();
        path
    });
    std::fs::write(folder.path().join("notes.txt"), "").unwrap();
    let outside = folder.path().join("..").join(folder.path().file_name().unwrap()).join("used.gguf");
    let table = [
        (used.clone(), "model_in_use"),
        (outside, "model_in_use"),
        (elsewhere, "model_elsewhere"),
        (folder.path().join("notes.txt"), "model_elsewhere"),
        (folder.path().join("gone.gguf"), "model_not_removed"),
    ];
    for (path, code) in table {
        assert_eq!(remove(&path, folder.path(), std::slice::from_ref(&used), || Ok(())).unwrap_err().code, code, "{}", path.display());
    }
    let forbidden = remove(&own, folder.path(), &[], || Err(Failure::new("audit_unwritable", "", "")));
    assert_eq!(forbidden.unwrap_err().code, "audit_unwritable");
    remove(&own, folder.path(), &[used], || Ok(())).unwrap();
    assert_eq!(names(folder.path()), ["notes.txt", "used.gguf"]);
}

#[test]
fn what_was_found_out_holds_as_long_as_the_file_is_the_same() {
    let (usb, path) = source(&gguf("m"), "a.gguf");
    let look = || list(usb.path(), &[]).unwrap();
    let mut records = Records::default();
    records.note_sum(&look()[0], "ab".repeat(32));
    records.note_trial(&look()[0], trial());
    let record = records.of(&look()[0]).unwrap();
    assert_eq!((record.sha256.clone(), record.trial.clone()), (Some("ab".repeat(32)), Some(trial())));

    // Of another length: both may be written in one millisecond.
    std::fs::write(&path, gguf(&"another ".repeat(9))).unwrap();
    assert_eq!(records.of(&look()[0]), None, "it is another file by the same name");
    records.note_sum(&look()[0], "cd".repeat(32));
    assert_eq!(records.of(&look()[0]).unwrap().trial, None, "the other one was tested");
    std::fs::remove_file(&path).unwrap();
    records.keep_only(&look());
    assert_eq!(records, Records::default());
}

#[test]
fn a_way_to_quantise_has_the_name_that_people_call_it_by() {
    for (number, name) in [(2, Some("Q4_0")), (15, Some("Q4_K_M")), (18, Some("Q6_K")), (4, None), (u64::MAX, None)] {
        assert_eq!(quantisation(number), name, "{number}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_folder_with_any_file_can_be_listed(bytes in proptest::collection::vec(any::<u8>(), 0..300), broken in any::<(usize, u8)>()) {
        let mut damaged = gguf("EXAONE 4.0 1.2B");
        let place = broken.0 % damaged.len();
        damaged[place] = broken.1;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("random.gguf"), [b"GGUF\x03\0\0\0", bytes.as_slice()].concat()).unwrap();
        std::fs::write(folder.path().join("damaged.gguf"), damaged).unwrap();
        prop_assert_eq!(list(folder.path(), &[]).unwrap().len(), 2);
    }
}
