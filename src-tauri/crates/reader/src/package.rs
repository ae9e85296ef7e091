//! The parts of an Office Open XML file and how they name each other.

use std::collections::HashMap;
use std::io::Read;

use wire::Failure;

use crate::xml::Xml;
use crate::zipped::{self, Archive};
use crate::{outline::Outline, text};

/// The package, with what turned out to be damaged in it.
pub struct Package<'a> {
    archive: Archive<'a>,
    /// Where each part lies; writers differ in case and in the slash.
    places: HashMap<String, usize>,
    broken: Vec<String>,
}

/// Where one part names another.
pub struct Relation {
    pub id: String,
    /// The last word of its type: `footnotes`, `slide`.
    pub kind: String,
    /// The other part's name.
    pub target: String,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Failure> {
        let archive = zipped::open(bytes)?;
        let places = archive
            .file_names()
            .enumerate()
            .filter_map(|(index, name)| Some((plain(&name.ok()?), index)))
            .collect();
        Ok(Self { archive, places, broken: Vec::new() })
    }

    /// A part's text, as far as it can be unpacked; `None` where there is no such part.
    pub fn part(&mut self, name: &str) -> Option<String> {
        let index = *self.places.get(&plain(name))?;
        let mut bytes = Vec::new();
        let whole = self.archive.by_index(index).is_ok_and(|mut entry| entry.read_to_end(&mut bytes).is_ok());
        if !whole {
            self.broken(name);
        }
        (whole || !bytes.is_empty()).then(|| text::decode(&bytes).0)
    }

    /// What a part names, by `_rels/NAME.rels` beside it.
    pub fn relations(&mut self, part: &str) -> Vec<Relation> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let own = format!("{folder}/_rels/{file}.rels");
        let Some(text) = self.part(&own) else { return Vec::new() };
        let mut xml = Xml::new(&text);
        let mut relations = Vec::new();
        while let Some(element) = xml.find("Relationship") {
            let value = |name| element.attribute(name).unwrap_or_default();
            let kind = value("Type").rsplit('/').next().unwrap_or_default().to_owned();
            relations.push(Relation { id: value("Id"), kind, target: joined(folder, &value("Target")) });
        }
        relations
    }

    /// The first part of a kind that `part` names.
    pub fn related(&mut self, part: &str, kind: &str) -> Option<String> {
        self.relations(part).into_iter().find(|relation| relation.kind == kind).map(|relation| relation.target)
    }

    /// The part that the package begins with, or the one that `usual` names.
    pub fn main(&mut self, usual: &str) -> String {
        let named = self.related("", "officeDocument").filter(|part| self.places.contains_key(&plain(part)));
        named.unwrap_or_else(|| usual.to_owned())
    }

    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(&plain(name))
    }

    /// Notes that a part could not be read whole.
    pub fn broken(&mut self, name: &str) {
        if !self.broken.iter().any(|known| known == name) {
            self.broken.push(name.to_owned());
        }
    }

    /// The parts that could not be read whole.
    pub fn damage(&self) -> &[String] {
        &self.broken
    }

    /// Says what was lost, if something was.
    pub fn report(&self, outline: &mut Outline) {
        if !self.broken.is_empty() {
            outline.partial();
            outline.warn(format!(
                "파일이 손상되어 일부를 읽지 못했습니다({}). 원본을 다시 받아 추가하십시오.",
                self.broken.join(", ")
            ));
        }
    }
}

fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// A target as seen from the folder of the part that names it.
fn joined(folder: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.trim_start_matches('/').to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_from_the_folder_of_the_part() {
        for (folder, target, expected) in [
            ("word", "styles.xml", "word/styles.xml"),
            ("ppt/slides", "../notesSlides/n1.xml", "ppt/notesSlides/n1.xml"),
            ("xl/worksheets", "/xl/comments1.xml", "xl/comments1.xml"),
            ("", "word/document.xml", "word/document.xml"),
            ("", "../../x", "x"),
        ] {
            assert_eq!(joined(folder, target), expected);
        }
    }
}
