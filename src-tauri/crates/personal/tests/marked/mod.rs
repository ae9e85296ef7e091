//! Tables in which a find is written in «», and a near miss has none.

use personal::{Found, Kind, find};

/// Whether what is found of a kind is what the marks say.
#[track_caller]
pub fn check(kind: Kind, table: &[&str]) {
    let mut wrong = Vec::new();
    for marked in table {
        let text = marked.replace(['«', '»'], "");
        let found: Vec<Found> = find(&text).into_iter().filter(|each| each.kind == kind).collect();
        let mut shown = String::new();
        let mut done = 0;
        for each in &found {
            shown += &format!("{}«{}»", &text[done..each.range.start], &text[each.range.clone()]);
            done = each.range.end;
        }
        shown += &text[done..];
        if shown != *marked {
            wrong.push(format!("wanted {marked:?}\n   got {shown:?}, all {:?}", find(&text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
