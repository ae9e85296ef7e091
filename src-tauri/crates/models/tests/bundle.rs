//! A bundle of models: all of it comes into the models folder, or nothing does.
#![allow(clippy::unwrap_used)]

mod made;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use catalog::Role;
use made::{gguf, names};
use minisign::KeyPair;
use models::{Added, Bundle, sum};
use sha2::{Digest, Sha256};
use wire::Failure;

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Two models, and what the manifest says of them.
fn two() -> Vec<(&'static str, Vec<u8>)> {
    vec![("exaone.gguf", gguf("EXAONE 4.0 1.2B")), ("뜻.gguf", gguf("bge-m3"))]
}

fn manifest(models: &[(&str, Vec<u8>)]) -> String {
    let model = |(file, bytes): &(&str, Vec<u8>)| {
        format!(
            "[[model]]\nfile = '{file}'\nname = 'm'\nrole = 'chat'\nlicense = 'MIT'\nbytes = {}\nsha256 = '{}'\n",
            bytes.len(),
            hash(bytes)
        )
    };
    format!("format = 1\n{}", models.iter().map(model).collect::<String>())
}

/// Files as tar lays them behind each other.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut made = Vec::new();
    for (name, bytes) in files {
        let mut head = [0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        head[148..156].fill(b' ');
        head[156] = b'0';
        head[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        made.extend(head);
        made.extend(*bytes);
        made.resize(made.len().next_multiple_of(512), 0);
    }
    made.resize(made.len() + 1024, 0);
    made
}

fn whole(models: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let manifest = manifest(models);
    let mut files = vec![("manifest.toml", manifest.as_bytes())];
    files.extend(models.iter().map(|(name, bytes)| (*name, bytes.as_slice())));
    tar(&files)
}

/// A bundle, the folder of the agency's key and the models folder.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn with(bundle: &[u8]) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("agency")).unwrap();
        std::fs::write(home.path().join("2026.naratmal-models"), bundle).unwrap();
        Self { home }
    }

    fn pinned(self, keys: &KeyPair) -> Self {
        std::fs::write(self.home.path().join("agency/policy.pub"), keys.pk.to_box().unwrap().to_string()).unwrap();
        self
    }

    fn models(&self) -> PathBuf {
        self.home.path().join("models")
    }

    fn open(&self) -> Result<Bundle, Failure> {
        Bundle::open(&self.home.path().join("2026.naratmal-models"), &self.home.path().join("agency"))
    }

    fn add(&self) -> Result<Vec<Added>, Failure> {
        self.open()?.add(&self.models(), |_, _| true, |_, _| Ok(()))
    }

    /// The code of the failure; nothing of the bundle is left.
    fn refused(&self) -> String {
        let before = if self.models().exists() { names(&self.models()) } else { Vec::new() };
        let failure = self.add().unwrap_err();
        assert_eq!(if self.models().exists() { names(&self.models()) } else { Vec::new() }, before, "{failure}");
        failure.code
    }
}

fn signed(models: &[(&str, Vec<u8>)], keys: &KeyPair, sign: &str) -> Vec<u8> {
    let manifest = manifest(models);
    let signature = minisign::sign(Some(&keys.pk), &keys.sk, Cursor::new(sign), Some("models"), None).unwrap().into_string();
    let mut files = vec![("manifest.toml", manifest.as_bytes()), ("manifest.toml.minisig", signature.as_bytes())];
    files.extend(models.iter().map(|(name, bytes)| (*name, bytes.as_slice())));
    tar(&files)
}

#[test]
fn all_models_come_in_and_it_is_told_how_far() {
    let models = two();
    let desk = Desk::with(&whole(&models));
    let bundle = desk.open().unwrap();
    assert!(!bundle.is_signed());
    let of: u64 = bundle.models().iter().map(|model| model.bytes).sum();
    let (mut told, mut asked) = (Vec::new(), Vec::new());
    let added = bundle
        .add(&desk.models(), |done, of| { told.push((done, of)); true }, |file, sum| { asked.push((file.to_owned(), sum.to_owned())); Ok(()) })
        .unwrap();
    assert_eq!((told[0], *told.last().unwrap()), ((0, of), (of, of)));
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(asked, models.iter().map(|(name, bytes)| ((*name).to_owned(), hash(bytes))).collect::<Vec<_>>());
    for (added, (name, bytes)) in added.iter().zip(&models) {
        assert_eq!((&added.path, &added.sha256), (&desk.models().join(name), &hash(bytes)));
        assert_eq!(std::fs::read(&added.path).unwrap(), *bytes);
    }
    assert_eq!(names(&desk.models()), ["exaone.gguf", "뜻.gguf"]);
}

