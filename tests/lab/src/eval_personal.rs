use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use personal::Kind;
use personal::labelled::{Row, Sentence, Set, generate, score, whole};
use serde_json::{Value, json};
use wire::Failure;

/// Which personal information stands where in the reference texts of the samples: a line holds the file's name, the
/// kind and the range in bytes, or `-` for a file without any. The texts themselves are not kept here.
const LABELS: &str = include_str!("../personal-samples.tsv");

/// `lab eval personal`: precision and recall of the finder on made sentences of both sets, and on the samples that were
/// labelled by hand, where `samples` is given.
pub fn run(seed: u64, count: usize, samples: Option<&Path>, json: bool) -> Result<(), Failure> {
    let mut sets = vec![
        ("tuned", generate(seed, count, Set::Tuned)),
        ("held", generate(seed, count, Set::Held)),
    ];
    if let Some(folder) = samples {
        let samples = labelled_samples(folder, LABELS)?;
        // The finder is for Korean texts; what it does on the others is told apart.
        let korean = |text: &Sentence| text.text.chars().any(|letter| ('가'..='힣').contains(&letter));
        let (korean, others) = samples.into_iter().partition(korean);
        sets.push(("samples", korean));
        sets.push(("samples without Hangul", others));
    }
    let scored: Vec<(&str, Vec<Row>)> =
        sets.iter().map(|(name, sentences)| (*name, score(personal::find, sentences))).collect();
    if json {
        let sets: serde_json::Map<String, Value> =
            scored.iter().map(|(name, rows)| ((*name).to_owned(), figures(rows))).collect();
        println!("{}", Value::Object(sets));
        return Ok(());
    }
    for ((name, rows), (_, sentences)) in scored.iter().zip(&sets) {
        println!("{name}, {} texts\n{:<18} {:>8} {:>8} {:>8} {:>9} {:>7}", sentences.len(), "kind", "labelled",
            "found", "right", "precision", "recall");
        for row in rows {
            // A share of nothing says nothing.
            let share = |of: u32, share: f64| if of == 0 { "-".to_owned() } else { format!("{share:.4}") };
            println!("{:<18} {:>8} {:>8} {:>8} {:>9} {:>7}", row.kind.word(), row.labelled, row.found, row.right,
                share(row.found, row.precision()), share(row.labelled, row.recall()));
        }
        let (precision, recall) = whole(rows);
        println!("{:<18} {:>8} {:>8} {:>8} {precision:>9.4} {recall:>7.4}\n", "all", "", "", "");
    }
    Ok(())
}

fn figures(rows: &[Row]) -> Value {
    let (precision, recall) = whole(rows);
    let kinds: serde_json::Map<String, Value> = rows
        .iter()
        .map(|row| {
            let figures = json!({
                "labelled": row.labelled, "found": row.found, "right": row.right,
                "precision": row.precision(), "recall": row.recall(),
            });
            (row.kind.word().to_owned(), figures)
        })
        .collect();
    json!({ "precision": precision, "recall": recall, "kinds": kinds })
}

/// The reference texts of the samples with their labels, a text a sentence.
///
/// # Errors
/// `eval_unreadable` for a sample that is missing, and for a line that fits no text.
fn labelled_samples(folder: &Path, labels: &str) -> Result<Vec<Sentence>, Failure> {
    let unreadable = |line: &str, why: &dyn std::fmt::Display| {
        Failure::new("eval_unreadable", "평가 자료를 읽지 못했습니다.", format!("{line}: {why}"))
    };
    let mut spans: BTreeMap<&str, Vec<(Kind, Range<usize>)>> = BTreeMap::new();
    for line in labels.lines().filter(|line| !line.is_empty()) {
        let mut fields = line.split('\t');
        let file = spans.entry(fields.next().unwrap_or_default()).or_default();
        let (Some(kind), start, end) = (fields.next(), fields.next(), fields.next()) else {
            return Err(unreadable(line, &"no kind"));
        };
        if kind == "-" {
            continue;
        }
        let place = |field: Option<&str>| field.and_then(|field| field.parse::<usize>().ok());
        match (Kind::from_word(kind), place(start), place(end)) {
            (Some(kind), Some(start), Some(end)) => file.push((kind, start..end)),
            _ => return Err(unreadable(line, &"no label")),
        }
    }
    let texts = spans.into_iter().map(|(file, spans)| {
        let text = std::fs::read_to_string(folder.join(file)).map_err(|error| unreadable(file, &error))?;
        match spans.iter().find(|(_, span)| text.get(span.clone()).is_none()) {
            Some((_, span)) => Err(unreadable(file, &format!("{span:?} is outside the text"))),
            None => Ok(Sentence { text, spans }),
        }
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_with_their_labels_and_a_wrong_line_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("가.txt"), "문의 010-1234-5678").unwrap();
        std::fs::write(folder.path().join("나.txt"), "없음").unwrap();
        let read = labelled_samples(folder.path(), "가.txt\tphone\t7\t20\n나.txt\t-\n").unwrap();
        assert_eq!(read[0].spans, [(Kind::Phone, 7..20)]);
        assert_eq!((&read[0].text[7..20], read[1].spans.len()), ("010-1234-5678", 0));
        let table = ["가.txt\tphone\t1\t9", "가.txt\tnothing\t7\t20", "다.txt\t-", "가.txt", "가.txt\tphone\t7\t99"];
        for labels in table {
            assert_eq!(labelled_samples(folder.path(), labels).unwrap_err().code, "eval_unreadable", "{labels}");
        }
    }
}
