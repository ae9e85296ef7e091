//! `cargo xtask bundle-models`: models in one file that a person carries to a machine without a network, and that the
//! window adds as it adds a model.
//!
//! A tar that is not compressed: `manifest.toml`, its signature where a key is given, then the models in the manifest's
//! order. The crate `models` reads it, and takes nothing else.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use minisign::{PublicKey, SecretKeyBox};
use serde::Serialize;

use crate::catalog::Catalog;
use crate::command::{run_quietly, say};
use crate::download::sha256_of;
use crate::failure::{Explain, Failure, Result};
use crate::places::Places;

const MANIFEST: &str = "manifest.toml";
const SIGNATURE: &str = "manifest.toml.minisig";
/// The longest name that an entry of the archive has room for, in bytes.
const LONGEST: usize = 100;
/// Of a licence that nobody wrote down.
const UNKNOWN: &str = "확인 필요";

#[derive(Debug, Serialize)]
struct Manifest {
    format: u32,
    model: Vec<Packed>,
}

/// A model in the bundle, as the crate `models` reads it.
#[derive(Debug, Serialize)]
struct Packed {
    file: String,
    name: String,
    role: String,
    license: String,
    bytes: u64,
    sha256: String,
}

/// Packs `files`, or where there are none all models of the models folder but those for quick tests, and signs the
/// manifest with the secret key in `key`. Gives the bundle's path.
pub fn bundle(places: &Places, files: Vec<PathBuf>, key: Option<&Path>, out: Option<PathBuf>) -> Result<PathBuf> {
    let catalog = Catalog::load()?;
    let files = if files.is_empty() { models_in(&places.models(), &catalog)? } else { files };
    if files.is_empty() {
        return Err(Failure::new("담을 모델이 없습니다. cargo xtask setup으로 받거나, 파일을 직접 적어 주십시오."));
    }
    let model = files.iter().map(|file| packed(file, &catalog)).collect::<Result<Vec<_>>>()?;
    let manifest = toml::to_string(&Manifest { format: 1, model })
        .map_err(|error| Failure::new(format!("모델 묶음의 목록을 만들지 못했습니다: {error}")))?;
    let out = out.unwrap_or_else(|| places.target.join("bundle").join("models.naratmal-models"));
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Another run may be making the same bundle.
    let scratch = folder.join(format!(".making-models-{}", std::process::id()));
    fs::create_dir_all(&scratch).explain("모델 묶음을 만들 폴더를 만들지 못했습니다")?;
    let made = write(&scratch, &manifest, key, &files, &out);
    fs::remove_dir_all(&scratch).explain("임시 폴더를 지우지 못했습니다")?;
    made?;
    if key.is_none() {
        say("서명하지 않은 묶음입니다. 기관의 공개키(policy.pub)를 설치한 컴퓨터에는 추가되지 않습니다(--key).");
    }
    Ok(out)
}

fn models_in(folder: &Path, catalog: &Catalog) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).explain(format!("{}을(를) 읽지 못했습니다", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let for_tests = |path: &PathBuf| catalog.models.iter().any(|model| model.role == "test" && path.ends_with(&model.file));
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "gguf") && !for_tests(path));
    paths.sort();
    Ok(paths)
}

fn packed(path: &Path, catalog: &Catalog) -> Result<Packed> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !file.ends_with(".gguf") || file.len() > LONGEST || file.starts_with(['.', '-']) || file.contains(['\\', ':']) {
        return Err(Failure::new(format!(
            "{}: 모델 파일의 이름은 .gguf로 끝나고 {LONGEST}바이트를 넘지 않아야 합니다. 이름을 바꾸어 주십시오.",
            path.display()
        )));
    }
    say(format!("{file}의 SHA-256을 구합니다."));
    let bytes = fs::metadata(path).explain(format!("{}을(를) 읽지 못했습니다", path.display()))?.len();
    let sha256 = sha256_of(path)?;
    let known = catalog.models.iter().find(|model| model.file == file);
    if known.is_some_and(|model| model.sha256 != sha256) {
        return Err(Failure::new(format!("{file}의 SHA-256이 목록(models/catalog.toml)과 다릅니다. 파일을 다시 받아 주십시오.")));
    }
    Ok(Packed {
        name: known.map_or_else(|| file.trim_end_matches(".gguf").to_owned(), |model| model.name.clone()),
        role: known.map_or_else(|| catalog.role_of(&file).to_owned(), |model| model.role.clone()),
        license: known.map_or_else(|| UNKNOWN.to_owned(), |model| model.license.clone()),
        bytes,
        sha256,
        file,
    })
}

fn write(scratch: &Path, manifest: &str, key: Option<&Path>, files: &[PathBuf], out: &Path) -> Result<()> {
    let unwritten = "모델 묶음의 목록을 쓰지 못했습니다";
    fs::write(scratch.join(MANIFEST), manifest).explain(unwritten)?;
    let partial = scratch.join("bundle.part");
    let mut tar = Command::new("tar");
    tar.args(["--create", "--format=gnu", "--owner=0", "--group=0", "--numeric-owner", "--mode=0644", "--mtime=@0", "--file"])
        .arg(&partial)
        .arg("-C")
        .arg(std::path::absolute(scratch).explain(unwritten)?)
        .arg(MANIFEST);
    if let Some(key) = key {
        let text = fs::read_to_string(key).explain(format!("{}을(를) 읽지 못했습니다", key.display()))?;
        fs::write(scratch.join(SIGNATURE), sign(manifest, &text, None)?).explain(unwritten)?;
        tar.arg(SIGNATURE);
    }
    for file in files {
        let file = std::path::absolute(file).explain("모델 파일의 자리를 알아내지 못했습니다")?;
        tar.arg("-C").arg(file.parent().unwrap_or(Path::new("/"))).arg(file.file_name().unwrap_or_default());
    }
    say("모델 묶음을 만듭니다.");
    run_quietly(&mut tar, "모델 묶음(tar)")?;
    fs::rename(&partial, out).explain("모델 묶음을 제자리에 옮기지 못했습니다")
}