#[test]
fn one_that_is_there_already_stays_and_another_by_its_name_is_not_written_over() {
    let models = two();
    let desk = Desk::with(&whole(&models));
    std::fs::create_dir(desk.models()).unwrap();
    let there = desk.models().join("exaone.gguf");
    let mut other = models[0].1.clone();
    *other.last_mut().unwrap() = 1;
    for bytes in [other, b"GGUF".to_vec()] {
        std::fs::write(&there, &bytes).unwrap();
        assert_eq!(desk.refused(), "model_there");
        assert_eq!(std::fs::read(&there).unwrap(), bytes);
    }
    std::fs::write(&there, &models[0].1).unwrap();
    let mut asked = Vec::new();
    let added = desk.open().unwrap().add(&desk.models(), |_, _| true, |file, _| { asked.push(file.to_owned()); Ok(()) }).unwrap();
    assert_eq!((added.len(), asked), (2, vec!["뜻.gguf".to_owned()]));
    assert_eq!(names(&desk.models()), ["exaone.gguf", "뜻.gguf"]);
}

#[test]
fn what_is_not_as_the_manifest_says_leaves_the_folder_as_it_was() {
    let models = two();
    let (said, all) = (manifest(&models), whole(&models));
    let [first, second] = [models[0].1.as_slice(), models[1].1.as_slice()];
    let mut altered = all.clone();
    // The last byte of the last model.
    let last = 512 * 2 + 512 + first.len().next_multiple_of(512) + 512 + second.len() - 1;
    altered[last] ^= 1;
    let renamed = |from: &str, to: &str| tar(&[("manifest.toml", said.replace(from, to).as_bytes()), ("exaone.gguf", first), ("뜻.gguf", second)]);
    let known = vec![("smollm2-135m-instruct-q4_1.gguf", gguf("m"))];
    let broken = vec![("broken.gguf", b"GGUG".to_vec())];
    let table = [
        ("another sum", altered, "model_sum_differs"),
        ("no tar", b"GGUF\x03\0\0\0".to_vec(), "bundle_damaged"),
        ("nothing", Vec::new(), "bundle_damaged"),
        ("no manifest", tar(&[("exaone.gguf", first)]), "bundle_damaged"),
        ("a manifest that is none", tar(&[("manifest.toml", b"format = ")]), "bundle_damaged"),
        ("a manifest of no models", tar(&[("manifest.toml", b"format = 1\nmodel = []\n")]), "bundle_damaged"),
        ("a manifest that goes on and on", tar(&[("manifest.toml", &vec![b'#'; (1 << 20) + 1])]), "bundle_damaged"),
        ("a manifest of a newer program", renamed("format = 1", "format = 2\nmore = true"), "bundle_newer"),
        ("a name that leads out", renamed("'exaone.gguf'", "'../exaone.gguf'"), "bundle_name"),
        ("no model's name", renamed("'exaone.gguf'", "'exaone.so'"), "bundle_name"),
        ("a name twice", renamed("'뜻.gguf'", "'EXAONE.gguf'"), "bundle_damaged"),
        ("another order", tar(&[("manifest.toml", said.as_bytes()), ("뜻.gguf", second), ("exaone.gguf", first)]), "bundle_damaged"),
        ("one too few", tar(&[("manifest.toml", said.as_bytes()), ("exaone.gguf", first)]), "bundle_damaged"),
        ("one too many", tar(&[("manifest.toml", said.as_bytes()), ("exaone.gguf", first), ("뜻.gguf", second), ("a.gguf", first)]), "bundle_damaged"),
        ("another length", renamed(&format!("bytes = {}", second.len()), "bytes = 7"), "bundle_damaged"),
        ("another file by a known name", whole(&known), "model_sum_differs"),
        ("no GGUF", whole(&broken), "model_not_gguf"),
    ];
    for (name, bundle, code) in table {
        assert_eq!(Desk::with(&bundle).refused(), code, "{name}");
    }
}

