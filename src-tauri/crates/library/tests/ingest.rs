//! Adding files, with a reader that cannot be started: each that is read fails with `document_crashed`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use documents::{Block, BlockKind, Document, Format, Locator, Reader};
use library::{Analyzer, Ingest, Library};
use tempfile::TempDir;
use tokio::sync::mpsc;
use vault::{DocumentRow, DocumentState, Vault};

struct Desk {
    folder: TempDir,
    vault: Vault,
    library: Library,
    ingest: Ingest,
    told: mpsc::UnboundedReceiver<DocumentRow>,
}

/// `None` where the dictionary that set-up brings is not there.
fn desk() -> Option<Desk> {
    let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
    let analyzer = match Analyzer::load(&folders.data_dir().join("dictionary").join("ko-dic")) {
        Ok(analyzer) => analyzer,
        Err(error) => {
            println!("SKIPPED: {error}");
            return None;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::in_memory().unwrap();
    let library = Library::open(vault.clone(), &folder.path().join("index"), analyzer).unwrap();
    let reader = Reader::new(folder.path().join("no such reader"));
    let (tell, told) = mpsc::unbounded_channel();
    let ingest = Ingest::start(vault.clone(), library.clone(), reader, || 7, move |row| drop(tell.send(row)));
    Some(Desk { folder, vault, library, ingest, told })
}

impl Desk {
    /// A file below the folder, made with its folders.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join("files").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The states that a document goes through until it failed, and the failure's code.
    async fn fate(&mut self, id: i64) -> (Vec<DocumentState>, String) {
        let mut states = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let row = tokio::time::timeout(left, self.told.recv()).await.expect("nothing was told").unwrap();
            if row.id == id {
                states.push(row.state);
                if let Some(failure) = row.failure {
                    return (states, failure.code);
                }
            }
        }
    }
}

fn code(row: &DocumentRow) -> Option<&str> {
    row.failure.as_ref().map(|failure| failure.code.as_str())
}

#[tokio::test]
async fn a_file_goes_through_its_states_and_can_be_tried_again() {
    let Some(mut desk) = desk() else { return };
    let path = desk.file("규정.txt", "병가는 연 60일로 한다.");
    let rows = desk.ingest.add(vec![path.clone()]).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.name.as_str(), row.state, row.added_at), ("규정.txt", DocumentState::Waiting, 7));
    assert_eq!(row.bytes, std::fs::metadata(&path).unwrap().len());
    assert_eq!(
        desk.fate(row.id).await,
        (vec![DocumentState::Reading, DocumentState::Failed], "document_crashed".to_owned())
    );
    desk.ingest.retry(row.id).await.unwrap();
    let again = vec![DocumentState::Waiting, DocumentState::Reading, DocumentState::Failed];
    assert_eq!(desk.fate(row.id).await, (again, "document_crashed".to_owned()));

    std::fs::remove_file(path).unwrap();
    desk.ingest.retry(row.id).await.unwrap();
    assert_eq!(desk.fate(row.id).await.1, "document_missing");
}

#[tokio::test]
async fn the_same_content_is_added_once_and_a_folder_gives_its_documents() {
    let Some(desk) = desk() else { return };
    let one = desk.file("가.txt", "같은 글");
    for (name, content) in [("나.hwpx", "같은 글"), ("안/다.PDF", "다른 글"), ("사진.jpg", "그림")] {
        desk.file(name, content);
    }
    let first = desk.ingest.add(vec![one.clone(), one.clone()]).await.unwrap();
    assert_eq!(first[0].id, first[1].id);
    let rows = desk.ingest.add(vec![one.parent().unwrap().to_owned()]).await.unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["가.txt", "가.txt", "다.PDF"]);
    assert_eq!(desk.vault.documents().unwrap().len(), 2);

    let empty = desk.folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(desk.ingest.add(vec![empty]).await.unwrap_err().code, "documents_none");
}

#[tokio::test]
async fn what_cannot_be_read_fails_by_itself_and_the_rest_is_queued() {
    let Some(mut desk) = desk() else { return };
    let gone = desk.folder.path().join("없음.hwp");
    let (before, after) = (desk.file("앞.txt", "앞"), desk.file("뒤.txt", "뒤"));
    let mut paths = vec![before, gone.clone(), after];
    #[cfg(unix)]
    {
        let pipe = desk.folder.path().join("관.txt");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        paths.push(pipe);
    }
    let rows = desk.ingest.add(paths.clone()).await.unwrap();
    assert_eq!(rows.len(), paths.len());
    for row in &rows {
        let readable = ["앞.txt", "뒤.txt"].contains(&row.name.as_str());
        let wanted =
            if readable { (DocumentState::Waiting, None) } else { (DocumentState::Failed, Some("document_missing")) };
        assert_eq!((row.state, code(row)), wanted, "{row:?}");
    }
    assert_eq!(desk.fate(rows[0].id).await.1, "document_crashed");
    assert_eq!(desk.fate(rows[2].id).await.1, "document_crashed");

    // The same path is the same row, also once it can be read.
    assert_eq!(desk.ingest.add(vec![gone.clone()]).await.unwrap()[0].id, rows[1].id);
    std::fs::write(&gone, "이제 있다").unwrap();
    let found = desk.ingest.add(vec![gone]).await.unwrap();
    assert_eq!((found[0].id, found[0].state, code(&found[0])), (rows[1].id, DocumentState::Waiting, None));
    assert_eq!(found[0].bytes, "이제 있다".len() as u64);
    assert_eq!(desk.fate(rows[1].id).await.1, "document_crashed");
}

#[tokio::test]
async fn a_removed_document_comes_back_when_its_file_is_added_again() {
    let Some(mut desk) = desk() else { return };
    let path = desk.file("규정.txt", "병가는 연 60일로 한다.");
    let id = desk.ingest.add(vec![path.clone()]).await.unwrap()[0].id;
    desk.fate(id).await;
    let sha256 = {
        use sha2::Digest;
        format!("{:x}", sha2::Sha256::digest(std::fs::read(&path).unwrap()))
    };
    let block = Block {
        kind: BlockKind::Paragraph,
        text: "병가는 연 60일로 한다.".to_owned(),
        heading_path: Vec::new(),
        locator: Locator { section: 0, paragraph: 0, page: None },
    };
    let content = Document { blocks: vec![block], ..Document::new(Format::Txt) };
    desk.library.put(id, &sha256, &content).unwrap();
    desk.library.remove(id, 8).unwrap();
    assert!(desk.vault.documents().unwrap().is_empty());
    assert!(desk.library.search("병가", None, 3).unwrap().is_empty());

    let rows = desk.ingest.add(vec![path]).await.unwrap();
    assert_eq!((rows[0].id, rows[0].state), (id, DocumentState::Ready));
    assert_eq!(desk.library.search("병가", None, 3).unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_kill_left_unfinished_is_taken_up_at_the_next_start() {
    let Some(desk) = desk() else { return };
    let path = desk.file("규정.txt", "병가");
    let id = desk.vault.add_document("규정.txt", Path::new(&path), 1, 0).unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    let reader = Reader::new(desk.folder.path().join("no such reader"));
    let ingest =
        Ingest::start(desk.vault.clone(), desk.library.clone(), reader, || 7, move |row| drop(tell.send(row)));
    let mut next = Desk { ingest, told, ..desk };
    assert_eq!(next.fate(id).await.1, "document_crashed");
}
