//! Several models in one file, as an agency hands them on: `*.naratmal-models`.
//!
//! It is a tar that is not compressed. Its first entry, `manifest.toml`, names every model with its length and SHA-256;
//! the second, where the agency signs, is `manifest.toml.minisig`; then come the models in the manifest's order.
//! `cargo xtask bundle-models` makes it.

mod tar;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use catalog::Role;
use serde::Deserialize;
use wire::Failure;

use crate::add::{Added, Part, copy, differs, expected, not_added, part_of, room, sum, sweep, there};
use crate::folder::{About, is_gguf};

/// What the name of a bundle ends with.
const ENDING: &str = ".naratmal-models";
const MANIFEST: &str = "manifest.toml";
const SIGNATURE: &str = "manifest.toml.minisig";
/// The longest manifest and the longest signature that are read, in bytes.
const MOST: (u64, u64) = (1 << 20, 16 << 10);
/// The manifest that this program reads.
const FORMAT: u32 = 1;
/// The longest name of a file, in bytes: as many as an entry of the archive has room for.
const LONGEST: usize = 100;

/// A model in a bundle, as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packed {
    /// The file's name in the models folder.
    pub file: String,
    /// Names it to the person.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// SPDX, or the name of a licence.
    pub license: String,
    /// The file's length, in bytes.
    pub bytes: u64,
    /// The file's SHA-256, hexadecimal.
    pub sha256: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    model: Vec<Packed>,
}

/// An opened bundle, whose manifest is believed.
#[derive(Debug)]
pub struct Bundle {
    file: File,
    /// Where the models begin in it.
    begin: u64,
    models: Vec<Packed>,
    signed: bool,
}

/// Whether a file is called as bundles are.
pub fn is_bundle(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().ends_with(ENDING))
}

impl Bundle {
    /// Opens the bundle at `path` and checks its manifest: against the agency's key, where one lies in the folder `agency`
    /// (see [`policy::signed_by_agency`]) or is built in, and for names that would lead out of the models folder.
    ///
    /// # Errors
    /// `bundle_damaged`, `bundle_newer`, `bundle_unsigned`, `bundle_other_key`, `bundle_altered`, `bundle_name`,
    /// `model_not_added` where it cannot be read, and the policy's for a key that is damaged.
    pub fn open(path: &Path, agency: &Path) -> Result<Self, Failure> {
        let mut file = File::open(path).map_err(|error| not_added(&error))?;
        let manifest = small(&mut file, MANIFEST, MOST.0)?.ok_or_else(|| damaged("no manifest comes first"))?;
        let signature = small(&mut file, SIGNATURE, MOST.1)?;
        let begin = file.stream_position().map_err(|error| not_added(&error))?;
        let signed = policy::signed_by_agency(agency, &manifest, signature.as_deref()).map_err(untrusted)?;
        Ok(Self { file, begin, models: parse(&manifest)?, signed })
    }

    /// The models in it.
    pub fn models(&self) -> &[Packed] {
        &self.models
    }

    /// True where the agency's key signed the manifest; false where no key is pinned.
    pub fn is_signed(&self) -> bool {
        self.signed
    }

    /// Copies the models into `folder`: all of them, or none. They get their names there only when the last of them is on
    /// the disk, has the sum that the manifest says, and `allow` was content with each, which it is told by the file's
    /// name and SHA-256. One that lies there already stays as it is. `progress` gets bytes done and of how many, and
    /// says whether to go on.
    ///
    /// # Errors
    /// `bundle_damaged`, `model_sum_differs`, `model_there` for another file by the same name; those of [`crate::add`].
    pub fn add(
        mut self,
        folder: &Path,
        mut progress: impl FnMut(u64, u64) -> bool,
        mut allow: impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<Vec<Added>, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| not_added(&error))?;
        sweep(folder);
        let mut missing = 0_u64;
        for model in &self.models {
            match folder.join(&model.file).metadata() {
                Ok(found) if found.len() != model.bytes => return Err(there(&folder.join(&model.file))),
                Ok(_) => {}
                Err(_) => missing = missing.saturating_add(model.bytes),
            }
        }
        room(missing, fs4::available_space(folder).ok())?;
        self.file.seek(SeekFrom::Start(self.begin)).map_err(|error| not_added(&error))?;
        let of = self.models.iter().fold(0_u64, |sum, model| sum.saturating_add(model.bytes));
        let (mut done, mut arrived) = (0, Vec::new());
        for model in &self.models {
            let head = tar::next(&mut self.file).map_err(unreadable)?;
            if head != Some(tar::Head { name: model.file.clone(), bytes: model.bytes }) {
                return Err(damaged(format!("{head:?} in the place of {}", model.file)));
            }
            arrived.push(arrive(&mut self.file, model, folder, &mut |here, _| progress(done + here, of))?);
            tar::finish(&mut self.file, model.bytes).map_err(unreadable)?;
            done += model.bytes;
        }
        if let Some(more) = tar::next(&mut self.file).map_err(unreadable)? {
            return Err(damaged(format!("{} is not in the manifest", more.name)));
        }
        for (model, arrived) in self.models.iter().zip(&arrived) {
            if arrived.part.is_some() {
                allow(&model.file, &arrived.added.sha256)?;
            }
        }
        arrived.into_iter().map(Arrived::name).collect()
    }
}

