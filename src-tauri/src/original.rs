//! A document's own file, as the person keeps it: opened in its own program, and read once more for its pages.

use std::fmt;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use documents::Format;
use policy::{Policy, gguf};
use vault::{DocumentRow, DocumentState, Vault};
use wire::Failure;

/// The most bytes that the page is given of a file: it holds them more than once while it draws.
const MOST: u64 = 100 << 20;
/// How long the system's opener is waited for: it says in this time that it found no program.
const WAIT: Duration = Duration::from_secs(3);

fn missing(detail: impl fmt::Display) -> Failure {
    Failure::new(
        "original_missing",
        "원본 파일을 찾을 수 없거나 읽을 권한이 없습니다. 옮기거나 지운 파일의 내용은 ‘글’로 볼 수 있습니다.",
        detail,
    )
}

/// Where the document's file lies: where it was read from, or another place that the same content was seen at.
///
/// # Errors
/// `original_missing`, and the vault's.
pub fn file_of(vault: &Vault, id: i64) -> Result<PathBuf, Failure> {
    let main = vault.document_path(id)?;
    if main.is_file() {
        return Ok(main);
    }
    let mut others = vault.places_of(id)?.into_iter().map(|place| place.path);
    others.find(|path| path.is_file()).ok_or_else(|| missing(main.display()))
}

/// The endings under which the system finds the program of a format. None for web pages and mail: what shows them may
/// fetch what they name from the network, and this program cannot keep another one from it.
fn extensions(format: Format) -> &'static [&'static str] {
    match format {
        Format::Hwp | Format::Hwp3 => &["hwp"],
        Format::Hwpx => &["hwpx"],
        Format::Hwpml => &["hml", "hwpml"],
        Format::Pdf => &["pdf"],
        Format::Docx => &["docx"],
        Format::Xlsx => &["xlsx"],
        Format::Xls => &["xls"],
        Format::Pptx => &["pptx"],
        Format::Odt => &["odt"],
        Format::Csv => &["csv", "tsv"],
        Format::Txt => &["txt"],
        Format::Md => &["md", "markdown"],
        Format::Zip => &["zip"],
        Format::Image => &["png", "jpg", "jpeg", "tif", "tiff"],
        Format::Html | Format::Eml => &[],
    }
}

/// Refuses a file that the system might start instead of show: its ending has to be one of what was read in it.
///
/// # Errors
/// `original_unread` before it was read, `original_refused`.
pub fn check(path: &Path, format: Option<Format>) -> Result<(), Failure> {
    let Some(format) = format else {
        return Err(Failure::new("original_unread", "아직 읽지 않은 자료입니다. 다 읽은 뒤에 다시 시도하십시오.", ""));
    };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extensions(format).contains(&ending.as_str()) {
        true => Ok(()),
        false => Err(Failure::new(
            "original_refused",
            "웹 문서와 전자우편, 그리고 내용과 확장자가 다른 파일은 안전을 위하여 여기서 열지 않습니다. 필요하면 파일 \
             관리자에서 직접 여십시오.",
            path.display(),
        )),
    }
}

fn unopened(detail: impl fmt::Display) -> Failure {
    Failure::new(
        "original_unopened",
        "이 파일을 여는 프로그램을 시작하지 못했습니다. 파일 관리자에서 직접 여십시오.",
        detail,
    )
}

/// Asks the system to show a file in the person's program. What is started by this process may use no network either
/// (the guard is inherited); a program that runs already, or that the desktop starts, is not bound by that.
///
/// # Errors
/// `original_unopened`.
pub fn open(path: &Path) -> Result<(), Failure> {
    start(Command::new(OPENER).arg(path), WAIT)
}

#[cfg(target_os = "linux")]
const OPENER: &str = "xdg-open";
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(windows)]
const OPENER: &str = "explorer";

