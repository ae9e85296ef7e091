//! Tables of text: values between commas, tabs, semicolons or bars.

use documents::{Document, Format};
use wire::Failure;

use crate::outline::Outline;
use crate::table;
use crate::text;

/// Rows in one block: each block repeats the header, so that a row is found with what its values mean.
const ROWS: usize = 50;
/// Lines that the delimiter is told by.
const SAMPLE: usize = 20;

pub fn csv(bytes: &[u8]) -> Result<Document, Failure> {
    let mut outline = Outline::new(Format::Csv);
    let (text, broken) = text::decode(bytes);
    if broken {
        outline.warn("알아볼 수 없는 글자가 있습니다. UTF-8로 저장하여 다시 추가하십시오.");
    }
    // Excel's own line that names the delimiter.
    let (named, text) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((sign, rest)) => (sign.bytes().next(), rest),
        None => (None, text.as_str()),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(named.unwrap_or_else(|| delimiter(text)))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(record.iter().map(str::to_owned).collect()),
            Err(error) => outline.warn_once(&format!("일부 행을 읽지 못했습니다. 원본을 확인하십시오. ({error})")),
        }
    }
    rows.retain(|row| row.iter().any(|value| !value.trim().is_empty()));
    // A title stands over the table in a cell of its own.
    let wide = |row: &Vec<String>| row.iter().filter(|value| !value.trim().is_empty()).count() > 1;
    let titles = rows.iter().position(wide).unwrap_or(0);
    for title in rows.drain(..titles).collect::<Vec<_>>() {
        outline.paragraph(&title.concat());
    }
    if let Some((header, rows)) = rows.split_first() {
        for piece in rows.chunks(ROWS) {
            let piece: Vec<Vec<String>> = std::iter::once(header).chain(piece).cloned().collect();
            outline.table(&table::markdown(&piece));
        }
        if rows.is_empty() {
            outline.table(&table::markdown(std::slice::from_ref(header)));
        }
    }
    Ok(outline.finish())
}

/// The sign that stands in most lines, and in the same number in each.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE).collect();
    let score = |sign: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, sign)).collect();
        let most = counts.iter().copied().filter(|&count| count > 0).max_by_key(|&count| {
            (counts.iter().filter(|&&other| other == count).count(), count)
        });
        most.map_or((0, 0), |most| (counts.iter().filter(|&&count| count == most).count(), most))
    };
    // The first of equals: commas are the usual ones.
    b"|;\t,".iter().copied().max_by_key(|&sign| score(sign)).unwrap_or(b',')
}

fn outside_quotes(line: &str, sign: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|&byte| {
            quoted ^= byte == b'"';
            byte == sign && !quoted
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_sign_that_every_line_has_as_often() {
        for (text, sign) in [
            ("구분,일수\n연가,17\n", b','),
            ("구분\t일수\n연가, 병가\t17\n", b'\t'),
            ("구분;금액\n연가;1,000\n병가;20\n", b';'),
            ("구분|일수\n연가|17\n", b'|'),
            ("\"가;나;다\",1\n\"라;마;바\",2\n", b','),
            ("한 줄\n", b','),
        ] {
            assert_eq!(delimiter(text), sign, "{text:?}");
        }
    }
}
