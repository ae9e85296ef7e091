//! Which questions are asked, over which passages.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Settings;
use crate::figures::share;
use crate::generate::Random;
use crate::sets::{Passage, Query, shuffled};

/// Where a document is asked about more than once, one question that needs two passages comes to so many that need one.
const SINGLES_A_PAIR: usize = 8;

/// Passages of one document, in the order in which they stand in the prompt, and what is asked about them.
pub struct Group<'a> {
    pub title: &'a str,
    pub passages: Vec<&'a Passage>,
    pub tasks: Vec<Task<'a>>,
}

/// What is asked at once: one question, or two that two passages answer together.
pub struct Task<'a> {
    pub queries: Vec<&'a Query>,
    /// Where the passage that holds the answer stands, from 0; nothing where two are needed.
    pub place: Option<usize>,
}

impl Task<'_> {
    pub fn id(&self) -> String {
        self.queries.iter().map(|query| query.id.as_str()).collect::<Vec<_>>().join("+")
    }

    pub fn question(&self) -> String {
        match self.queries.as_slice() {
            [one, other] => format!("다음 두 가지에 모두 답하세요. 첫째, {} 둘째, {}", one.query, other.query),
            queries => queries.iter().map(|query| query.query.as_str()).collect(),
        }
    }
}

/// Documents in an order by chance with one group of passages of each, so that a run reads each passage alone once and
/// asks about as many documents as can be.
pub fn groups<'a>(passages: &'a [Passage], queries: &'a [Query], settings: &Settings) -> Vec<Group<'a>> {
    let mut documents: BTreeMap<&str, Vec<&Passage>> = BTreeMap::new();
    for passage in passages {
        documents.entry(&passage.title).or_default().push(passage);
    }
    let mut asked: HashMap<&str, Vec<&Query>> = HashMap::new();
    for query in queries {
        if let [id] = query.positive_ids.as_slice() {
            asked.entry(id).or_default().push(query);
        }
    }
    let mut random = Random::new(settings.seed);
    let (mut questions, mut pairs) = (settings.questions, settings.pairs);
    let mut groups = Vec::new();
    for (title, passages) in shuffled(documents.into_iter().collect(), &mut random) {
        let Some(passages) = shuffled(passages, &mut random).chunks_exact(settings.passages).next().map(<[_]>::to_vec)
        else {
            continue;
        };
        let held: Vec<&[&Query]> =
            passages.iter().map(|passage| asked.get(passage.id.as_str()).map_or(&[][..], Vec::as_slice)).collect();
        let singles = in_turns(&held).into_iter().take(settings.each.unwrap_or(usize::MAX).min(questions));
        let two = two(&held).into_iter().take(pairs.min(settings.each.map_or(1, |each| each.div_ceil(SINGLES_A_PAIR))));
        let tasks: Vec<Task<'_>> = singles.chain(two).collect();
        questions -= tasks.iter().filter(|task| task.place.is_some()).count();
        pairs -= tasks.iter().filter(|task| task.place.is_none()).count();
        match settings.each {
            Some(_) => groups.push(Group { title, passages, tasks }),
            None => groups.extend(tasks.into_iter().map(|task| ranked(title, &passages, task))),
        }
        if questions == 0 && pairs == 0 {
            break;
        }
    }
    groups.retain(|group| !group.tasks.is_empty());
    groups
}

/// The questions of each passage, one of each in turn.
fn in_turns<'a>(held: &[&[&'a Query]]) -> Vec<Task<'a>> {
    let most = held.iter().map(|queries| queries.len()).max().unwrap_or(0);
    let turn = |number: usize| {
        held.iter().enumerate().filter_map(move |(place, queries)| {
            queries.get(number).map(|query| Task { queries: vec![*query], place: Some(place) })
        })
    };
    (0..most).flat_map(turn).collect()
}

