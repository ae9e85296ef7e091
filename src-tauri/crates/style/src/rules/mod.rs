//! The rules, a family a file.

mod amount;
mod attachment;
mod colon;
mod date;
mod ending;
mod numbering;
mod overuse;
mod spacing;
mod time;
mod words;

use crate::document::Document;
use crate::finding::Mark;
use crate::text::Text;

/// All that the rules object to, in no order and overlapping.
pub(crate) fn all(text: &Text) -> Vec<Mark> {
    let document = Document::of(text);
    let mut marks = Vec::new();
    marks.extend(date::find(text));
    marks.extend(time::find(text));
    marks.extend(amount::find(text));
    marks.extend(numbering::find(text, &document));
    marks.extend(attachment::find(text, &document));
    marks.extend(ending::find(text, &document));
    marks.extend(colon::find(text));
    marks.extend(spacing::find(text));
    marks.extend(words::find(text));
    marks.extend(overuse::find(text));
    marks
}
