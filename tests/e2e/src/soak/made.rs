//! The documents of a round: a small set that differs from round to round in words, formats and lengths.

use std::path::{Path, PathBuf};

use crate::Result;

const PLACES: [&str; 7] = ["청사 주차장", "자료실", "구내식당", "회의실", "체육관", "어린이집", "민원실"];
const OFFICES: [&str; 5] = ["총무과", "회계과", "정보화담당관", "감사담당관", "시민봉사과"];

/// What a round has to read, and to ask about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Made {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// Those that can be read by their names; another one is broken.
    pub readable: usize,
    /// A question that one of them answers.
    pub question: String,
}

/// Writes the documents of a round into `folder`, which it empties before.
///
/// # Errors
/// The disk's.
pub fn documents(folder: &Path, round: usize) -> Result<Made> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let (place, office) = (PLACES[round % PLACES.len()], OFFICES[round % OFFICES.len()]);
    let sentence = |line: usize| {
        let (place, office) = (PLACES[line % PLACES.len()], OFFICES[(line + round) % OFFICES.len()]);
        format!("제{line}조 {place}의 {round}차 점검은 {office}에서 {}월에 하고 결과를 7일 안에 보고한다.\n", line % 12 + 1)
    };
    let long: String = (1..12 + round % 5 * 12).map(sentence).collect();
    let (korean, _, _) = encoding_rs::EUC_KR.encode(&long);
    let rows: String = (1..30).map(|line| format!("{},{},{}\n", PLACES[line % PLACES.len()], line, line * 1500 + round)).collect();
    let about = format!("{place} {round}차 이용 안내\n{place}을 이용하려면 {office}에 사흘 전까지 신청한다.\n");
    let files: [(String, Vec<u8>); 6] = [
        (format!("이용 안내 {round}.txt"), about.into_bytes()),
        (format!("점검 계획 {round}.txt"), korean.into_owned()),
        (format!("점검 지침 {round}.md"), format!("# 점검 지침\n\n{long}").into_bytes()),
        (format!("사용료 {round}.csv"), format!("시설,시간,금액\n{rows}").into_bytes()),
        (format!("공지 {round}.html"), format!("<html><body><h1>공지</h1><p>{}</p></body></html>", sentence(round + 1)).into_bytes()),
        (format!("깨진 문서 {round}.hwpx"), b"PK\x03\x04 not the rest".to_vec()),
    ];
    let mut paths = Vec::with_capacity(files.len());
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::write(&path, content)?;
        paths.push(path);
    }
    Ok(Made { readable: paths.len() - 1, paths, question: format!("{place}을 이용하려면 언제까지 신청해야 합니까?") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_has_documents_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("made");
        let mut seen = Vec::new();
        for round in 0..9 {
            let made = documents(&folder, round).unwrap();
            assert_eq!((made.paths.len(), made.readable), (6, 5));
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 6, "those of the round before are still there");
            for path in &made.paths[..made.readable] {
                let content = std::fs::read(path).unwrap();
                assert!(!seen.contains(&content), "{}", path.display());
                seen.push(content);
            }
        }
    }
}
