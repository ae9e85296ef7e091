//! The audit trail: whatever is done to it behind the program's back is found, and named.

mod sealed;

use proptest::prelude::*;
use rusqlite::{Connection, params};
use sealed::{connect, key};
use vault::{Anchor, Event, Fault, Vault};

const ENTRIES: i64 = 40;

fn trail(path: &std::path::Path) -> Anchor {
    let vault = Vault::open(path, &key()).unwrap();
    let mut anchor = Anchor { count: 0, head: String::new() };
    for number in 1..=ENTRIES {
        let what = format!("{{\"document\":{number}}}");
        anchor = vault.account(Event { at: 1000 + number, who: "hong", action: "document_read", what: &what }).unwrap();
    }
    anchor
}

fn faults(path: &std::path::Path, anchor: &Anchor) -> Vec<Fault> {
    Vault::open(path, &key()).unwrap().verify_audit(&[Some(anchor)]).unwrap().1
}

#[test]
fn an_untouched_trail_is_right_and_goes_on_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let anchor = trail(&path);
    assert_eq!(anchor.count, ENTRIES);
    let vault = Vault::open(&path, &key()).unwrap();
    assert_eq!(vault.verify_audit(&[Some(&anchor)]).unwrap(), (anchor.clone(), vec![]));
    // A power cut between the entry and its anchor leaves the anchor one behind.
    let next = vault.account(Event { at: 9000, who: "hong", action: "export", what: "{}" }).unwrap();
    assert_eq!(vault.verify_audit(&[Some(&anchor)]).unwrap(), (next, vec![]));
    assert_eq!(vault.verify_audit(&[None]).unwrap().1, [Fault::NoAnchor]);
    let entries = vault.audit_entries(Some(4), 2).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn each_kind_of_change_is_named() {
    type Change = fn(&Connection);
    let table: [(&str, Change, Vec<Fault>); 7] = [
        ("a changed text", |c| run(c, "UPDATE audit SET what = '{}' WHERE seq = 7"), vec![Fault::Changed { seq: 7 }]),
        ("another person", |c| run(c, "UPDATE audit SET who = 'kim' WHERE seq = 40"), vec![Fault::Changed { seq: 40 }]),
        ("a removed entry", |c| run(c, "DELETE FROM audit WHERE seq = 7"), vec![Fault::Missing { from: 7, to: 7 }]),
        ("a removed beginning", |c| run(c, "DELETE FROM audit WHERE seq < 4"), vec![Fault::Missing { from: 1, to: 3 }]),
        ("a cut end", |c| run(c, "DELETE FROM audit WHERE seq > 38"), vec![Fault::Cut { from: 39, to: 40 }]),
        ("nothing left", |c| run(c, "DELETE FROM audit"), vec![Fault::Cut { from: 1, to: 40 }]),
        (
            "two that changed places",
            |c| {
                run(c, "UPDATE audit SET seq = -1 WHERE seq = 7");
                run(c, "UPDATE audit SET seq = 7 WHERE seq = 20");
                run(c, "UPDATE audit SET seq = 20 WHERE seq = -1");
            },
            vec![
                Fault::Changed { seq: 7 },
                Fault::Changed { seq: 8 },
                Fault::Changed { seq: 20 },
                Fault::Changed { seq: 21 },
            ],
        ),
    ];
    for (what, change, wanted) in table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        let anchor = trail(&path);
        change(&connect(&path));
        assert_eq!(faults(&path, &anchor), wanted, "{what}");
    }
}

fn run(connection: &Connection, statement: &str) {
    connection.execute_batch(statement).unwrap();
}

#[test]
fn a_trail_that_was_made_anew_whole_does_not_fit_its_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let anchor = trail(&path);
    run(&connect(&path), "DELETE FROM audit");
    let vault = Vault::open(&path, &key()).unwrap();
    for number in 1..=ENTRIES {
        vault.account(Event { at: number, who: "hong", action: "document_read", what: "{}" }).unwrap();
    }
    assert_eq!(vault.verify_audit(&[Some(&anchor)]).unwrap().1, [Fault::Rewritten { seq: ENTRIES }]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A hundred random edits: a byte of any column, a removed entry, two that change places.
    #[test]
    fn any_edit_is_found_at_its_place(kind in 0..7, at in 1..=ENTRIES, other in 1..=ENTRIES, byte in 0u8..255) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        let anchor = trail(&path);
        let connection = connect(&path);
        let edited = match kind {
            0 => connection.execute("UPDATE audit SET at = at + 1 + ?2 WHERE seq = ?1", params![at, byte]),
            1 => connection.execute("UPDATE audit SET who = who || ?2 WHERE seq = ?1", params![at, byte.to_string()]),
            2 => connection.execute("UPDATE audit SET action = action || ?2 WHERE seq = ?1", params![at, byte.to_string()]),
            3 => connection.execute("UPDATE audit SET what = ?2 WHERE seq = ?1", params![at, format!("[{byte}]")]),
            4 => connection.execute("UPDATE audit SET hash = randomblob(32) WHERE seq = ?1", [at]),
            5 => connection.execute("DELETE FROM audit WHERE seq = ?1", [at]),
            _ => {
                prop_assume!(at != other);
                connection.execute("UPDATE audit SET seq = -1 WHERE seq = ?1", [at]).unwrap();
                connection.execute("UPDATE audit SET seq = ?1 WHERE seq = ?2", [at, other]).unwrap();
                connection.execute("UPDATE audit SET seq = ?1 WHERE seq = -1", [other])
            }
        };
        prop_assert_eq!(edited.unwrap(), 1);
        let found = faults(&path, &anchor);
        let named = found.iter().any(|fault| match fault {
            Fault::Changed { seq } => *seq == at,
            Fault::Missing { from, to } | Fault::Cut { from, to } => (*from..=*to).contains(&at),
            Fault::Rewritten { .. } | Fault::NoAnchor => false,
        });
        prop_assert!(named, "{:?}", found);
    }
}
