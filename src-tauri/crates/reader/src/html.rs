//! Web pages, and the bodies of mail that are such pages.

use documents::{Document, Format};
use dom_query::NodeRef;
use encoding_rs::Encoding;
use wire::Failure;

use crate::flow::{self, Grid, Part};
use crate::outline::Outline;
use crate::{fault, text};

/// Deeper than any page nests; the walk recurses.
const DEEPEST: usize = 200;
/// Browsers stop nesting here as well; building the tree of a page takes time with the square of its depth.
const MOST_OPEN: usize = 512;
/// Elements that stay open until they are closed: others end by themselves, and a page may leave their ends out.
const STAYING: [&str; 19] = [
    "a", "b", "blockquote", "center", "div", "em", "font", "form", "i", "ol", "section", "span", "strong", "sub", "sup", "svg",
    "table", "u", "ul",
];
/// How far into a page its encoding may be named.
const HEAD: usize = 4096;

pub fn html(bytes: &[u8]) -> Result<Document, Failure> {
    let (text, broken) = decode(bytes);
    let mut outline = Outline::new(Format::Html);
    if broken {
        outline.warn("알아볼 수 없는 글자가 있습니다. UTF-8로 저장하여 다시 추가하십시오.");
    }
    if nesting(&text) > MOST_OPEN {
        return Err(fault::hostile("elements nested without end"));
    }
    let page = parts(&text);
    if page.too_deep {
        outline.warn("문서의 단계가 너무 깊어 일부를 읽지 못했습니다. 원본을 확인하십시오.");
    }
    // Most pages say their title again where the text begins.
    let again = |part: &Part| matches!(part, Part::Paragraph { level: 1, text } if *text == page.title);
    let repeated = page.parts.iter().any(again);
    if !page.title.is_empty() && !repeated {
        outline.heading(1, &page.title);
    }
    flow::emit(&mut outline, page.parts);
    Ok(outline.finish())
}

/// A page's text and whether some of it could not be decoded. The page may name its encoding wrongly: what is valid
/// UTF-8 is that.
pub fn decode(bytes: &[u8]) -> (String, bool) {
    let marked = Encoding::for_bom(bytes).is_some();
    if marked || std::str::from_utf8(bytes).is_ok() {
        return text::decode(bytes);
    }
    match named(&bytes[..bytes.len().min(HEAD)]) {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            (text.into_owned(), broken)
        }
        _ => text::decode(bytes),
    }
}

/// The encoding that a page's head names: `charset=euc-kr`, in whichever element.
fn named(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let at = head.find("charset").or_else(|| head.find("encoding"))?;
    let rest = head[at..].split_once('=')?.1.trim_start_matches([' ', '"', '\'']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
    Encoding::for_label(rest[..end].as_bytes())
}

/// What a page holds.
#[derive(Default)]
pub struct Parts {
    pub title: String,
    pub parts: Vec<Part>,
    pub too_deep: bool,
}

pub fn parts(text: &str) -> Parts {
    if nesting(text) > MOST_OPEN {
        return Parts { too_deep: true, ..Parts::default() };
    }
    let page = dom_query::Document::from(text);
    let mut walk = Walk::default();
    walk.inside(&page.root(), 0);
    walk.flush();
    Parts { title: walk.title, parts: walk.parts, too_deep: walk.too_deep }
}

/// How many elements are open at once at the most.
fn nesting(text: &str) -> usize {
    let (mut open, mut most) = (0usize, 0);
    for tag in text.split('<').skip(1) {
        let (closes, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        if STAYING.contains(&name.as_str()) {
            open = if closes { open.saturating_sub(1) } else { open + 1 };
            most = most.max(open);
        }
    }
    most
}

#[derive(Default)]
struct Walk {
    title: String,
    parts: Vec<Part>,
    line: String,
    /// What stands before the next text: a list's mark.
    mark: Option<String>,
    lists: Vec<List>,
    kept: bool,
    too_deep: bool,
}

struct List {
    numbered: bool,
    count: i64,
}

impl Walk {
    fn inside(&mut self, node: &NodeRef<'_>, depth: usize) {
        if depth > DEEPEST {
            self.too_deep = true;
            return;
        }
        for child in node.children_it(false) {
            if child.is_text() {
                self.text(&child.text());
            } else if child.is_element() {
                self.element(&child, depth);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.kept {
            self.line.push_str(text);
            return;
        }
        for character in text.chars() {
            if !matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
                self.line.push(character);
            } else if !self.line.is_empty() && !self.line.ends_with([' ', '\n']) {
                self.line.push(' ');
            }
        }
    }

    /// Ends the open paragraph.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        let text = match self.mark.take() {
            Some(mark) => format!("{mark} {}", line.trim_start()),
            None => line,
        };
        self.parts.push(Part::paragraph(text));
    }

    fn element(&mut self, node: &NodeRef<'_>, depth: usize) {
        let name = node.node_name().unwrap_or_default().to_ascii_lowercase();
        if hidden(node, &name) {
            return;
        }
        match name.as_str() {
            "title" if self.title.is_empty() => {
                self.title = node.text().split_whitespace().collect::<Vec<_>>().join(" ");
            }
            "head" => self.head(node),
            "br" => self.line.push('\n'),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                let level = name.as_bytes()[1] - b'0';
                let mut inner = Self::default();
                inner.inside(node, depth + 1);
                inner.flush();
                let text = flow::plain(&inner.parts).replace('\n', " ");
                self.parts.push(Part::Paragraph { level, text });
            }
            "ul" | "ol" | "menu" => {
                self.flush();
                let start = node.attr("start").and_then(|start| start.trim().parse::<i64>().ok()).unwrap_or(1);
                self.lists.push(List { numbered: name == "ol", count: start.saturating_sub(1) });
                self.inside(node, depth + 1);
                self.flush();
                self.lists.pop();
            }
            "li" => {
                self.flush();
                self.mark = Some(self.item(node));
                self.inside(node, depth + 1);
                self.flush();
                self.mark = None;
            }
            "table" => self.table(node, depth),
            "pre" | "textarea" | "listing" => {
                self.flush();
                let before = std::mem::replace(&mut self.kept, true);
                self.inside(node, depth + 1);
                self.kept = before;
                self.flush();
            }
            "rp" => {}
            "rt" => {
                let text = node.text();
                self.line.push_str(&format!("({text})"));
            }
            "td" | "th" => {
                self.inside(node, depth + 1);
                self.line.push(' ');
            }
            name if block(name) => {
                self.flush();
                self.inside(node, depth + 1);
                self.flush();
            }
            _ => self.inside(node, depth + 1),
        }
    }

    /// Of a page's head only its title is seen.
    fn head(&mut self, node: &NodeRef<'_>) {
        for child in node.children_it(false).filter(NodeRef::is_element) {
            if child.node_name().is_some_and(|name| name.eq_ignore_ascii_case("title")) {
                self.element(&child, 0);
            }
        }
    }

    fn item(&mut self, node: &NodeRef<'_>) -> String {
        let Some(list) = self.lists.last_mut().filter(|list| list.numbered) else { return "•".to_owned() };
        let value = node.attr("value").and_then(|value| value.trim().parse().ok());
        list.count = value.unwrap_or_else(|| list.count.saturating_add(1));
        format!("{}.", list.count)
    }

    fn table(&mut self, node: &NodeRef<'_>, depth: usize) {
        self.flush();
        let mut rows = Vec::new();
        let mut captions = Vec::new();
        collect(node, &mut rows, &mut captions, 0);
        for caption in captions {
            self.inside(&caption, depth + 1);
            self.flush();
        }
        // A table that holds tables lays out a page.
        let layout = rows.iter().flatten().any(|cell| cell.descendants_it().any(|inner| is(&inner, "table")));
        if layout {
            for cell in rows.iter().flatten() {
                self.inside(cell, depth + 1);
                self.flush();
            }
            return;
        }
        let mut grid = Grid::default();
        for row in rows {
            grid.row();
            for cell in row {
                let mut inner = Self::default();
                inner.inside(&cell, depth + 1);
                inner.flush();
                self.too_deep |= inner.too_deep;
                let span = |name| cell.attr(name).and_then(|span| span.trim().parse().ok()).unwrap_or(1);
                grid.cell(inner.parts, span("rowspan"), span("colspan"));
            }
        }
        self.parts.extend(grid.finish());
    }
}

