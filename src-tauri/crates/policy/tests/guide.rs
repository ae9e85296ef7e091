//! The administrator's guide names every key of the policy with its default, and no other.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use personal::Kind;
use policy::Policy;
use serde_json::Value;

const GUIDE: &str = include_str!("../../../guide/관리자-안내.md");
const TABLE: &str = "### 모든 항목";
const EXAMPLE: &str = "### 보기";

/// Each key with its table, and its default as the guide writes it.
fn keys(value: &Value, above: &str) -> Vec<(String, String)> {
    let Value::Object(fields) = value else { unreachable!("a policy is a table") };
    fields
        .iter()
        .flat_map(|(key, value)| match value {
            Value::Object(_) => keys(value, &format!("{above}{key}.")),
            Value::Null => vec![(format!("{above}{key}"), "없음".to_owned())],
            value => vec![(format!("{above}{key}"), format!("`{value}`"))],
        })
        .collect()
}

fn section(from: &str, to: &str) -> &'static str {
    GUIDE.split_once(from).unwrap().1.split_once(to).unwrap().0
}

#[test]
fn every_key_stands_in_the_table_with_its_default_and_what_it_means() {
    let rows: BTreeMap<String, String> = section(TABLE, EXAMPLE)
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(key, rest)| {
            let (default, meaning) = rest.split_once(" | ").unwrap();
            assert!(meaning.trim_end_matches(" |").chars().count() > 3, "{key} has no meaning");
            (key.to_owned(), default.to_owned())
        })
        .collect();
    let wanted: BTreeMap<_, _> = keys(&serde_json::to_value(Policy::default()).unwrap(), "").into_iter().collect();
    assert!(wanted.contains_key("lock.idle_minutes"), "the keys were not found");
    assert_eq!(rows, wanted);
}

#[test]
fn the_example_is_a_policy_that_holds() {
    let example = section(EXAMPLE, "### 서명").split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), example).unwrap();
    let loaded = policy::load_pinned(folder.path(), None, None).unwrap();
    assert_eq!((loaded.policy.serial, loaded.policy.lock.idle_minutes), (3, 15));
}

#[test]
fn every_kind_of_personal_information_that_can_be_masked_is_named() {
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !GUIDE.contains(&format!("`{}`", kind.word()))).collect();
    assert_eq!(missing, [] as [&Kind; 0]);
}