/// A model that is on the disk: in a part that has no name yet, or there already.
struct Arrived {
    part: Option<Part>,
    added: Added,
}

impl Arrived {
    fn name(self) -> Result<Added, Failure> {
        if let Some(part) = &self.part {
            std::fs::rename(&part.0, &self.added.path).map_err(|error| not_added(&error))?;
        }
        Ok(self.added)
    }
}

/// Brings the model that comes next in the bundle onto the disk.
fn arrive(
    from: &mut File,
    model: &Packed,
    folder: &Path,
    progress: &mut impl FnMut(u64, u64) -> bool,
) -> Result<Arrived, Failure> {
    let (name, target) = (OsStr::new(&model.file), folder.join(&model.file));
    if target.exists() {
        let sha256 = sum(&target, progress)?;
        if !sha256.eq_ignore_ascii_case(&model.sha256) {
            return Err(there(&target));
        }
        skip(from, model.bytes)?;
        return Ok(Arrived { part: None, added: Added { path: target, sha256 } });
    }
    let part = Part(folder.join(part_of(name)));
    let mut to = File::create(&part.0).map_err(|error| not_added(&error))?;
    let sha256 = copy(&mut from.take(model.bytes), Some(&mut to), model.bytes, progress).map_err(cut_short)?;
    to.sync_all().map_err(|error| not_added(&error))?;
    drop(to);
    if !sha256.eq_ignore_ascii_case(&model.sha256) {
        return Err(differs(&sha256, &model.sha256));
    }
    expected(name, &sha256)?;
    About::read(&part.0)?;
    Ok(Arrived { part: Some(part), added: Added { path: target, sha256 } })
}

/// Goes past `bytes` bytes, which are there already.
fn skip(from: &mut File, bytes: u64) -> Result<(), Failure> {
    let bytes = i64::try_from(bytes).map_err(damaged)?;
    from.seek(SeekFrom::Current(bytes)).map(drop).map_err(|error| not_added(&error))
}

/// The next entry, where it is the one by this name; otherwise the archive stands where it stood.
fn small(file: &mut File, name: &str, most: u64) -> Result<Option<Vec<u8>>, Failure> {
    let begin = file.stream_position().map_err(|error| not_added(&error))?;
    let head = tar::next(file).map_err(unreadable)?;
    let Some(head) = head.filter(|head| head.name == name) else {
        file.seek(SeekFrom::Start(begin)).map_err(|error| not_added(&error))?;
        return Ok(None);
    };
    if head.bytes > most {
        return Err(damaged(format!("{name} has {} bytes", head.bytes)));
    }
    let mut bytes = vec![0; head.bytes as usize];
    file.read_exact(&mut bytes).map_err(unreadable)?;
    tar::finish(file, head.bytes).map_err(unreadable)?;
    Ok(Some(bytes))
}

