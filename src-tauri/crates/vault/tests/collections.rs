//! Named sets of documents.

use std::path::Path;

use vault::{Collection, Vault};

fn with_documents(names: &[&str]) -> (Vault, Vec<i64>) {
    let vault = Vault::in_memory().unwrap();
    let add = |name: &&str| vault.add_document(name, Path::new(&format!("/{name}")), 3, 0).unwrap();
    let ids = names.iter().map(add).collect();
    (vault, ids)
}

fn members(vault: &Vault) -> Vec<(String, Vec<i64>)> {
    vault.collections().unwrap().into_iter().map(|Collection { name, documents, .. }| (name, documents)).collect()
}

#[test]
fn a_document_is_in_as_many_collections_as_the_person_likes() {
    let (vault, ids) = with_documents(&["가.hwp", "나.hwp", "다.hwp"]);
    let audit = vault.add_collection(" 감사 자료 ", 1).unwrap();
    let budget = vault.add_collection("예산", 2).unwrap();
    vault.collect(audit, &[ids[1], ids[0], ids[0]], true).unwrap();
    vault.collect(budget, &ids, true).unwrap();
    vault.collect(budget, &ids[1..2], false).unwrap();
    let wanted = [("감사 자료".to_owned(), vec![ids[0], ids[1]]), ("예산".to_owned(), vec![ids[0], ids[2]])];
    assert_eq!(members(&vault), wanted);

    vault.rename_collection(audit, "감사").unwrap();
    vault.remove_collection(budget).unwrap();
    assert_eq!(members(&vault), [("감사".to_owned(), vec![ids[0], ids[1]])]);
    assert_eq!(vault.documents().unwrap().len(), 3, "its documents went with it");
    assert_ne!(vault.add_collection("예산", 3).unwrap(), budget, "an id was used twice");
}

#[test]
fn what_is_off_the_list_comes_back_to_its_collection_and_what_is_forgotten_does_not() {
    let (vault, ids) = with_documents(&["가.hwp", "나.hwp"]);
    let one = vault.add_collection("감사", 1).unwrap();
    vault.collect(one, &ids, true).unwrap();
    vault.remove_document(ids[0], 5).unwrap();
    assert_eq!(members(&vault)[0].1, [ids[1]]);
    vault.restore_document(ids[0]).unwrap();
    assert_eq!(members(&vault)[0].1, ids);
    vault.forget_document(ids[0]).unwrap();
    vault.collect(one, &ids, true).unwrap();
    assert_eq!(members(&vault)[0].1, [ids[1]]);
}

#[test]
fn a_name_is_a_name_and_no_two_are_the_same() {
    let (vault, ids) = with_documents(&["가.hwp"]);
    let one = vault.add_collection("감사", 1).unwrap();
    let other = vault.add_collection("예산", 1).unwrap();
    let long = "가".repeat(61);
    let table = [
        ("", "name_unfit"),
        ("  ", "name_unfit"),
        (long.as_str(), "name_unfit"),
        ("두\n줄", "name_unfit"),
        ("감사 ", "name_taken"),
    ];
    for (name, code) in table {
        assert_eq!(vault.add_collection(name, 1).unwrap_err().code(), code, "{name:?}");
        assert_eq!(vault.rename_collection(other, name).unwrap_err().code(), code, "{name:?}");
    }
    vault.rename_collection(one, "감사").unwrap();
    vault.remove_collection(one).unwrap();
    assert_eq!(vault.remove_collection(one).unwrap_err().code(), "not_found");
    assert_eq!(vault.rename_collection(one, "결산").unwrap_err().code(), "not_found");
    assert_eq!(vault.collect(one, &ids, true).unwrap_err().code(), "not_found");
}