/// Starts an opener, which ends at once or runs as long as the program that it found.
fn start(opener: &mut Command, wait: Duration) -> Result<(), Failure> {
    let quiet = opener.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().map_err(unopened)?;
    let until = Instant::now() + wait;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().map_err(unopened)? {
            return ended(status);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // Waited for, so that nothing of it is left in the table of processes.
    std::thread::spawn(move || child.wait());
    Ok(())
}

fn ended(status: ExitStatus) -> Result<(), Failure> {
    // Windows' explorer says 1 of what went well, too.
    if status.success() || cfg!(windows) { Ok(()) } else { Err(unopened(status)) }
}

/// Refuses the pages of what the sandboxed reader did not read whole as a PDF, and of what the agency wants masked: a
/// page shows everything.
///
/// # Errors
/// `pages_not_pdf`, `pages_masked`.
pub fn check_pages(row: &DocumentRow, policy: &Policy) -> Result<(), Failure> {
    if row.format != Some(Format::Pdf) || row.state != DocumentState::Ready {
        let message = "읽기를 마친 PDF 문서만 쪽으로 볼 수 있습니다.";
        return Err(Failure::new("pages_not_pdf", message, &row.name));
    }
    let holds = row.personal.iter().any(|counted| policy.masks(counted.kind));
    // What nobody read may hold anything.
    let unknown = !policy.masking.window.is_empty() && !row.unread_pages.is_empty();
    match holds || unknown {
        true => Err(Failure::new(
            "pages_masked",
            "기관의 정책에 따라 가려야 할 개인정보가 있거나 있을 수 있어, 이 문서는 ‘글’로만 볼 수 있습니다.",
            "",
        )),
        false => Ok(()),
    }
}

/// The bytes of the file at `path`, which are still those that were read (`sha256`, hexadecimal).
///
/// # Errors
/// `original_missing`, `original_too_large`, `original_changed`.
pub fn bytes(path: &Path, sha256: Option<&str>) -> Result<Vec<u8>, Failure> {
    let facts = fs::metadata(path).map_err(missing)?;
    if !facts.is_file() {
        return Err(missing(path.display()));
    }
    let mut bytes = Vec::new();
    // One more than allowed: it may grow while it is read.
    File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes)).map_err(missing)?;
    if bytes.len() as u64 > MOST {
        let message = format!("{}MB보다 큰 파일은 쪽으로 볼 수 없습니다. ‘글’로 보거나 원본을 여십시오.", MOST >> 20);
        return Err(Failure::new("original_too_large", message, format!("{} bytes", facts.len())));
    }
    let now = gguf::sha256(&bytes[..]).map_err(missing)?;
    match sha256.is_some_and(|read| read.eq_ignore_ascii_case(&now)) {
        true => Ok(bytes),
        false => Err(Failure::new(
            "original_changed",
            "원본 파일이 읽은 뒤에 바뀌었습니다. 파일을 다시 추가하면 바뀐 내용을 읽습니다.",
            path.display(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use personal::Kind;

    use super::*;

    fn code<T>(result: Result<T, Failure>) -> String {
        result.map_or_else(|failure| failure.code, |_| "ok".to_owned())
    }

    #[test]
    fn only_what_a_program_shows_is_opened() {
        let table = [
            ("/자료/규정.hwp", Some(Format::Hwp), "ok"),
            ("/자료/규정.HWP", Some(Format::Hwp3), "ok"),
            ("/자료/규정.pdf", Some(Format::Pdf), "ok"),
            ("/자료/규정.desktop", Some(Format::Txt), "original_refused"),
            ("/자료/규정.sh", Some(Format::Txt), "original_refused"),
            ("/자료/규정.xls", Some(Format::Html), "original_refused"),
            ("/자료/규정", Some(Format::Pdf), "original_refused"),
            ("/자료/안내.html", Some(Format::Html), "original_refused"),
            ("/자료/편지.eml", Some(Format::Eml), "original_refused"),
            ("/자료/규정.pdf", None, "original_unread"),
        ];
        for (path, format, wanted) in table {
            assert_eq!(code(check(Path::new(path), format)), wanted, "{path} {format:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn an_opener_that_fails_is_told_and_one_that_runs_on_is_left() {
        let soon = Duration::from_millis(400);
        assert_eq!(code(start(&mut Command::new("true"), WAIT)), "ok");
        assert_eq!(code(start(&mut Command::new("false"), WAIT)), "original_unopened");
        assert_eq!(code(start(&mut Command::new("/없음/여는 프로그램"), WAIT)), "original_unopened");
        assert_eq!(code(start(Command::new("sleep").arg("1"), soon)), "ok");
    }

    #[test]
    fn a_file_is_given_as_it_was_read_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("규정.pdf");
        fs::write(&path, "가").unwrap();
        // printf 가 | sha256sum
        let sum = "64ee5293d31bc58b72d76ae9a86a902e90442428e29f24f4ecb257ba841cdd36";
        assert_eq!(bytes(&path, Some(sum)).unwrap(), "가".as_bytes());
        assert_eq!(code(bytes(&path, None)), "original_changed");
        fs::write(&path, "나").unwrap();
        assert_eq!(code(bytes(&path, Some(sum))), "original_changed");
        assert_eq!(code(bytes(folder.path(), Some(sum))), "original_missing");
        File::options().write(true).open(&path).unwrap().set_len(MOST + 1).unwrap();
        assert_eq!(code(bytes(&path, Some(sum))), "original_too_large");
        fs::remove_file(&path).unwrap();
        assert_eq!(code(bytes(&path, Some(sum))), "original_missing");
    }

    #[test]
    fn a_document_whose_file_went_is_opened_where_it_also_lies() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["가.pdf", "나.pdf"].map(|name| folder.path().join(name));
        fs::write(&two, "가").unwrap();
        let vault = Vault::in_memory().unwrap();
        let id = vault.add_document("가.pdf", &one, 3, 0).unwrap();
        assert_eq!(code(file_of(&vault, id)), "original_missing");
        vault.note_place(&vault::Place { path: two.clone(), document: id, bytes: 3, modified: None }).unwrap();
        assert_eq!(file_of(&vault, id).unwrap(), two);
        fs::write(&one, "가").unwrap();
        assert_eq!(file_of(&vault, id).unwrap(), one);
    }

    #[test]
    fn pages_are_shown_of_read_pdfs_that_need_no_mask() {
        let vault = Vault::in_memory().unwrap();
        let id = vault.add_document("가.pdf", Path::new("/가.pdf"), 3, 0).unwrap();
        let row = |change: &dyn Fn(&mut DocumentRow)| {
            let mut row = vault.document(id).unwrap();
            (row.format, row.state) = (Some(Format::Pdf), DocumentState::Ready);
            change(&mut row);
            row
        };
        let mut masking = Policy::default();
        masking.masking.window = vec![Kind::Phone.word().to_owned()];
        let counted = |kind: Kind| vault::PersonalCount { kind, label: kind.korean().to_owned(), count: 1 };
        let nothing = |_: &mut DocumentRow| {};
        let phone = |row: &mut DocumentRow| row.personal = vec![counted(Kind::Phone)];
        let email = |row: &mut DocumentRow| row.personal = vec![counted(Kind::Email)];
        let unread = |row: &mut DocumentRow| row.unread_pages = vec![documents::Page::at(0)];
        let other = |row: &mut DocumentRow| row.format = Some(Format::Hwp);
        let failed = |row: &mut DocumentRow| row.state = DocumentState::Failed;
        type Change<'a> = &'a dyn Fn(&mut DocumentRow);
        let table: [(&str, Change<'_>, &str, &str); 6] = [
            ("nothing personal", &nothing, "ok", "ok"),
            ("a number that is masked", &phone, "ok", "pages_masked"),
            ("another kind", &email, "ok", "ok"),
            ("an unread page", &unread, "ok", "pages_masked"),
            ("no PDF", &other, "pages_not_pdf", "pages_not_pdf"),
            ("failed", &failed, "pages_not_pdf", "pages_not_pdf"),
        ];
        for (what, change, plain, masked) in table {
            assert_eq!(code(check_pages(&row(change), &Policy::default())), plain, "{what}");
            assert_eq!(code(check_pages(&row(change), &masking)), masked, "{what}");
        }
    }
}