/// The last questions of the first and the last passage, and those of neighbours: asked together, they need two.
fn two<'a>(held: &[&[&'a Query]]) -> Vec<Task<'a>> {
    let ends = held.first().zip(held.last()).filter(|_| held.len() > 2);
    let neighbours = held.windows(2).map(|two| (&two[0], &two[1]));
    let both = ends.into_iter().chain(neighbours).filter_map(|(one, other)| one.last().zip(other.last()));
    both.map(|(one, other)| Task { queries: vec![*one, *other], place: None }).collect()
}

/// A question over the passages with the best match first.
fn ranked<'a>(title: &'a str, passages: &[&'a Passage], task: Task<'a>) -> Group<'a> {
    let holds = task.place.map(|place| passages[place].id.as_str());
    let (question, mut passages) = (task.question(), passages.to_vec());
    passages.sort_by(|one, other| overlap(&question, &other.text).total_cmp(&overlap(&question, &one.text)));
    let place = holds.and_then(|id| passages.iter().position(|passage| passage.id == id));
    Group { title, passages, tasks: vec![Task { place, ..task }] }
}

/// The share of the question's pairs of letters that a text has.
fn overlap(question: &str, text: &str) -> f64 {
    let wanted = pairs(question);
    let held = pairs(text);
    share(wanted.intersection(&held).count(), wanted.len())
}

fn pairs(text: &str) -> HashSet<[char; 2]> {
    let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(id: &str, title: &str, text: &str) -> Passage {
        Passage { id: id.to_owned(), title: title.to_owned(), text: text.to_owned() }
    }

    fn query(id: &str, query: &str, holds: &str) -> Query {
        Query {
            id: id.to_owned(),
            query: query.to_owned(),
            positive_ids: vec![holds.to_owned()],
            answers: vec!["60일".to_owned()],
        }
    }

    fn corpus() -> [Passage; 4] {
        [
            passage("a1", "가", "연가는 15일이다. 병가는 60일이다."),
            passage("a2", "가", "출장 여비를 지급한다."),
            passage("a3", "가", "회의록을 공유한다."),
            passage("b1", "나", "둘이 없는 문서"),
        ]
    }

    fn settings(each: Option<usize>, pairs: usize) -> Settings {
        Settings { questions: 9, pairs, passages: 3, each, seed: 1, ways: Vec::new(), threads: None }
    }

    #[test]
    fn passages_are_those_of_the_document_with_the_nearest_first() {
        let (passages, queries) = (corpus(), [query("q", "병가는 며칠인가?", "a1")]);
        let groups = groups(&passages, &queries, &settings(None, 0));
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].title, groups[0].tasks[0].place, groups[0].passages[0].id.as_str()), ("가", Some(0), "a1"));
        let held: HashSet<&str> = groups[0].passages.iter().map(|passage| passage.id.as_str()).collect();
        assert_eq!(held.len(), 3);
    }

    #[test]
    fn in_one_order_each_passage_is_asked_for_as_often_and_two_need_two() {
        let passages = corpus();
        let queries: Vec<Query> = ["a1", "a1", "a2", "a3"]
            .iter()
            .enumerate()
            .map(|(number, holds)| query(&number.to_string(), "며칠인가?", holds))
            .collect();
        let groups = groups(&passages, &queries, &settings(Some(3), 1));
        let [group] = groups.as_slice() else { panic!("{}", groups.len()) };
        let places: Vec<Option<usize>> = group.tasks.iter().map(|task| task.place).collect();
        assert_eq!(places, [Some(0), Some(1), Some(2), None]);
        for task in &group.tasks[..3] {
            let place = task.place.unwrap();
            assert_eq!(task.queries[0].positive_ids, [group.passages[place].id.clone()]);
        }
        let held: HashSet<&String> = group.tasks[3].queries.iter().flat_map(|query| &query.positive_ids).collect();
        assert_eq!(held.len(), 2, "two questions of two passages");
        assert!(group.tasks[3].question().contains("둘째"));
    }
}
