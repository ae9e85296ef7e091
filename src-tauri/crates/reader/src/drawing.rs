//! Charts and diagrams, which are parts of their own: what a person reads in the picture.

use crate::xml::{Node, Xml};

/// The texts of a chart or a SmartArt diagram, a line each; a chart's series as `name: category value, …`.
pub fn lines(part: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut xml = Xml::new(part);
    while let Some(element) = xml.element() {
        let _ = element;
        inside(&mut xml, &mut lines);
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

fn inside(xml: &mut Xml<'_>, lines: &mut Vec<String>) {
    while let Some(element) = xml.element() {
        match element.name() {
            "ser" => lines.push(series(xml)),
            "p" => lines.push(paragraph(xml)),
            _ => inside(xml, lines),
        }
    }
}

/// A drawing's paragraph: its runs, without what lies between them.
pub fn paragraph(xml: &mut Xml<'_>) -> String {
    let mut text = String::new();
    while let Some(element) = xml.element() {
        match element.name() {
            "t" => text.push_str(&xml.text()),
            "br" => {
                text.push('\n');
                xml.skip();
            }
            _ => text.push_str(&paragraph(xml)),
        }
    }
    text
}

fn series(xml: &mut Xml<'_>) -> String {
    let (mut name, mut categories, mut values) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(element) = xml.element() {
        match element.name() {
            "tx" => points(xml, &mut name),
            "cat" | "xVal" => points(xml, &mut categories),
            "val" | "yVal" => points(xml, &mut values),
            _ => xml.skip(),
        }
    }
    let pairs: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(at, value)| match categories.get(at) {
            Some(category) => format!("{category} {value}"),
            None => value.clone(),
        })
        .collect();
    let name = name.join(" ");
    if name.is_empty() { pairs.join(", ") } else { format!("{name}: {}", pairs.join(", ")) }
}

/// The values that a chart keeps of its cells.
fn points(xml: &mut Xml<'_>, values: &mut Vec<String>) {
    while let Some(node) = xml.next() {
        match node {
            Node::Element(element) if element.is("v") => values.push(xml.text()),
            Node::Element(element) if element.is("f") || element.is("formatCode") => xml.skip(),
            Node::Element(_) => points(xml, values),
            Node::Text(_) => {}
        }
    }
}
