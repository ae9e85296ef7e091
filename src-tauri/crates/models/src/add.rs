//! Files come into the models folder whole or not at all, and leave it when nothing uses them.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wire::Failure;

use crate::folder::{About, is_gguf};

/// What is left free on the disk: a system without any room does worse than one without a model. In bytes.
const SPARE: u64 = 512 << 20;
/// What is read at a time, in bytes.
const PIECE: usize = 1 << 20;
/// Every so many bytes it is told how far it has come.
const TOLD_EVERY: u64 = 16 << 20;

/// A file that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Where it lies now.
    pub path: PathBuf,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

/// Copies the model at `source` into `folder`. It gets its name there only when all of it is on the disk and `allow` was
/// content with its SHA-256; until then, and where it fails, there is nothing by that name. `progress` gets bytes done
/// and of how many, and says whether to go on. One at a time: what an earlier one that was killed left is removed.
///
/// # Errors
/// `model_not_gguf` and the others of [`About::read`]; `model_there`, `disk_full`, `model_changed`,
/// `model_sum_differs`, `model_stopped`, `model_not_added`, and what `allow` says.
pub fn add(
    source: &Path,
    folder: &Path,
    mut progress: impl FnMut(u64, u64) -> bool,
    allow: impl FnOnce(&str) -> Result<(), Failure>,
) -> Result<Added, Failure> {
    About::read(source)?;
    std::fs::create_dir_all(folder).map_err(|error| not_added(&error))?;
    sweep(folder);
    let name = name_of(source);
    let target = folder.join(&name);
    if target.exists() {
        return Err(there(&target));
    }
    let mut from = File::open(source).map_err(|error| not_added(&error))?;
    let bytes = from.metadata().map_err(|error| not_added(&error))?.len();
    room(bytes, fs4::available_space(folder).ok())?;
    let part = Part(folder.join(part_of(&name)));
    let mut to = File::create(&part.0).map_err(|error| not_added(&error))?;
    let sha256 = copy(&mut from, Some(&mut to), bytes, &mut progress)?;
    to.sync_all().map_err(|error| not_added(&error))?;
    drop(to);
    expected(&name, &sha256)?;
    allow(&sha256)?;
    std::fs::rename(&part.0, &target).map_err(|error| not_added(&error))?;
    Ok(Added { path: target, sha256 })
}

/// The SHA-256 of the file at `path`; `progress` as in [`add`].
///
/// # Errors
/// `model_missing`, `model_changed`, `model_stopped`, `model_not_added`.
pub fn sum(path: &Path, mut progress: impl FnMut(u64, u64) -> bool) -> Result<String, Failure> {
    let unreadable = |error: io::Error| policy::Error::ModelUnreadable(format!("{}: {error}", path.display()));
    let mut file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    copy(&mut file, None, bytes, &mut progress)
}

/// Removes the model at `path` from `folder`, where none of `used` is it and `allow` is content.
///
/// # Errors
/// `model_in_use`, `model_elsewhere` for a file that the folder does not hold, `model_not_removed`,
/// and what `allow` says.
pub fn remove(
    path: &Path,
    folder: &Path,
    used: &[PathBuf],
    allow: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    };
    if used.iter().any(|used| same(used, path)) {
        return Err(Failure::new(
            "model_in_use",
            "지금 쓰고 있는 모델은 삭제할 수 없습니다. 다른 모델을 쓰거나 사용을 끈 뒤 다시 삭제해 주십시오.",
            path.display(),
        ));
    }
    if !is_gguf(path) || !path.parent().is_some_and(|parent| same(parent, folder)) {
        return Err(Failure::new(
            "model_elsewhere",
            "모델 폴더에 없는 파일은 삭제하지 않습니다. 파일 관리자에서 직접 삭제해 주십시오.",
            path.display(),
        ));
    }
    allow()?;
    std::fs::remove_file(path).map_err(|error| {
        Failure::new(
            "model_not_removed",
            "모델 파일을 삭제하지 못했습니다. 다른 프로그램이 쓰고 있지 않은지, 폴더에 쓸 권한이 있는지 확인해 주십시오.",
            error,
        )
    })
}

/// A file that is not whole yet; removed where it does not become so.
pub(crate) struct Part(pub(crate) PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // Where it was renamed it is no longer there.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The name in the folder: the file's own, called as models are.
fn name_of(source: &Path) -> OsString {
    let mut name = source.file_name().unwrap_or_default().to_owned();
    if name.to_string_lossy().starts_with('.') {
        // Hidden files are still being copied.
        name = format!("모델{}", name.to_string_lossy()).into();
    }
    if !is_gguf(Path::new(&name)) {
        name.push(".gguf");
    }
    name
}

pub(crate) fn part_of(name: &OsStr) -> OsString {
    let mut part = OsString::from(".");
    part.push(name);
    part.push(".part");
    part
}

/// Removes what an add left that was killed.
pub(crate) fn sweep(folder: &Path) {
    let left = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.') && name.ends_with(".gguf.part")
    };
    for file in folder.read_dir().into_iter().flatten().flatten().filter(|file| left(&file.path())) {
        // It only takes room: what cannot be removed is tried again the next time.
        let _ = std::fs::remove_file(file.path());
    }
}

