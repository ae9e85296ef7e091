use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::Page;

/// A page takes about a second; this is for the slowest PC and the fullest page.
const ALLOWANCE: Duration = Duration::from_secs(90);
/// Words that the recogniser is less sure of are more likely noise than text, of 100.
const SURE: f32 = 30.0;
/// A page whose words it is less sure of on the whole is not read at all, of 100.
const SURE_OF_PAGE: f32 = 45.0;

/// Reads pictures of text, each in a sandboxed process of its own: `naratmal-ocr`, which becomes tesseract.
#[derive(Debug, Clone)]
pub struct Recognition {
    executable: PathBuf,
    tesseract: PathBuf,
}

impl Recognition {
    /// With the `naratmal-ocr` beside this program and the tesseract that came with it or that the system has; `None`
    /// where one of them is missing.
    pub fn find() -> Option<Self> {
        let suffix = std::env::consts::EXE_SUFFIX;
        let executable = wire::beside(&format!("naratmal-ocr{suffix}")).ok()?;
        let shipped = wire::beside(&format!("tesseract/tesseract{suffix}")).ok();
        let tesseract = shipped.or_else(|| Some(PathBuf::from("/usr/bin/tesseract")).filter(|path| path.is_file()))?;
        Some(Self { executable, tesseract })
    }

    /// The text of a picture (binary PGM), lines in reading order; `None` where it is not readable enough.
    pub async fn text(&self, picture: &[u8], page: Page) -> Option<String> {
        match tokio::time::timeout(ALLOWANCE, self.table(picture)).await {
            Ok(Ok(table)) => lines(&table),
            Ok(Err(error)) => {
                tracing::warn!(kind = ?error.kind(), page = page.number(), "text recognition failed");
                None
            }
            Err(_) => {
                tracing::warn!(page = page.number(), "text recognition took too long");
                None
            }
        }
    }

    /// What tesseract says of each word, as tab-separated values.
    async fn table(&self, picture: &[u8]) -> std::io::Result<String> {
        let mut child = Command::new(&self.executable)
            .arg(&self.tesseract)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdin = child.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let fed = async move {
            stdin.write_all(picture).await?;
            stdin.shutdown().await
        };
        // It may stop reading when it cannot use the picture: its exit status says so better than the pipe.
        let (_, output) = tokio::join!(fed, child.wait_with_output());
        let output = output?;
        if !output.status.success() {
            return Err(std::io::Error::other(format!("naratmal-ocr: {}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Tesseract's table of words as lines of text. Columns: level, page, block, paragraph, line, word, left, top, width,
/// height, confidence, text; an empty line stands between blocks.
fn lines(table: &str) -> Option<String> {
    let mut text = String::new();
    let mut place: Option<(String, String, String)> = None;
    let (mut sure, mut letters) = (0.0, 0usize);
    for row in table.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [_, _, block, paragraph, line, _, _, _, _, _, confidence, word] = columns[..] else { continue };
        let Ok(confidence) = confidence.parse::<f32>() else { continue };
        let word = word.trim();
        if confidence < SURE || word.is_empty() {
            continue;
        }
        let here = (block.to_owned(), paragraph.to_owned(), line.to_owned());
        match &place {
            None => {}
            Some(before) if *before == here => text.push(' '),
            Some((before, ..)) if *before == here.0 => text.push('\n'),
            Some(_) => text.push_str("\n\n"),
        }
        place = Some(here);
        text.push_str(word);
        let count = word.chars().count();
        sure += confidence * count as f32;
        letters += count;
    }
    (letters > 0 && sure / letters as f32 >= SURE_OF_PAGE).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::lines;

    const HEAD: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    fn table(words: &[(u32, u32, f32, &str)]) -> String {
        let row = |(block, line, confidence, word): &(u32, u32, f32, &str)| {
            format!("5\t1\t{block}\t1\t{line}\t1\t0\t0\t9\t9\t{confidence}\t{word}\n")
        };
        HEAD.to_owned() + &words.iter().map(row).collect::<String>()
    }

    #[test]
    fn words_become_lines_and_noise_goes() {
        for (words, expected) in [
            (vec![(1, 1, 96.0, "연가"), (1, 1, 91.0, "일수"), (1, 2, 90.0, "17일"), (2, 1, 88.0, "병가")], Some("연가 일수\n17일\n\n병가")),
            (vec![(1, 1, 96.0, "연가"), (1, 1, 12.0, "|#~"), (1, 1, 90.0, "17일")], Some("연가 17일")),
            (vec![(1, 1, 35.0, "ㅁㄴ"), (1, 2, 31.0, "ㅇㄹ")], None),
            (vec![(1, 1, -1.0, ""), (1, 1, 95.0, " ")], None),
            (vec![], None),
        ] {
            assert_eq!(lines(&table(&words)).as_deref(), expected, "{words:?}");
        }
    }

    #[test]
    fn what_is_no_table_gives_no_text() {
        for text in ["", "Error in pixReadStream", "a\tb\n1\t2\n"] {
            assert_eq!(lines(text), None, "{text:?}");
        }
    }
}
