//! How well the finder does on labelled sentences.
#![allow(clippy::unwrap_used)]

use personal::labelled::{Row, Sentence, Set, generate, score, whole};
use personal::{Confidence, Found, Kind, find};

fn table(rows: &[Row]) -> String {
    let (precision, recall) = whole(rows);
    let lines = rows.iter().map(|row| {
        let (precision, recall) = (row.precision(), row.recall());
        format!("{:18}{:6}{:6}{:6}  {precision:.3}  {recall:.3}", row.kind.word(), row.labelled, row.found, row.right)
    });
    let lines: Vec<String> = lines.collect();
    format!(
        "kind            labelled found right  prec.  recall\n{}\nwhole {precision:.3} {recall:.3}",
        lines.join("\n")
    )
}

fn floors(set: Set) {
    let rows = score(find, &generate(1, 2000, set));
    let (precision, recall) = whole(&rows);
    println!("{}", table(&rows));
    assert!(precision >= 0.95 && recall >= 0.95, "{}", table(&rows));
    for row in &rows {
        assert!(row.labelled >= 40, "too few to tell\n{}", table(&rows));
        assert!(row.precision() >= 0.9 && row.recall() >= 0.9, "{}", table(&rows));
    }
}

#[test]
fn of_the_tuned_sentences_next_to_all_is_found_and_next_to_nothing_else() {
    floors(Set::Tuned);
}

#[test]
fn of_the_held_sentences_too() {
    floors(Set::Held);
}

#[test]
fn the_same_seed_makes_the_same_sentences_and_another_others() {
    assert_eq!(generate(7, 50, Set::Tuned), generate(7, 50, Set::Tuned));
    assert_ne!(generate(7, 50, Set::Tuned), generate(8, 50, Set::Tuned));
    assert_ne!(generate(7, 50, Set::Tuned), generate(7, 50, Set::Held));
}

#[test]
fn a_third_of_the_sentences_hold_nothing_and_the_spans_of_the_others_are_whole() {
    for set in [Set::Tuned, Set::Held] {
        let sentences = generate(3, 3000, set);
        let without = sentences.iter().filter(|sentence| sentence.spans.is_empty()).count();
        assert!((900..1100).contains(&without), "{without}");
        for Sentence { text, spans } in &sentences {
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(spans.is_sorted_by(|before, after| before.1.end <= after.1.start), "{text}");
            assert!(
                spans.iter().all(|(_, span)| text.get(span.clone()).is_some_and(|piece| !piece.is_empty())),
                "{text}"
            );
        }
    }
}

#[test]
fn a_find_is_right_when_it_covers_four_fifths_of_what_was_there_and_counts_once() {
    let sentence = Sentence { text: "0123456789".to_owned(), spans: vec![(Kind::Phone, 0..5), (Kind::Phone, 5..10)] };
    let table = [
        (Kind::Phone, 0..5, 1),
        (Kind::Phone, 0..4, 1),
        (Kind::Phone, 0..3, 0),
        (Kind::Phone, 0..10, 1),
        (Kind::Phone, 1..6, 1),
        (Kind::Phone, 2..7, 0),
        (Kind::Card, 0..5, 0),
    ];
    for (kind, range, right) in table {
        let found = Found { kind, range: range.clone(), confidence: Confidence::Sure };
        let rows = score(|_| vec![found.clone()], std::slice::from_ref(&sentence));
        let row = rows.iter().find(|row| row.kind == Kind::Phone).copied().unwrap();
        assert_eq!((row.labelled, row.right), (2, right), "{range:?}");
        assert_eq!(row.recall(), f64::from(right) / 2.0);
    }
    let nothing = score(|_| Vec::new(), std::slice::from_ref(&sentence));
    assert_eq!(whole(&nothing), (1.0, 0.0));
}
