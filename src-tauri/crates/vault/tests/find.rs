//! What finding without the model reads.

use std::path::Path;

use policy::Grade;
use vault::{NewMessage, Vault};

#[test]
fn of_documents_those_in_the_list_are_read_with_what_they_are_chosen_by() {
    let vault = Vault::in_memory().unwrap();
    let add = |name: &str, at: i64| vault.add_document(name, Path::new(&format!("/{name}")), 1, at).unwrap();
    let (kept, gone) = (add("연가.hwp", 10), add("병가.hwp", 20));
    vault.set_grade(kept, Grade::S, None).unwrap();
    vault.remove_documents(&[gone], 30).unwrap();
    let found = vault.findable_documents().unwrap();
    assert_eq!(found.len(), 1);
    let row = vault.document(kept).unwrap();
    let document = &found[0];
    assert_eq!((document.id, &document.name, document.added_at), (kept, &row.name, 10));
    assert_eq!((document.grade, document.graded_by_person), (Some(Grade::S), true));
    assert_eq!((document.format, &document.folder), (row.format, &row.folder));
    assert_eq!(vault.first_passage(kept).unwrap(), None);
}

#[test]
fn messages_come_latest_first_a_few_at_a_time_of_conversations_in_the_list() {
    let vault = Vault::in_memory().unwrap();
    let (kept, gone) = (vault.create_conversation("가", 1).unwrap().id, vault.create_conversation("나", 1).unwrap().id);
    for number in 0..5 {
        vault.add_message(kept, NewMessage::question(number.to_string()), 2).unwrap();
        vault.add_message(gone, NewMessage::question("나"), 2).unwrap();
    }
    vault.remove_conversation(gone, 3).unwrap();
    let (mut before, mut read) = (i64::MAX, Vec::new());
    loop {
        let messages = vault.messages_before(before, 2).unwrap();
        let Some(last) = messages.last() else { break };
        before = last.id;
        read.push(messages.into_iter().map(|message| message.text).collect::<Vec<_>>());
    }
    assert_eq!(read, [vec!["4", "3"], vec!["2", "1"], vec!["0"]]);
}
