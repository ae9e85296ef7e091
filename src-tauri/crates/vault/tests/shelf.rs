//! The list of conversations: folders, pins, the archive, titles; and what was not sent yet.

mod sealed;

use sealed::key;
use vault::{ConversationFilter, Draft, NewMessage, Vault};

fn titles(vault: &Vault, filter: ConversationFilter) -> Vec<String> {
    vault.conversations_of(&filter).unwrap().into_iter().map(|row| row.title).collect()
}

#[test]
fn pinned_conversations_stand_first_and_each_part_is_latest_first() {
    let vault = Vault::in_memory().unwrap();
    let [a, b, c, d] =
        [("가", 1), ("나", 2), ("다", 3), ("라", 4)].map(|(title, at)| vault.create_conversation(title, at).unwrap().id);
    vault.pin_conversation(a, Some(10)).unwrap();
    vault.pin_conversation(b, Some(9)).unwrap();
    assert_eq!(titles(&vault, ConversationFilter::default()), ["나", "가", "라", "다"]);
    vault.add_message(a, NewMessage::question("질문"), 20).unwrap();
    assert_eq!(titles(&vault, ConversationFilter::default()), ["가", "나", "라", "다"]);
    vault.pin_conversation(b, None).unwrap();
    assert_eq!(titles(&vault, ConversationFilter::default()), ["가", "라", "다", "나"]);

    let folder = vault.create_folder("복무").unwrap().id;
    vault.move_conversation(c, Some(folder)).unwrap();
    vault.move_conversation(a, Some(folder)).unwrap();
    vault.archive_conversation(d, Some(30)).unwrap();
    let (yes, no) = (Some(true), Some(false));
    let table: [(ConversationFilter, &[&str]); 6] = [
        (ConversationFilter { archived: no, ..Default::default() }, &["가", "다", "나"]),
        (ConversationFilter { archived: yes, ..Default::default() }, &["라"]),
        (ConversationFilter { pinned: yes, ..Default::default() }, &["가"]),
        (ConversationFilter { folders: vec![Some(folder)], ..Default::default() }, &["가", "다"]),
        (ConversationFilter { folders: vec![None], archived: no, pinned: None }, &["나"]),
        (ConversationFilter { folders: vec![None, Some(folder)], pinned: no, archived: None }, &["라", "다", "나"]),
    ];
    for (filter, wanted) in table {
        assert_eq!(titles(&vault, filter.clone()), wanted, "{filter:?}");
    }
    vault.archive_conversation(d, None).unwrap();
    assert_eq!(vault.conversation_row(d).unwrap().archived_at, None);
}

#[test]
fn folders_have_an_order_and_leave_their_conversations_behind() {
    let vault = Vault::in_memory().unwrap();
    let [a, b, c] = ["가", "나", "다"].map(|name| vault.create_folder(name).unwrap().id);
    let names = || vault.folders().unwrap().into_iter().map(|folder| folder.name).collect::<Vec<_>>();
    assert_eq!(names(), ["가", "나", "다"]);
    let table: [(i64, usize, &[&str]); 4] = [
        (c, 0, &["다", "가", "나"]),
        (c, 1, &["가", "다", "나"]),
        (a, 99, &["다", "나", "가"]),
        (b, 1, &["다", "나", "가"]),
    ];
    for (folder, place, wanted) in table {
        vault.move_folder(folder, place).unwrap();
        assert_eq!(names(), wanted);
    }
    vault.rename_folder(b, "복무").unwrap();
    let conversation = vault.create_conversation("연가", 0).unwrap().id;
    vault.move_conversation(conversation, Some(b)).unwrap();
    assert_eq!(vault.conversation_row(conversation).unwrap().folder, Some(b));
    vault.remove_folder(b).unwrap();
    assert_eq!(vault.conversation_row(conversation).unwrap().folder, None);
    assert_eq!(names(), ["다", "가"]);
    let errors = [
        vault.rename_folder(b, "없는 폴더").unwrap_err(),
        vault.remove_folder(b).unwrap_err(),
        vault.move_folder(b, 0).unwrap_err(),
        vault.move_conversation(conversation, Some(b)).unwrap_err(),
        vault.move_conversation(99, Some(a)).unwrap_err(),
        vault.pin_conversation(99, Some(1)).unwrap_err(),
        vault.archive_conversation(99, Some(1)).unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.code() == "not_found"), "{errors:?}");
}

#[test]
fn the_model_names_a_conversation_once_and_never_over_the_person() {
    let vault = Vault::in_memory().unwrap();
    let [proposed, typed] = ["연가는?", "병가는?"].map(|title| vault.create_conversation(title, 0).unwrap().id);
    let title = |id| vault.conversation_row(id).unwrap().title;
    assert!(vault.is_called_by_question(proposed).unwrap());
    assert!(vault.propose_title(proposed, "연가 일수").unwrap());
    assert!(!vault.is_called_by_question(proposed).unwrap());
    assert!(!vault.propose_title(proposed, "다른 제목").unwrap());
    assert_eq!(title(proposed), "연가 일수");
    vault.rename_conversation(typed, "내 제목").unwrap();
    assert!(!vault.propose_title(typed, "병가 일수").unwrap());
    assert_eq!(title(typed), "내 제목");
    assert!(!vault.propose_title(99, "없는 대화").unwrap());
    assert_eq!(vault.is_called_by_question(99).unwrap_err().code(), "not_found");
}

#[test]
fn what_was_not_sent_is_kept_for_each_conversation() {
    let vault = Vault::in_memory().unwrap();
    let id = vault.create_conversation("대화", 0).unwrap().id;
    let draft = |conversation_id, text: &str| Draft { conversation_id, text: text.to_owned() };
    vault.save_draft(Some(id), "병가는").unwrap();
    vault.save_draft(None, "연가는").unwrap();
    vault.save_draft(None, "연가는 며칠").unwrap();
    assert_eq!(vault.drafts().unwrap(), [draft(None, "연가는 며칠"), draft(Some(id), "병가는")]);
    assert_eq!((vault.draft(None).unwrap(), vault.draft(Some(id)).unwrap()), ("연가는 며칠".into(), "병가는".into()));
    vault.save_draft(None, "").unwrap();
    vault.save_draft(None, "").unwrap();
    assert_eq!(vault.draft(None).unwrap(), "");
    assert_eq!(vault.save_draft(Some(99), "없는 대화").unwrap_err().code(), "not_found");
    vault.remove_conversation(id, 1).unwrap();
    assert_eq!(vault.drafts().unwrap(), [draft(Some(id), "병가는")], "the person may bring it back");
    vault.forget_conversation(id).unwrap();
    assert!(vault.drafts().unwrap().is_empty());
}

/// What a crash leaves: the first vault is never closed.
#[test]
fn a_draft_is_on_the_disk_once_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let crashed = Vault::open(&path, &key()).unwrap();
    crashed.save_draft(None, "연가는 며칠").unwrap();
    std::mem::forget(crashed);
    let vault = Vault::open(&path, &key()).unwrap();
    assert_eq!(vault.draft(None).unwrap(), "연가는 며칠");
    let files: Vec<u8> =
        folder.path().read_dir().unwrap().flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!sealed::holds(&files, "연가는"), "it lies there as plain text");
}