/// A table's own rows and captions, not those of tables in it.
fn collect<'a>(node: &NodeRef<'a>, rows: &mut Vec<Vec<NodeRef<'a>>>, captions: &mut Vec<NodeRef<'a>>, depth: usize) {
    for child in node.children_it(false).filter(NodeRef::is_element) {
        let name = child.node_name().unwrap_or_default().to_ascii_lowercase();
        if hidden(&child, &name) {
            continue;
        }
        match name.as_str() {
            "caption" => captions.push(child),
            "tr" => {
                let cells = child.children_it(false).filter(|cell| is(cell, "td") || is(cell, "th"));
                rows.push(cells.filter(|cell| !hidden(cell, "td")).collect());
            }
            "thead" | "tbody" | "tfoot" if depth == 0 => collect(&child, rows, captions, depth + 1),
            _ => {}
        }
    }
}

fn is(node: &NodeRef<'_>, name: &str) -> bool {
    node.node_name().is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// What a browser does not show.
fn hidden(node: &NodeRef<'_>, name: &str) -> bool {
    let never = matches!(
        name,
        "script" | "style" | "template" | "noscript" | "noframes" | "svg" | "object" | "iframe" | "select" | "datalist"
            | "audio" | "video" | "canvas"
    );
    never || node.has_attr("hidden") || node.attr("style").is_some_and(|style| {
        let style: String = style.to_ascii_lowercase().split_whitespace().collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

fn block(name: &str) -> bool {
    matches!(
        name,
        "address" | "article" | "aside" | "blockquote" | "body" | "center" | "dd" | "details" | "dialog" | "div" | "dl"
            | "dt" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "header" | "hgroup" | "hr" | "html"
            | "legend" | "main" | "nav" | "p" | "section" | "summary" | "tr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_decoded_as_it_says_unless_that_is_wrong() {
        let page = |charset: &str| format!("<html><head><meta charset={charset}></head><body>똠방각하 연가</body></html>");
        let old = "<meta http-equiv='Content-Type' content='text/html; charset=ks_c_5601-1987'>연가";
        let (cp949, _, _) = encoding_rs::EUC_KR.encode(old);
        for (name, bytes) in [
            ("UTF-8", page("utf-8").into_bytes()),
            ("UTF-8 that says EUC-KR", page("\"euc-kr\"").into_bytes()),
            ("EUC-KR", cp949.into_owned()),
            ("CP949 that says UTF-8", encoding_rs::EUC_KR.encode(&page("utf-8")).0.into_owned()),
        ] {
            let (text, broken) = decode(&bytes);
            assert!(text.contains("연가") && !broken, "{name}: {text}");
        }
    }
}