#[test]
fn wherever_it_is_cut_short_nothing_comes_in() {
    let whole = whole(&two());
    for cut in (0..whole.len() - 1024).step_by(97) {
        assert_eq!(Desk::with(&whole[..cut]).refused(), "bundle_damaged", "cut at {cut}");
    }
}

#[test]
fn where_it_is_stopped_or_not_allowed_nothing_comes_in() {
    let desk = Desk::with(&whole(&two()));
    let stopped = desk.open().unwrap().add(&desk.models(), |done, of| done < of, |_, _| Ok(())).unwrap_err();
    assert_eq!(stopped.code, "model_stopped");
    let allow = |file: &str, _: &str| if file == "exaone.gguf" { Ok(()) } else { Err(Failure::new("model_not_allowed", "", "")) };
    let forbidden = desk.open().unwrap().add(&desk.models(), |_, _| true, allow).unwrap_err();
    assert_eq!(forbidden.code, "model_not_allowed");
    assert_eq!(names(&desk.models()), [""; 0]);
}

#[test]
fn the_agencys_key_decides_where_one_is_pinned() {
    let models = two();
    let [keys, other] = [(); 2].map(|()| KeyPair::generate_unencrypted_keypair().unwrap());
    let said = manifest(&models);
    let mut unreadable = signed(&models, &keys, &said);
    let place = unreadable.windows(21).position(|name| name == b"manifest.toml.minisig").unwrap();
    unreadable[place + 512] = 0xff;
    let table = [
        ("signed", signed(&models, &keys, &said), None),
        ("not signed", whole(&models), Some("bundle_unsigned")),
        ("signed by another key", signed(&models, &other, &said), Some("bundle_other_key")),
        ("changed since", signed(&models, &keys, &format!("{said}\n")), Some("bundle_altered")),
        ("a signature that is none", unreadable, Some("bundle_altered")),
    ];
    for (name, bundle, code) in table {
        let desk = Desk::with(&bundle).pinned(&keys);
        match code {
            Some(code) => assert_eq!(desk.refused(), code, "{name}"),
            None => {
                assert!(desk.open().unwrap().is_signed());
                assert_eq!(desk.add().unwrap().len(), 2);
            }
        }
    }
    // Without a key a signature proves nothing, and hinders nothing.
    let desk = Desk::with(&signed(&models, &other, &said));
    assert!(!desk.open().unwrap().is_signed());
    assert_eq!(desk.add().unwrap().len(), 2);
}

#[test]
fn the_manifest_that_set_up_writes_is_read() {
    // The tests of xtask hold what it writes to the same file.
    let desk = Desk::with(&tar(&[("manifest.toml", include_bytes!("manifest.toml"))]));
    let bundle = desk.open().unwrap();
    let read: Vec<_> = bundle.models().iter().map(|model| (&*model.file, model.role, model.bytes)).collect();
    assert_eq!(read, [("exaone.gguf", Role::Chat, 4), ("뜻 찾기.gguf", Role::Embedding, 0)]);
    assert_eq!(bundle.models()[0].sha256, hash(b"test"));
}

#[test]
fn what_the_systems_tar_makes_is_read() {
    let models = two();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("manifest.toml"), manifest(&models)).unwrap();
    models.iter().for_each(|(name, bytes)| std::fs::write(folder.path().join(name), bytes).unwrap());
    let made = folder.path().join("made.tar");
    let tar = std::process::Command::new("tar")
        .args(["--create", "--format=gnu", "--file"])
        .arg(&made)
        .current_dir(folder.path())
        .args(["manifest.toml", "exaone.gguf", "뜻.gguf"])
        .status();
    if !tar.is_ok_and(|status| status.success()) {
        println!("SKIPPED: there is no GNU tar");
        return;
    }
    let desk = Desk::with(&std::fs::read(&made).unwrap());
    desk.add().unwrap();
    for (name, bytes) in models {
        assert_eq!(sum(Path::new(&desk.models().join(name)), |_, _| true).unwrap(), hash(&bytes));
    }
}
