//! What a cut or corrupt PDF still says of itself.

/// Whether the table of the file's objects is not where its end says, so that it was made anew from what was found.
pub fn is_rebuilt(bytes: &[u8]) -> bool {
    let Some(end) = rfind(bytes, b"startxref") else { return true };
    let digits: String = bytes[end + 9..]
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace())
        .take_while(|byte| byte.is_ascii_digit())
        .map(|&byte| char::from(byte))
        .collect();
    let Ok(offset) = digits.parse::<usize>() else { return true };
    // What stands before the mark does not count, as most readers see it.
    let start = bytes.windows(5).position(|window| window == b"%PDF-").unwrap_or(0);
    ![offset, offset.saturating_add(start)].into_iter().filter_map(|at| bytes.get(at..)).any(|table| {
        let table = table.trim_ascii_start();
        table.starts_with(b"xref") || (table.first().is_some_and(u8::is_ascii_digit) && contains_object(table))
    })
}

/// `12 0 obj`, a table that is a stream.
fn contains_object(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(32)].windows(4).any(|window| window == b" obj")
}

fn rfind(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).rposition(|window| window == mark)
}

/// The file with an end that says which object is its catalog: pdfium finds the objects of a file that was cut, but
/// not where to begin.
pub fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let kind = (0..bytes.len()).rev().find(|&at| {
        bytes[at..].strip_prefix(b"/Type").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"/Catalog"))
    })?;
    let object = rfind(&bytes[..kind], b" obj")?;
    let line = &bytes[object.saturating_sub(24)..object];
    let mut words = line.rsplit(|byte| !byte.is_ascii_digit());
    let (generation, number) = (words.next()?, words.next()?);
    if generation.is_empty() || number.is_empty() {
        return None;
    }
    let (generation, number) = (std::str::from_utf8(generation).ok()?, std::str::from_utf8(number).ok()?);
    let end = format!("\nendstream endobj\ntrailer\n<< /Root {number} {generation} R >>\nstartxref\n0\n%%EOF\n");
    Some([bytes, end.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_where_the_end_says_is_as_it_was_written() {
        for (bytes, expected) in [
            ("%PDF-1.4\nxref\n0 1\nstartxref\n9\n%%EOF", false),
            ("junk%PDF-1.4\nxref\n0 1\nstartxref\n9\n%%EOF", false),
            ("%PDF-1.5\n12 0 obj\n<</Type/XRef>>startxref\n9\n%%EOF", false),
            ("%PDF-1.4\nxref\n0 1\nstartxref\n7000\n%%EOF", true),
            ("%PDF-1.4\n%comment\nxref\nstartxref\n9\n%%EOF", true),
            ("%PDF-1.4\nxref\n0 1\nstartxref\n", true),
            ("%PDF-1.4\nxref", true),
        ] {
            assert_eq!(is_rebuilt(bytes.as_bytes()), expected, "{bytes}");
        }
    }

    #[test]
    fn a_cut_file_is_given_the_catalog_that_it_has() {
        for (bytes, expected) in [
            ("%PDF\n7 0 obj\n<< /Pages 2 0 R /Type /Catalog >>", Some("/Root 7 0 R")),
            ("%PDF\r12 1 obj<</Type/Catalog>>\n13 0 obj <<>>", Some("/Root 12 1 R")),
            ("%PDF\n<< /Type /Catalog >>", None),
            ("obj obj /Type /Catalog", None),
            ("%PDF\n7 0 obj\n<< /Type /Pages >>", None),
        ] {
            let found = mended(bytes.as_bytes()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            assert_eq!(found.is_some(), expected.is_some(), "{bytes}");
            assert!(found.is_none_or(|found| found.contains(expected.unwrap_or_default())), "{bytes}");
        }
    }
}
