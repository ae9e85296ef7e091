//! A PDF's bookmarks are its headings, where their titles stand on the pages that they lead to.

use pdfium_render::prelude::PdfDocument;

/// More are not a table of contents; a circle of them ends here too.
const MOST: usize = 5000;
/// A title may be broken over so many lines.
const LINES: usize = 3;

/// A title where it leads.
pub struct Bookmark {
    page: usize,
    /// From 1 for the outermost.
    level: u8,
    /// Without space.
    title: String,
}

pub fn of(document: &PdfDocument<'_>) -> Vec<Bookmark> {
    let mut found = Vec::new();
    let mut open: Vec<_> = document.bookmarks().root().map(|root| (root, 1u8)).into_iter().collect();
    for _ in 0..MOST {
        let Some((bookmark, level)) = open.pop() else { break };
        let page = bookmark.destination().and_then(|place| usize::try_from(place.page_index().ok()?).ok());
        if let (Some(page), Some(title)) = (page, bookmark.title()) {
            let title = packed(&title);
            if !title.is_empty() {
                found.push(Bookmark { page, level, title });
            }
        }
        open.extend(bookmark.next_sibling().map(|next| (next, level)));
        open.extend(bookmark.first_child().map(|child| (child, level.saturating_add(1))));
    }
    found
}

fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

/// The level of the bookmark that leads to this paragraph.
pub fn level(bookmarks: &[Bookmark], page: usize, paragraph: &str) -> Option<u8> {
    let text = packed(paragraph);
    bookmarks.iter().find(|bookmark| bookmark.page == page && bookmark.title == text).map(|bookmark| bookmark.level)
}

/// Puts an empty line before and after each title, so that no wrapped line is joined to it, and its own lines into
/// one.
pub fn set_apart(texts: Vec<String>, bookmarks: &[Bookmark]) -> Vec<String> {
    texts.into_iter().enumerate().map(|(page, text)| {
        let titles: Vec<&str> =
            bookmarks.iter().filter(|bookmark| bookmark.page == page).map(|bookmark| bookmark.title.as_str()).collect();
        if titles.is_empty() { text } else { apart(&text, &titles) }
    }).collect()
}

fn apart(text: &str, titles: &[&str]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    while at < lines.len() {
        let title = (1..=LINES.min(lines.len() - at)).find(|&count| {
            !lines[at].trim().is_empty() && titles.contains(&packed(&lines[at..at + count].concat()).as_str())
        });
        match title {
            Some(count) => {
                let title: Vec<&str> = lines[at..at + count].iter().map(|line| line.trim()).collect();
                out.push('\n');
                out.push_str(&title.join(" "));
                out.push_str("\n\n");
                at += count;
            }
            None => {
                out.push_str(lines[at]);
                out.push('\n');
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stand_apart_on_their_own_page_only() {
        let bookmarks = [Bookmark { page: 1, level: 2, title: packed("연가 의 사용") }];
        let texts = ["연가의 사용\n가", "나\n연가의\n 사용\n다"].map(str::to_owned).to_vec();
        let texts = set_apart(texts, &bookmarks);
        assert_eq!(texts, ["연가의 사용\n가", "나\n\n연가의 사용\n\n다\n"]);
        assert_eq!([level(&bookmarks, 1, "연가의 사용"), level(&bookmarks, 0, "연가의 사용")], [Some(2), None]);
    }
}
