//! Files that are damaged: the index is built again from the vault, damage of the vault is noticed.

use std::collections::BTreeMap;
use std::path::Path;

use library::{Analyzer, Library};
use vault::Vault;
use wire::Failure;

use super::made::Made;
use super::{DOCUMENTS, Row, Setting, failed};
use crate::generate::{self, Random};
use crate::ingest::{database, index};
use crate::places;

/// What is left of a file; nothing where it is gone.
type Damage = fn(&[u8], &mut Random) -> Option<Vec<u8>>;

pub fn index_bytes(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    damaged_index("a byte of the index changed", setting, |content, random| {
        let mut content = content.to_vec();
        let at = random.below(content.len() as u64) as usize;
        if let Some(byte) = content.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
        Some(content)
    })
}

pub fn index_cut(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    damaged_index("a file of the index cut", setting, |content, random| {
        Some(content[..random.below(content.len() as u64) as usize].to_vec())
    })
}

pub fn index_gone(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    damaged_index("a file of the index gone", setting, |_, _| None)
}

fn damaged_index(kind: &'static str, setting: &mut Setting<'_>, damage: Damage) -> Result<Row, Failure> {
    let made = Made::new(setting.folder.join("docs"), setting.folder.join("data"), DOCUMENTS, 1)?;
    let mut losses = made.losses(&mut setting.random)?;
    let (folder, analyzer) = (index(&made.data), Analyzer::load(&places::dictionary()?)?);
    let files = files(&folder)?;
    // Locks hold nothing.
    let names: Vec<&String> = files.keys().filter(|name| !name.ends_with(".lock")).collect();
    let vault = places::open_vault(&database(&made.data))?;
    let open = || places::open_library(vault.clone(), &folder, analyzer.clone());
    let mut by_a_search = 0;
    for _ in 0..setting.tries {
        put(&folder, &files)?;
        let name = names[setting.random.below(names.len() as u64) as usize];
        match damage(&files[name], &mut setting.random) {
            Some(content) => std::fs::write(folder.join(name), content).map_err(failed)?,
            None => std::fs::remove_file(folder.join(name)).map_err(failed)?,
        }
        let searched = found(&open()?, &made);
        match searched {
            Ok(missing) => losses.extend(missing.into_iter().map(|loss| format!("{name}: {loss}"))),
            Err(failure) => {
                by_a_search += 1;
                if failure.code != "index_failed" {
                    losses.push(format!("{name}: {failure}"));
                }
                // The person starts the program again, as the message says.
                let missing = found(&open()?, &made).unwrap_or_else(|failure| vec![failure.to_string()]);
                losses.extend(missing.into_iter().map(|loss| format!("{name}, after a restart: {loss}")));
            }
        }
    }
    let note = format!("{} noticed at the start or harmless, {by_a_search} by a search", setting.tries - by_a_search);
    Ok(Row { kind, tries: setting.tries, losses, note })
}

/// The documents that are not found by their own word.
fn found(library: &Library, made: &Made) -> Result<Vec<String>, Failure> {
    let mut missing = Vec::new();
    for number in made.numbers() {
        let (word, wanted) = (generate::word(number), generate::name(number));
        let hits = library.search(&word, None, None, 3)?;
        if !hits.first().is_some_and(|hit| wanted.ends_with(&hit.passage.file)) {
            missing.push(format!("{word} is not found"));
        }
    }
    Ok(missing)
}

fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(failed)?.flatten();
    entries
        .map(|entry| Ok((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).map_err(failed)?)))
        .collect()
}

fn put(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    std::fs::remove_dir_all(folder).map_err(failed)?;
    std::fs::create_dir_all(folder).map_err(failed)?;
    files.iter().try_for_each(|(name, content)| std::fs::write(folder.join(name), content)).map_err(failed)
}

/// One bit of any page.
pub fn database_pages(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    const PAGE: u64 = 4096;
    let made = Made::new(setting.folder.join("docs"), setting.folder.join("data"), DOCUMENTS, 1)?;
    let mut losses = made.losses(&mut setting.random)?;
    let path = database(&made.data);
    let whole = std::fs::read(&path).map_err(failed)?;
    let (pages, mut at_start) = (whole.len() as u64 / PAGE, 0);
    for _ in 0..setting.tries {
        let (page, at) = (setting.random.below(pages), setting.random.below(PAGE));
        let mut content = whole.clone();
        content[(page * PAGE + at) as usize] ^= 1 << setting.random.below(8);
        for log in ["lab.db-wal", "lab.db-shm"] {
            // One that could not be closed leaves them, and they would mend what is damaged next.
            let _ = std::fs::remove_file(made.data.join(log));
        }
        std::fs::write(&path, &content).map_err(failed)?;
        let opened = places::open_vault(&path);
        at_start += u32::from(opened.is_err());
        let noticed = opened.and_then(|vault: Vault| Ok(vault.check()?));
        match noticed {
            Err(failure) if failure.code == "vault_damaged" => {}
            other => losses.push(format!("page {page} of {pages}, byte {at}: {other:?}")),
        }
    }
    for log in ["lab.db-wal", "lab.db-shm"] {
        let _ = std::fs::remove_file(made.data.join(log));
    }
    std::fs::write(&path, &whole).map_err(failed)?;
    losses.extend(made.losses(&mut setting.random)?);
    let note = format!("{at_start} noticed at the start, the others by a check");
    Ok(Row { kind: "a page of the database damaged", tries: setting.tries, losses, note })
}
