//! What a person wrote, and how he calls his files, comes into no log: neither into the program's, nor into one that would
//! write whatever an event holds.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod desk;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use desk::{With, desk};
use diagnosis::Coded;
use documents::{Block, BlockKind, Document, Format, Locator};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

const DOCUMENT: &str = "가온시심은글월 zyxdocument";
const QUESTION: &str = "가온시심은물음 zyxquestion";
const FILE: &str = "심은파일-zyxfile.txt";
const FOLDER: &str = "심은폴더-zyxfolder";
const PASSWORD: &str = "심은암호-zyxpassword";
const PLANTED: [&str; 10] = [
    "심은글월", "zyxdocument", "심은물음", "zyxquestion", "심은파일", "zyxfile", "심은폴더", "zyxfolder", "심은암호", "zyxpassword",
];

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The only test of this file: the queue's threads log to the process's own subscriber.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_person_wrote_is_logged() {
    let Some(desk) = desk(With::Nothing, 2) else { return };
    let (kept, raw) = (Sink::default(), Sink::default());
    let everything = raw.clone();
    let subscriber = Registry::default()
        .with(Coded::new(vec![Box::new(kept.clone())], || 0))
        .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || everything.clone()));
    tracing::subscriber::set_global_default(subscriber).unwrap();

    // A folder whose file cannot be read, and a file that is gone when it is read.
    desk.file(&format!("{FOLDER}/{FILE}"), DOCUMENT);
    let rows = desk.add(&desk.files().join(FOLDER)).await;
    let failed = rows[0].id;
    assert_eq!(desk.until_failed(failed).await, "document_crashed");
    desk.until_idle().await;
    desk.ingest.watch(desk.files().join(FOLDER)).await.unwrap();
    // In one step: a file that goes before its folder does is taken off the list.
    std::fs::rename(desk.files().join(FOLDER), desk.folder.path().join(FOLDER)).unwrap();
    desk.ingest.unlock(failed, PASSWORD.to_owned()).await.unwrap();
    desk.until_failed(failed).await;

    // One that is read, asked about and forgotten.
    let block = Block {
        kind: BlockKind::Paragraph,
        text: DOCUMENT.to_owned(),
        heading_path: vec![DOCUMENT.to_owned()],
        locator: Locator { section: 0, paragraph: 0, page: None },
    };
    let content = Document { blocks: vec![block], ..Document::new(Format::Txt) };
    let path = desk.file(FILE, DOCUMENT);
    let id = desk.vault.add_document(FILE, &path, 1, 0).unwrap();
    desk.library.put(id, "sum", &content).unwrap();
    assert_eq!(desk.found(DOCUMENT), [FILE]);
    desk.library.retrieve(QUESTION, None, 5).await.unwrap();
    // What the database and the index refuse.
    desk.vault.document(i64::MAX).unwrap_err();
    desk.vault.add_collection(FOLDER, 0).unwrap();
    desk.vault.add_collection(FOLDER, 0).unwrap_err();
    let index = desk.folder.path().join("index");
    for entry in std::fs::read_dir(&index).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        std::fs::write(entry.path(), DOCUMENT).unwrap();
    }
    // It may succeed or fail, as the system keeps what is mapped; either way it logs nothing planted.
    let _ = desk.library.forget(id);

    // A password that is wrong.
    let keys = tempfile::tempdir().unwrap();
    keys::create(keys.path(), keys::NewWay::Password(PASSWORD)).unwrap();
    assert!(keys::try_password(keys.path(), &format!("{PASSWORD}!"), 1).is_err());

    let (kept, raw) = (kept.text(), raw.text());
    assert!(kept.contains("a document could not be read code=document_crashed"), "nothing was logged:\n{kept}");
    for planted in PLANTED {
        assert!(!kept.contains(planted), "{planted} is in the log:\n{kept}");
        assert!(!raw.contains(planted), "{planted} is in an event:\n{raw}");
    }
    let lost: Vec<_> = kept.lines().filter(|line| line.contains("library") && line.ends_with("withheld")).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
