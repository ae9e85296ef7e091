use std::path::{Path, PathBuf};

use wire::Failure;

/// What stands behind a file's name in that of its reference text.
const REFERENCE: &str = ".ref.txt";

/// Every file below `folder` that is no reference text, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(folder, &mut found).map_err(|error| {
        Failure::new("folder_unreadable", "폴더를 읽지 못했습니다.", format!("{}: {error}", folder.display()))
    })?;
    found.sort();
    Ok(found)
}

/// The reference text beside a file, where there is one.
pub fn reference(file: &Path) -> Option<PathBuf> {
    let mut reference = file.as_os_str().to_owned();
    reference.push(REFERENCE);
    Some(PathBuf::from(reference)).filter(|reference| reference.is_file())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !path.to_string_lossy().ends_with(REFERENCE) {
            files.push(path);
        }
    }
    Ok(())
}
