//! What is found among vectors, against the floats that they were made of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;
use vectors::{Code, Error, Vectors};

/// Numbers that are the same on every run (xorshift: Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Every direction is as likely, nearly: a sum of four uniform numbers is close to normal.
    fn direction(&mut self, dims: usize) -> Vec<f32> {
        unit((0..dims).map(|_| (0..4).map(|_| self.next()).sum::<f32>() - 2.0).collect())
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    vector.iter_mut().for_each(|value| *value /= length);
    vector
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn near(centre: &[f32], spread: f32, random: &mut Random) -> Vec<f32> {
    let away = random.direction(centre.len());
    unit(centre.iter().zip(away).map(|(centre, away)| centre + spread * away).collect())
}

/// Passage 0, 1, … of document 0, 0, …, 1, 1, …: ten passages a document.
fn set(vectors: &[Vec<f32>]) -> Vectors {
    let mut set = Vectors::new(vectors[0].len());
    for (vector, passage) in vectors.iter().zip(0..) {
        set.insert(passage, passage / 10, &Code::of(vector)).unwrap();
    }
    set
}

/// How many of the ten nearest are found, on average, from 0 to 1.
fn recall(vectors: &[Vec<f32>], queries: &[Vec<f32>]) -> f64 {
    let set = set(vectors);
    let mut hits = 0;
    for query in queries {
        let mut exact: Vec<(f32, i64)> = vectors.iter().map(|vector| dot(vector, query)).zip(0..).collect();
        exact.sort_by(|one, other| other.0.total_cmp(&one.0));
        let nearest: HashSet<i64> = exact[..10].iter().map(|(_, passage)| *passage).collect();
        let found = set.search(query, 10, None).unwrap();
        assert!(found.is_sorted_by(|one, next| one.1 >= next.1));
        for (passage, cosine) in &found {
            assert!((cosine - dot(&vectors[*passage as usize], query)).abs() < 0.005, "{passage}: {cosine}");
        }
        hits += found.iter().filter(|(passage, _)| nearest.contains(passage)).count();
    }
    hits as f64 / (10 * queries.len()) as f64
}

#[test]
fn a_small_set_is_compared_whole() {
    let mut random = Random(7);
    let vectors: Vec<_> = (0..10_000).map(|_| random.direction(384)).collect();
    let queries: Vec<_> = (0..50).map(|_| random.direction(384)).collect();
    let recall = recall(&vectors, &queries);
    assert!(recall >= 0.97, "{recall}");
}

/// As embeddings lie: all about one direction, and passages about one matter closer together.
#[test]
fn of_a_large_set_signs_find_what_is_worth_comparing() {
    let mut random = Random(11);
    let common = random.direction(384);
    let matters: Vec<_> = (0..1500).map(|_| near(&common, 0.7, &mut random)).collect();
    let vectors: Vec<_> = (0..60_000).map(|index| near(&matters[index % 1500], 0.5, &mut random)).collect();
    let queries: Vec<_> = (0..50).map(|index| near(&matters[index * 29], 0.5, &mut random)).collect();
    let recall = recall(&vectors, &queries);
    assert!(recall >= 0.95, "{recall}");

    // The documents of one matter in fifteen hundred: few enough to compare them all.
    let set = set(&vectors);
    let scope: HashSet<i64> = (0..6000).filter(|document| document % 7 == 3).collect();
    for query in &queries {
        let found = set.search(query, 10, Some(&scope)).unwrap();
        assert!(found.len() == 10 && found.iter().all(|(passage, _)| scope.contains(&(passage / 10))));
    }
    let every: HashSet<i64> = (0..6000).collect();
    assert_eq!(set.search(&queries[0], 10, Some(&every)), set.search(&queries[0], 10, None));
}

#[test]
fn the_same_set_gives_the_same_answer_in_whatever_order_it_was_made() {
    let mut random = Random(13);
    // Each vector forty times, so that nearly everything is a tie.
    let vectors: Vec<_> = (0..1500).map(|_| Code::of(&random.direction(32))).collect();
    let query = random.direction(32);
    let made = |order: &mut dyn Iterator<Item = i64>| {
        let mut set = Vectors::new(32);
        for passage in order {
            set.insert(passage, passage % 5, &vectors[(passage % 1500) as usize]).unwrap();
        }
        set
    };
    let (rising, falling) = (made(&mut (0..60_000)), made(&mut (0..60_000).rev()));
    for k in [1, 7, 40, 100, 900] {
        let found = rising.search(&query, k, None).unwrap();
        assert_eq!(found, falling.search(&query, k, None).unwrap(), "{k}");
        assert_eq!(found.len(), k);
        assert!(found.is_sorted_by_key(|(passage, cosine)| (Reverse((cosine * 1e6) as i64), *passage)), "{k}");
    }
}

#[test]
fn a_million_vectors_would_fit_in_half_a_gigabyte() {
    let mut set = Vectors::new(384);
    let code = Code::of(&Random(17).direction(384));
    for passage in 0..20_480 {
        set.insert(passage, 1, &code).unwrap();
    }
    let each = set.bytes() / set.len();
    assert!(each < 500, "{each} bytes a vector");
    set.remove_document(1);
    assert!(set.is_empty() && set.bytes() < 2_000_000, "{} bytes for nothing", set.bytes());
}

#[test]
fn what_is_taken_out_of_a_large_set_is_found_no_more_and_nothing_else_is_lost() {
    let mut random = Random(19);
    let vectors: Vec<_> = (0..20_000).map(|_| random.direction(8)).collect();
    let mut set = set(&vectors);
    let mut model: HashSet<i64> = (0..20_000).collect();
    for document in [0, 999, 1999, 500, 409, 410] {
        set.remove_document(document);
        model.retain(|passage| passage / 10 != document);
    }
    let gone: Vec<i64> = (0..20_000).filter(|_| random.next() < 0.6).collect();
    set.remove(&gone);
    model.retain(|passage| gone.binary_search(passage).is_err());
    for passage in (0..20_000).step_by(3) {
        set.insert(passage, passage / 10, &Code::of(&vectors[passage as usize])).unwrap();
        model.insert(passage);
    }
    assert_eq!(set.len(), model.len());
    let found = set.search(&vectors[0], usize::MAX, None).unwrap();
    assert_eq!(found.iter().map(|(passage, _)| *passage).collect::<HashSet<_>>(), model);
    for (passage, cosine) in found {
        assert!((cosine - dot(&vectors[passage as usize], &vectors[0])).abs() < 0.03, "{passage} has another's vector");
    }
}

#[test]
fn a_vector_of_another_model_is_refused() {
    let mut set = Vectors::new(3);
    let wrong = Err(Error::Dimensions { found: 2, wanted: 3 });
    assert_eq!(set.insert(1, 1, &Code::of(&[1.0, 0.0])), wrong);
    assert_eq!(set.search(&[1.0, 0.0], 1, None).map(|_| ()), wrong);
    assert!(set.is_empty());
}

/// What is asked of two vectors, (1, 0) of document 1 and (0, 1) of document 2, and the passages that are found.
#[test]
fn what_is_asked_at_the_edge() {
    let mut set = Vectors::new(2);
    set.insert(10, 1, &Code::of(&[1.0, 0.0])).unwrap();
    set.insert(20, 2, &Code::of(&[0.0, 1.0])).unwrap();
    type Row<'a> = (&'a str, [f32; 2], usize, Option<&'a [i64]>, &'a [i64]);
    let table: [Row<'_>; 8] = [
        ("all", [0.0, 1.0], 9, None, &[20, 10]),
        ("every one there is", [0.0, 1.0], usize::MAX, None, &[20, 10]),
        ("none", [0.0, 1.0], 0, None, &[]),
        ("the best", [0.0, 1.0], 1, None, &[20]),
        ("a tie", [0.6, 0.6], 2, None, &[10, 20]),
        ("in one document", [0.0, 1.0], 9, Some(&[1]), &[10]),
        ("in a document that is not there, and in none", [0.0, 1.0], 9, Some(&[3]), &[]),
        ("no number", [f32::NAN, 1.0], 9, None, &[]),
    ];
    for (what, query, k, scope, wanted) in table {
        let scope: Option<HashSet<i64>> = scope.map(|documents| documents.iter().copied().collect());
        let found = set.search(&query, k, scope.as_ref()).unwrap();
        assert_eq!(found.iter().map(|(passage, _)| *passage).collect::<Vec<_>>(), wanted, "{what}");
    }
    assert_eq!(Vectors::new(2).search(&[1.0, 0.0], 5, None), Ok(Vec::new()));
    assert_eq!(Vectors::new(0).search(&[], 5, None), Ok(Vec::new()));
}

