//! An index that is damaged anywhere finds what it found, or says that it cannot and is built again from the vault.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use documents::{Block, BlockKind, Document, Format, Locator};
use library::{Analyzer, Filters, Find, Kind, Library, Storage};
use vault::Vault;
use wire::Failure;

/// Enough that the files of the index have blocks which opening them does not read.
const DOCUMENTS: usize = 60;
/// Places that are damaged, each in a copy of its own.
const PLACES: usize = 30;

fn key() -> keys::Key {
    keys::Key::new([7; 32])
}

/// `None` where the dictionary that set-up brings is not there.
fn analyzer() -> Option<Analyzer> {
    let folders = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?;
    let analyzer = Analyzer::load(&folders.data_dir().join("dictionary").join("ko-dic"));
    analyzer.inspect_err(|error| println!("SKIPPED: {error}")).ok()
}

/// The word that only one document holds.
fn word(number: usize) -> String {
    let letters = (0..4).rev().map(|place| char::from(b'a' + ((number >> (4 * place)) & 15) as u8));
    ['z', 'q'].into_iter().chain(letters).collect()
}

fn document(number: usize) -> Document {
    let block = |paragraph: u32| Block {
        kind: BlockKind::Paragraph,
        text: format!("{} 제{paragraph}조 병가는 연 {}일의 범위에서 {}번째로 허가한다.", word(number), paragraph + 1, number * 31 + 7),
        heading_path: vec![format!("제{paragraph}장")],
        locator: Locator { section: 0, paragraph, page: None },
    };
    Document { blocks: (0..12).map(block).collect(), ..Document::new(Format::Txt) }
}

struct Made {
    folder: tempfile::TempDir,
    vault: Vault,
    analyzer: Analyzer,
    files: BTreeMap<String, Vec<u8>>,
}

impl Made {
    /// A library that was closed, and the files of its index.
    fn new(analyzer: Analyzer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::in_memory().unwrap();
        let mut made = Self { folder, vault, analyzer, files: BTreeMap::new() };
        let library = made.open();
        for number in 0..DOCUMENTS {
            let name = format!("{number}.txt");
            let id = made.vault.add_document(&name, &Path::new("/").join(&name), 1, 0).unwrap();
            let read = library::Read { document: id, sha256: name, content: document(number) };
            library.put_all(&[read]).unwrap();
        }
        library.commit(&[]).unwrap();
        drop(library);
        for file in fs::read_dir(made.index()).unwrap().map(Result::unwrap) {
            made.files.insert(file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap());
        }
        made
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn open(&self) -> Library {
        Library::open(self.vault.clone(), &self.index(), self.analyzer.clone(), Storage::Sealed(&key())).unwrap()
    }

    /// The files as they were.
    fn heal(&self) {
        fs::remove_dir_all(self.index()).unwrap();
        fs::create_dir(self.index()).unwrap();
        for (name, content) in &self.files {
            fs::write(self.index().join(name), content).unwrap();
        }
        self.vault.set_note("index", "whole").unwrap();
    }
}

/// What is found for some documents' own word, and for what all of them hold. The first failure ends it.
fn found(library: &Library) -> Result<(), Failure> {
    for number in (0..DOCUMENTS).step_by(7) {
        let hits = library.search(&format!("{} 병가는 며칠입니까?", word(number)), None, None, 3)?;
        let first = hits.first().map(|hit| hit.passage.file.clone());
        assert_eq!(first, Some(format!("{number}.txt")), "it finds something else");
    }
    let find = Find { query: word(3), kinds: vec![Kind::Documents], filters: Filters::default(), limit: 5, offset: 0 };
    let found = library.find(&find)?;
    assert!(format!("{found:?}").contains("3.txt"), "{found:?}");
    Ok(())
}

fn damages(files: &BTreeMap<String, Vec<u8>>) -> Vec<(String, String, Option<Vec<u8>>)> {
    // Locks hold nothing.
    let names: Vec<&String> = files.keys().filter(|name| !name.ends_with(".lock")).collect();
    let mut damages = Vec::new();
    for name in &names {
        let content = &files[*name];
        damages.push(((*name).clone(), "gone".to_owned(), None));
        damages.push(((*name).clone(), "empty".to_owned(), Some(Vec::new())));
        damages.push(((*name).clone(), "half".to_owned(), Some(content[..content.len() / 2].to_vec())));
    }
    for place in 0..PLACES {
        let name = names[place % names.len()];
        let mut content = files[name].clone();
        let at = place * 7919 * 31 % content.len();
        content[at] ^= 1 << (place % 8);
        damages.push((name.clone(), format!("byte {at} of {}", content.len()), Some(content)));
    }
    damages
}

#[test]
fn wherever_an_index_is_damaged_it_finds_all_or_says_so_and_is_whole_after_the_next_start() {
    let Some(analyzer) = analyzer() else { return };
    let made = Made::new(analyzer);
    found(&made.open()).unwrap();
    let damages = damages(&made.files);
    let (mut at_open, mut at_search) = (0, 0);
    for (name, what, content) in &damages {
        made.heal();
        let path = made.index().join(name);
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let library = made.open();
        let searched = found(&library);
        drop(library);
        match searched {
            Ok(()) => at_open += 1,
            Err(failure) => {
                at_search += 1;
                assert_eq!(failure.code, "index_failed", "{name} {what}: {failure:?}");
                assert!(failure.message.contains("다시 시작"), "{failure:?}");
                found(&made.open()).unwrap_or_else(|failure| panic!("{name} {what}: not whole after a restart: {failure:?}"));
            }
        }
    }
    println!("{} damages: {at_open} found at open, or where nothing was lost; {at_search} by a search", damages.len());
    assert!(at_open > 0 && at_search > 0, "{at_open}, {at_search}");
}

/// What is forgotten for good is taken out by writing files anew that may be damaged themselves.
#[test]
fn documents_are_forgotten_for_good_whatever_of_the_index_is_damaged() {
    let Some(analyzer) = analyzer() else { return };
    let made = Made::new(analyzer);
    let ids = made.vault.documents().unwrap();
    let mut unfinished = 0;
    for (round, (name, what, content)) in damages(&made.files).into_iter().filter(|damage| damage.2.is_some()).enumerate().step_by(9) {
        made.heal();
        fs::write(made.index().join(&name), content.unwrap()).unwrap();
        let library = made.open();
        let forgotten = &ids[round % DOCUMENTS];
        if let Err(error) = library.purge(&[forgotten.id]) {
            assert_eq!(error.code(), "purge_unfinished", "{name} {what}");
            unfinished += 1;
        }
        drop(library);
        let library = made.open();
        library.purge(&[]).unwrap_or_else(|error| panic!("{name} {what}: never finished: {error}"));
        let hits = library.search(&word(round % DOCUMENTS), None, None, 3).unwrap();
        assert!(hits.iter().all(|hit| hit.passage.file != forgotten.name), "{name} {what}: {hits:?}");
    }
    println!("{unfinished} were finished by the next start");
}