fn parse(manifest: &[u8]) -> Result<Vec<Packed>, Failure> {
    let text = std::str::from_utf8(manifest).map_err(damaged)?;
    let format = toml::from_str::<toml::Table>(text).map_err(damaged)?.get("format").and_then(toml::Value::as_integer);
    if format.is_some_and(|format| format > i64::from(FORMAT)) {
        return Err(Failure::new(
            "bundle_newer",
            "더 새로운 나랏말을 위한 모델 묶음입니다. 프로그램을 새 판으로 바꾼 뒤 다시 추가해 주십시오.",
            format!("format {format:?}"),
        ));
    }
    let Manifest { format, model: models } = toml::from_str(text).map_err(damaged)?;
    if format != FORMAT || models.is_empty() {
        return Err(damaged(format!("format {format}, {} models", models.len())));
    }
    let mut names = BTreeSet::new();
    for model in &models {
        if !is_plain(&model.file) {
            return Err(Failure::new(
                "bundle_name",
                "모델 묶음에 쓸 수 없는 파일 이름이 있어 추가하지 않았습니다. 묶음을 만든 사람에게 알려 주십시오.",
                format!("{:?}", model.file),
            ));
        }
        // On some systems they would be one file.
        if !names.insert(model.file.to_lowercase()) {
            return Err(damaged(format!("{} is there twice", model.file)));
        }
        if model.sha256.len() != 64 || !model.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(damaged(format!("{} has no SHA-256", model.file)));
        }
    }
    Ok(models)
}

/// Whether a name is that of a file in the models folder, on every system, and called as models are.
fn is_plain(name: &str) -> bool {
    let strange = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    // Windows keeps these for its devices, whatever stands behind the first dot.
    let device = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |kind: &str| device.strip_prefix(kind).is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit());
    let reserved = ["con", "prn", "aux", "nul"].contains(&&*device) || numbered("com") || numbered("lpt");
    name.len() <= LONGEST && !name.contains(strange) && !reserved && is_gguf(&PathBuf::from(name))
}

fn damaged(detail: impl ToString) -> Failure {
    Failure::new(
        "bundle_damaged",
        "모델 묶음 파일이 손상되었거나 모델 묶음이 아닙니다. 원본을 다시 복사한 뒤 시도해 주십시오.",
        detail,
    )
}

fn unreadable(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damaged(error),
        _ => not_added(&error),
    }
}

/// A bundle that ends within a model, where a file would have changed meanwhile.
fn cut_short(failure: Failure) -> Failure {
    if failure.code == "model_changed" { damaged(failure.detail) } else { failure }
}

/// Why a manifest is not believed.
fn untrusted(error: policy::Error) -> Failure {
    let detail = error.to_string();
    match error {
        policy::Error::PolicyUnsigned => Failure::new(
            "bundle_unsigned",
            "기관의 서명이 없는 모델 묶음이어서 추가하지 않았습니다. 보안 담당자에게 서명한 묶음을 요청하십시오.",
            detail,
        ),
        policy::Error::OtherKey => Failure::new(
            "bundle_other_key",
            "모델 묶음이 기관의 것이 아닌 키로 서명되어 추가하지 않았습니다. 보안 담당자에게 확인을 요청하십시오.",
            detail,
        ),
        policy::Error::PolicyAltered | policy::Error::SignatureDamaged(_) => Failure::new(
            "bundle_altered",
            "모델 묶음이 서명한 뒤에 바뀌었거나 서명이 손상되어 추가하지 않았습니다. 보안 담당자에게 알리십시오.",
            detail,
        ),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_models_are_taken() {
        let long = format!("{}.gguf", "a".repeat(96));
        let table = [
            ("exaone.gguf", true),
            ("한국어 모델 (Q4_K_M).GGUF", true),
            ("console.gguf", true),
            ("com10.gguf", true),
            ("../exaone.gguf", false),
            ("..gguf", false),
            ("/etc/exaone.gguf", false),
            ("a/b.gguf", false),
            ("a\\b.gguf", false),
            ("C:b.gguf", false),
            (".hidden.gguf", false),
            ("exaone.gguf\0", false),
            ("exaone.gguf\n", false),
            ("exaone.exe", false),
            ("gguf", false),
            ("", false),
            ("CON.gguf", false),
            ("lpt1.model.gguf", false),
            (long.as_str(), false),
        ];
        for (name, plain) in table {
            assert_eq!(is_plain(name), plain, "{name:?}");
        }
    }

    #[test]
    fn a_bundle_is_told_by_its_name() {
        for (path, bundle) in [
            ("/usb/2026.naratmal-models", true),
            ("/usb/2026.NARATMAL-MODELS", true),
            ("/usb/2026.gguf", false),
            ("/usb/naratmal-models", false),
            ("/", false),
        ] {
            assert_eq!(is_bundle(Path::new(path)), bundle, "{path}");
        }
    }
}