#[derive(Debug, Clone)]
enum Step {
    Insert(i64, i64, Vec<f32>),
    Remove(Vec<i64>),
    RemoveDocument(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_i64..60, 0_i64..8, vec(-1.0_f32..1.0, 5)).prop_map(|(passage, document, vector)| {
            Step::Insert(passage, document, vector)
        }),
        2 => vec(0_i64..60, 0..4).prop_map(Step::Remove),
        1 => (0_i64..8).prop_map(Step::RemoveDocument),
    ]
}

proptest! {
    #[test]
    fn it_holds_what_a_map_holds(steps in vec(step(), 0..120), query in vec(-1.0_f32..1.0, 5), scope in 0_i64..8) {
        let mut set = Vectors::new(5);
        let mut model: BTreeMap<i64, (i64, Code)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Insert(passage, document, vector) => {
                    set.insert(passage, document, &Code::of(&vector)).unwrap();
                    model.insert(passage, (document, Code::of(&vector)));
                }
                Step::Remove(passages) => {
                    set.remove(&passages);
                    model.retain(|passage, _| !passages.contains(passage));
                }
                Step::RemoveDocument(document) => {
                    set.remove_document(document);
                    model.retain(|_, (of, _)| *of != document);
                }
            }
            prop_assert_eq!(set.len(), model.len());
        }
        for scope in [None, Some(HashSet::from([scope, 3]))] {
            let within = model.iter().filter(|(_, (of, _))| scope.as_ref().is_none_or(|scope| scope.contains(of)));
            let wanted: BTreeMap<i64, f32> =
                within.map(|(passage, (_, code))| (*passage, dot(&code.to_vector(), &query))).collect();
            let found = set.search(&query, 100, scope.as_ref()).unwrap();
            prop_assert!(found.is_sorted_by(|one, next| one.1 >= next.1));
            let found: BTreeMap<i64, f32> = found.into_iter().collect();
            prop_assert!(found.keys().eq(wanted.keys()), "{:?} for {:?}", found, wanted);
            prop_assert!(found.iter().all(|(passage, cosine)| (cosine - wanted[passage]).abs() < 1e-4));
        }
    }
}