/// The signature of `manifest` by the secret key in the text of a minisign key file. Its password is asked for in the
/// terminal where none is given; a key without one has the empty password.
fn sign(manifest: &str, key: &str, password: Option<String>) -> Result<String> {
    let wrong = |error: minisign::PError| {
        Failure::new(format!("서명하지 못했습니다: {error}. minisign의 비밀키 파일과 그 암호를 확인해 주십시오."))
    };
    let secret = SecretKeyBox::from_string(key).and_then(|key| key.into_secret_key(password)).map_err(wrong)?;
    let public = PublicKey::from_secret_key(&secret).map_err(wrong)?;
    // No moment in the comment: what is signed has none either.
    let signature = minisign::sign(Some(&public), &secret, Cursor::new(manifest), Some("naratmal-models 1"), None);
    signature.map(|signature| signature.into_string()).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tests of the crate `models` read the same file.
    const EXAMPLE: &str = include_str!("../../../src-tauri/crates/models/tests/manifest.toml");

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("naratmal-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn the_manifest_is_what_the_program_reads() {
        let model = |file: &str, name: &str, role: &str, license: &str, bytes, sha256: &str| Packed {
            file: file.to_owned(),
            name: name.to_owned(),
            role: role.to_owned(),
            license: license.to_owned(),
            bytes,
            sha256: sha256.to_owned(),
        };
        let nc = "EXAONE AI Model License Agreement 1.2 - NC";
        let of_test = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let model = vec![
            model("exaone.gguf", "EXAONE 4.0 1.2B", "chat", nc, 4, of_test),
            model("뜻 찾기.gguf", "뜻 찾기", "embedding", UNKNOWN, 0, of_nothing),
        ];
        assert_eq!(toml::to_string(&Manifest { format: 1, model }).expect("a manifest"), EXAMPLE);
    }

    #[test]
    fn models_are_known_by_the_catalogue_or_by_their_names() {
        let (catalog, folder) = (Catalog::load().expect("a catalogue"), folder("packed"));
        let table = [("bge-m3.gguf", Some("embedding")), ("own.gguf", Some("chat")), ("own.bin", None), ("-own.gguf", None), (".own.gguf", None)];
        for (file, role) in table {
            fs::write(folder.join(file), "test").expect("a file");
            let made = packed(&folder.join(file), &catalog);
            assert_eq!(made.as_ref().ok().map(|model| &*model.role), role, "{file}");
            if let Ok(model) = made {
                assert_eq!((model.bytes, &*model.license, &*model.name), (4, UNKNOWN, file.trim_end_matches(".gguf")));
            }
        }
        let known = &catalog.models[0].file;
        fs::write(folder.join(known), "test").expect("a file");
        let message = packed(&folder.join(known), &catalog).expect_err("another file").to_string();
        assert!(message.contains("SHA-256"), "{message}");
        let listed = models_in(&folder, &catalog).expect("a list");
        assert!(listed.iter().all(|path| path.extension().is_some_and(|ending| ending == "gguf")), "{listed:?}");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_archive_has_the_manifest_its_signature_and_the_models_in_order() {
        let folder = folder("models");
        for name in ["b.gguf", "a.gguf"] {
            fs::write(folder.join(name), name).expect("a model");
        }
        let files = ["b.gguf", "a.gguf"].map(|name| folder.join(name));
        let out = folder.join("made.naratmal-models");
        let scratch = folder.join("scratch");
        fs::create_dir_all(&scratch).expect("a folder");
        write(&scratch, "format = 1\n", None, &files, &out).expect("a bundle");
        let list = Command::new("tar").arg("-tf").arg(&out).output().expect("tar");
        assert_eq!(String::from_utf8_lossy(&list.stdout), "manifest.toml\nb.gguf\na.gguf\n");
        let bytes = fs::read(&out).expect("the bundle");
        assert_eq!((&bytes[..13], &bytes[257..262], &bytes[512..523]), (&b"manifest.toml"[..], &b"ustar"[..], &b"format = 1\n"[..]));
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_key_with_its_password_signs_and_another_password_does_not() {
        let password = || Some("비밀".to_owned());
        let keys = minisign::KeyPair::generate_encrypted_keypair(password()).expect("keys");
        let text = keys.sk.to_box(None).expect("a box").into_string();
        let signed = sign("format = 1\n", &text, password()).expect("a signature");
            let signature = minisign::SignatureBox::from_string(&signed).expect("a signature");
        let holds = |text: &str| minisign::verify(&keys.pk, &signature, Cursor::new(text.to_owned()), true, false, false).is_ok();
        assert!(holds("format = 1\n") && !holds("format = 2\n"));
        assert!(sign("format = 1\n", &text, Some("아님".to_owned())).is_err());
        assert!(sign("format = 1\n", "no key", password()).is_err());
    }
}