/// Refuses what the disk has no room for; a disk that does not tell says so itself when it is full.
pub(crate) fn room(bytes: u64, free: Option<u64>) -> Result<(), Failure> {
    match free {
        Some(free) if free < bytes.saturating_add(SPARE) => {
            let gib = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1_u32 << 30));
            Err(Failure::new(
                "disk_full",
                format!(
                    "디스크에 {} GiB가 필요한데 {} GiB만 남아 있습니다. 쓰지 않는 파일이나 모델을 지운 뒤 다시 추가해 주십시오.",
                    gib(bytes.saturating_add(SPARE)),
                    gib(free)
                ),
                format!("{bytes} bytes, {free} free"),
            ))
        }
        _ => Ok(()),
    }
}

/// Refuses a file that the catalog knows by its name and that is another one.
pub(crate) fn expected(name: &OsStr, sha256: &str) -> Result<(), Failure> {
    let named = |model: &&catalog::Model| name.to_str() == Some(&model.file);
    match catalog::models()?.iter().find(named) {
        Some(model) if !model.sha256.eq_ignore_ascii_case(sha256) => Err(differs(sha256, &model.sha256)),
        _ => Ok(()),
    }
}

/// Reads all of a file of `bytes` bytes, writes it where it is to go, and gives its sum.
pub(crate) fn copy(
    from: &mut impl Read,
    mut to: Option<&mut File>,
    bytes: u64,
    progress: &mut impl FnMut(u64, u64) -> bool,
) -> Result<String, Failure> {
    let (mut hash, mut buffer, mut done, mut told) = (Sha256::new(), vec![0; PIECE], 0_u64, 0_u64);
    let mut goes_on = progress(0, bytes);
    while goes_on {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(not_added(&error)),
        };
        hash.update(&buffer[..count]);
        if let Some(to) = to.as_mut() {
            to.write_all(&buffer[..count]).map_err(|error| not_added(&error))?;
        }
        done += count as u64;
        if done - told >= TOLD_EVERY || done == bytes {
            told = done;
            goes_on = progress(done, bytes);
        }
    }
    if !goes_on {
        return Err(Failure::new("model_stopped", "중지했습니다. 모델 폴더는 그대로입니다.", format!("{done} of {bytes}")));
    }
    if done != bytes {
        return Err(Failure::new(
            "model_changed",
            "읽는 동안 파일이 바뀌었습니다. 복사가 끝난 파일인지 확인한 뒤 다시 시도해 주십시오.",
            format!("{done} bytes, not {bytes}"),
        ));
    }
    Ok(format!("{:x}", hash.finalize()))
}

pub(crate) fn there(target: &Path) -> Failure {
    Failure::new(
        "model_there",
        "같은 이름의 모델이 모델 폴더에 이미 있습니다. 그 모델을 먼저 삭제하거나, 추가할 파일의 이름을 바꾸어 주십시오.",
        target.display(),
    )
}

pub(crate) fn differs(sha256: &str, wanted: &str) -> Failure {
    Failure::new(
        "model_sum_differs",
        "파일의 확인값(SHA-256)이 목록에 있는 것과 다릅니다. 복사하다가 손상되었거나 다른 파일이니, 원본을 다시 받아 주십시오.",
        format!("{sha256}, not {wanted}"),
    )
}

pub(crate) fn not_added(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::StorageFull {
        return Failure::new(
            "disk_full",
            "디스크가 가득 찼습니다. 쓰지 않는 파일이나 모델을 지운 뒤 다시 추가해 주십시오.",
            error,
        );
    }
    Failure::new(
        "model_not_added",
        "모델 파일을 읽거나 저장하지 못했습니다. 원본 매체와 모델 폴더의 권한을 확인한 뒤 다시 시도해 주십시오.",
        error,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_disk_has_no_room_for_is_refused_with_the_figures() {
        const GIB: u64 = 1 << 30;
        let table = [(GIB, Some(2 * GIB), true), (GIB, Some(GIB), false), (GIB, None, true), (u64::MAX, Some(GIB), false)];
        for (bytes, free, fits) in table {
            let room = room(bytes, free);
            assert_eq!(room.is_ok(), fits, "{bytes} {free:?}");
            if let Err(failure) = room {
                assert_eq!(failure.code, "disk_full");
                assert!(failure.message.contains("1.0 GiB만"), "{}", failure.message);
            }
        }
    }

    #[test]
    fn a_file_is_called_as_models_are() {
        let table = [
            ("/usb/exaone.gguf", "exaone.gguf"),
            ("/usb/EXAONE.GGUF", "EXAONE.GGUF"),
            ("/usb/exaone", "exaone.gguf"),
            ("/usb/.exaone.gguf", "모델.exaone.gguf"),
            ("/usb/exaone.bin", "exaone.bin.gguf"),
        ];
        for (source, name) in table {
            assert_eq!(name_of(Path::new(source)), OsString::from(name), "{source}");
        }
    }

    #[test]
    fn a_file_by_the_name_of_a_known_one_must_be_that_one() {
        let model = &catalog::models().unwrap()[0];
        let name = OsString::from(&model.file);
        assert_eq!(expected(&name, &model.sha256.to_uppercase()), Ok(()));
        assert_eq!(expected(&name, &"0".repeat(64)).unwrap_err().code, "model_sum_differs");
        assert_eq!(expected(&OsString::from("own.gguf"), &"0".repeat(64)), Ok(()));
    }

    #[test]
    fn a_file_that_grows_or_shrinks_while_it_is_read_is_refused() {
        for length in [3, 5] {
            let failure = copy(&mut &[0; 4][..], None, length, &mut |_, _| true).unwrap_err();
            assert_eq!(failure.code, "model_changed", "{length}");
        }
        assert_eq!(copy(&mut &b""[..], None, 0, &mut |_, _| true).unwrap().len(), 64);
    }
}
