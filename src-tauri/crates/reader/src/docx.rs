//! Word documents. The parts are walked here, since no crate keeps what an official document says beside its text:
//! tracked changes, remarks, text boxes, running heads, and lists numbered 가. ①.

mod numbering;
mod styles;
mod walk;

use std::collections::HashMap;

use documents::{Document, Format};
use wire::Failure;

use crate::drawing;
use crate::fault;
use crate::flow::{self, Part};
use crate::outline::Outline;
use crate::package::Package;
use crate::xml::Xml;
use numbering::Numbering;
pub use numbering::number;
use styles::Styles;
use walk::{Shared, Walk};

pub fn docx(bytes: &[u8]) -> Result<Document, Failure> {
    let mut package = Package::open(bytes)?;
    let main = package.main("word/document.xml");
    let relations = package.relations(&main);
    let named = |kind: &str| {
        relations.iter().find(|relation| relation.kind == kind).map(|relation| relation.target.clone())
    };
    let mut text = |kind: &str| named(kind).and_then(|part| package.part(&part)).unwrap_or_default();
    let mut shared = Shared {
        styles: Styles::read(&text("styles")),
        numbering: Numbering::read(&text("numbering")),
        ..Shared::default()
    };
    for (kind, name) in [("footnotes", "footnote"), ("endnotes", "endnote"), ("comments", "comment")] {
        let Some(part) = named(kind) else { continue };
        let Some(text) = package.part(&part) else { continue };
        let (texts, broken) = texts(&text, name, &mut shared);
        if broken {
            package.broken(&part);
        }
        match kind {
            "footnotes" => shared.footnotes = texts,
            "endnotes" => shared.endnotes = texts,
            _ => shared.comments = texts,
        }
    }
    for relation in relations.iter().filter(|relation| matches!(relation.kind.as_str(), "chart" | "diagramData")) {
        if let Some(text) = package.part(&relation.target) {
            shared.drawings.insert(relation.id.clone(), drawing::lines(&text));
        }
    }

    let body = package.part(&main);
    let paged = body.as_deref().is_some_and(|body| body.contains("lastRenderedPageBreak"));
    shared.page = paged.then_some(1);
    let parts = match &body {
        Some(body) => {
            let mut walk = Walk { xml: Xml::new(body), shared: &mut shared };
            let parts = walk.blocks();
            if walk.xml.is_broken() {
                package.broken(&main);
            }
            parts
        }
        None => Vec::new(),
    };
    let pages = shared.page.take();

    let mut outline = Outline::new(Format::Docx);
    if let Some(pages) = pages {
        outline.pages(pages);
        flow::emit(&mut outline, vec![Part::Page(1)]);
    }
    let mut said = Vec::new();
    for id in std::mem::take(&mut shared.running) {
        let Some(relation) = relations.iter().find(|relation| relation.id == id) else { continue };
        let Some(text) = package.part(&relation.target) else { continue };
        let mut walk = Walk { xml: Xml::new(&text), shared: &mut shared };
        let running = walk.blocks();
        // A page number alone is no text of the document.
        let plain = flow::plain(&running);
        if plain.chars().any(char::is_alphabetic) && !said.contains(&plain) {
            flow::emit(&mut outline, running);
            said.push(plain);
        }
    }
    flow::emit(&mut outline, parts);
    let mut rest: Vec<(String, String)> = shared.comments.drain().collect();
    rest.sort();
    flow::emit(&mut outline, rest.into_iter().map(|(_, text)| Part::Memo(text)).collect());
    if shared.deleted {
        outline.left_out_deleted();
    }
    if outline.is_empty() && (body.is_none() || !package.damage().is_empty()) {
        return Err(fault::damaged(format!("{main}: nothing could be read")));
    }
    package.report(&mut outline);
    Ok(outline.finish())
}

/// The texts of notes or comments by their ids, and whether their part breaks off.
fn texts(text: &str, name: &str, shared: &mut Shared) -> (HashMap<String, String>, bool) {
    let mut texts = HashMap::new();
    let mut walk = Walk { xml: Xml::new(text), shared };
    while let Some(element) = walk.xml.find(name) {
        let id = element.attribute("id").unwrap_or_default();
        // Word keeps the lines above its notes as notes of their own.
        let line = element.attribute("type").is_some_and(|kind| kind != "normal");
        let parts = walk.blocks();
        if !line {
            texts.insert(id, flow::plain(&parts));
        }
    }
    (texts, walk.xml.is_broken())
}
