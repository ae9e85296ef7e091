//! One XML part, walked element by element: whoever opens an element reads or skips what is in it. A part that breaks
//! off gives what stands before the break.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Deeper than any editor nests; walks recurse.
const DEEPEST: usize = 250;

/// A walk over one part.
pub struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    ended: bool,
    broken: bool,
}

/// What stands in an element, in order.
pub enum Node<'a> {
    Element(Element<'a>),
    Text(String),
}

/// An element that was opened: its content comes next from the [`Xml`] that gave it.
pub struct Element<'a>(BytesStart<'a>);

impl<'a> Xml<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0, ended: false, broken: false }
    }

    /// What comes next in the open element; `None` at its end.
    pub fn next(&mut self) -> Option<Node<'a>> {
        while !self.ended {
            match self.reader.read_event() {
                Ok(Event::Start(_)) if self.depth >= DEEPEST => {
                    self.broken = true;
                    self.depth += 1;
                    self.skip();
                }
                Ok(Event::Start(element)) => {
                    self.depth += 1;
                    return Some(Node::Element(Element(element)));
                }
                Ok(Event::End(_)) => {
                    self.depth = self.depth.saturating_sub(1);
                    return None;
                }
                Ok(Event::Text(text)) => {
                    return Some(Node::Text(text.xml_content(XmlVersion::Implicit1_0).into_owned()));
                }
                Ok(Event::CData(text)) => {
                    return Some(Node::Text(text.xml_content(XmlVersion::Implicit1_0).into_owned()));
                }
                Ok(Event::GeneralRef(entity)) => return Some(Node::Text(resolved(entity.as_ref()))),
                Ok(Event::Eof) => {
                    self.ended = true;
                    self.broken |= self.depth > 0;
                }
                Ok(_) => {}
                Err(_) => {
                    self.ended = true;
                    self.broken = true;
                }
            }
        }
        None
    }

    /// The next element in the open one, past any text; `None` at its end.
    pub fn element(&mut self) -> Option<Element<'a>> {
        loop {
            match self.next()? {
                Node::Element(element) => return Some(element),
                Node::Text(_) => {}
            }
        }
    }

    /// Past the end of the open element.
    pub fn skip(&mut self) {
        let mut open = 1;
        while open > 0 && !self.ended {
            match self.reader.read_event() {
                Ok(Event::Start(_)) => open += 1,
                Ok(Event::End(_)) => open -= 1,
                Ok(Event::Eof) | Err(_) => {
                    self.ended = true;
                    self.broken = true;
                }
                Ok(_) => {}
            }
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// All text of the open element, whatever elements it is cut by, past its end.
    pub fn text(&mut self) -> String {
        let mut text = String::new();
        while let Some(node) = self.next() {
            match node {
                Node::Element(_) => text.push_str(&self.text()),
                Node::Text(piece) => text.push_str(&piece),
            }
        }
        text
    }

    /// The next element of this name, however deep it stands from here on.
    pub fn find(&mut self, name: &str) -> Option<Element<'a>> {
        self.find_any(&[name])
    }

    /// As [`Xml::find`], of several names.
    pub fn find_any(&mut self, names: &[&str]) -> Option<Element<'a>> {
        while !self.ended {
            match self.next() {
                Some(Node::Element(element)) if names.contains(&element.name()) => return Some(element),
                _ => {}
            }
        }
        None
    }

    /// Whether the part breaks off, or nests deeper than is read.
    pub fn is_broken(&self) -> bool {
        self.broken
    }
}

impl Element<'_> {
    /// Its name without a prefix.
    pub fn name(&self) -> &str {
        self.0.name().local_name().into_inner()
    }

    pub fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// An attribute by its name without a prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.by(|key| key.rsplit(':').next() == Some(name))
    }

    /// An attribute by its name as written, prefix and all: for the few names that mean two things.
    pub fn prefixed(&self, name: &str) -> Option<String> {
        self.by(|key| key == name)
    }

    /// A number; `None` where it is missing or none.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// Whether a switch is on: `<w:b/>` is, `<w:b w:val="0"/>` is not.
    pub fn on(&self) -> bool {
        !matches!(self.attribute("val").as_deref(), Some("0" | "false" | "off" | "none"))
    }

    fn by(&self, named: impl Fn(&str) -> bool) -> Option<String> {
        let mut attributes = self.0.attributes();
        let attribute = attributes.with_checks(false).flatten().find(|attribute| named(attribute.key.into_inner()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| attribute.value.to_string(), Into::into))
    }
}

/// `&amp;` and `&#44032;`; an entity that no writer of documents uses stays as written.
pub fn resolved(name: &str) -> String {
    let code = name.strip_prefix('#').map(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    match code {
        Some(code) => code.and_then(char::from_u32).map(String::from).unwrap_or_default(),
        None => resolve_predefined_entity(name).map_or_else(|| format!("&{name};"), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_up_to_where_it_breaks() {
        for (text, expected, broken) in [
            ("<a><b x:y=\"1\">가&amp;</b>나<c/></a>", "가&나", false),
            ("<a><b>가</b><c>나", "가나", true),
            ("<a>가</b>", "가", true),
            ("<a>가</a>", "가", false),
            ("", "", false),
        ] {
            let mut xml = Xml::new(text);
            assert_eq!(xml.text(), expected, "{text}");
            assert_eq!(xml.is_broken(), broken, "{text}");
        }
    }

    #[test]
    fn nesting_without_end_does_not_recurse_without_end() {
        let deep = format!("<a>{}가{}<b>나</b></a>", "<a>".repeat(100_000), "</a>".repeat(100_000));
        let mut xml = Xml::new(&deep);
        assert_eq!(xml.text(), "나");
        assert!(xml.is_broken());
    }
}
