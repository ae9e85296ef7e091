//! How sensitive documents are, and the conversations that cite them.

use std::collections::BTreeMap;
use std::path::Path;

use documents::{Block, BlockKind, Document, Format, Locator};
use personal::Kind;
use policy::Grade::{self, C, O, S};
use vault::{Appraisal, Citation, NewMessage, Vault};

fn read(vault: &Vault, name: &str) -> i64 {
    let id = vault.add_document(name, Path::new(name), 1, 0).unwrap();
    let block = Block {
        kind: BlockKind::Paragraph,
        text: "본문".to_owned(),
        heading_path: Vec::new(),
        locator: Locator { section: 0, paragraph: 0, page: None },
    };
    vault.put_document(id, name, &Document { blocks: vec![block], ..Document::new(Format::Txt) }, &[]).unwrap();
    id
}

fn appraisal(grade: Grade) -> Appraisal {
    let personal = BTreeMap::from([(Kind::Name, 1), (Kind::Phone, 3)]);
    Appraisal { grade, reasons: vec![format!("{grade} 표시가 있습니다.")], personal }
}

fn citing(documents: &[i64]) -> NewMessage {
    let citation = |(mark, document): (u32, &i64)| Citation {
        mark,
        passage_id: 1,
        document_id: *document,
        file: String::new(),
        page: None,
        section: 1,
        heading_path: Vec::new(),
        quote: "인용".to_owned(),
    };
    NewMessage { citations: (1..).zip(documents).map(citation).collect(), ..NewMessage::answer("답") }
}

#[test]
fn a_document_is_appraised_once_it_was_read_and_again_when_it_is_read_again() {
    let vault = Vault::in_memory().unwrap();
    vault.add_document("아직.txt", Path::new("아직.txt"), 1, 0).unwrap();
    let id = read(&vault, "문서.txt");
    assert_eq!(vault.unappraised().unwrap(), [id]);
    let row = vault.note_appraisal(id, &appraisal(S)).unwrap().unwrap();
    assert_eq!(vault.note_appraisal(id, &appraisal(O)).unwrap(), None, "an older text's, that comes late");
    assert_eq!((row.grade, row.graded_by_person), (Some(S), false));
    assert_eq!(row.grade_reasons, ["S 표시가 있습니다."]);
    let counts: Vec<(&str, u32)> = row.personal.iter().map(|found| (found.label.as_str(), found.count)).collect();
    assert_eq!(counts, [("전화번호", 3), ("이름", 1)], "most first");
    assert!(vault.unappraised().unwrap().is_empty());
    vault.put_document(id, "새 내용", &Document::new(Format::Txt), &[]).unwrap();
    assert!(vault.document(id).unwrap().personal.is_empty(), "counts of a text that is gone");
}

#[test]
fn what_a_person_decided_stays_unless_the_text_speaks_for_more() {
    let table = [
        // decided, then proposed, then what holds and whether it is the person's
        (O, O, O, true),
        (S, O, S, true),
        (S, S, S, true),
        (O, S, S, false),
        (S, C, C, false),
    ];
    for (decided, proposed, holds, by_person) in table {
        let vault = Vault::in_memory().unwrap();
        let id = read(&vault, "문서.txt");
        vault.set_grade(id, decided, Some("담당자가 정했습니다.")).unwrap();
        let row = vault.note_appraisal(id, &appraisal(proposed)).unwrap().unwrap();
        assert_eq!((row.grade, row.graded_by_person), (Some(holds), by_person), "{decided} then {proposed}");
        assert_eq!(row.personal.len(), 2, "the counts are of the text in any case");
    }
    assert_eq!(Vault::in_memory().unwrap().set_grade(9, S, None).unwrap_err().code(), "not_found");
}

#[test]
fn a_conversation_is_as_sensitive_as_the_most_sensitive_it_cited_also_once_that_is_forgotten() {
    let vault = Vault::in_memory().unwrap();
    let [open, sensitive, secret] = ["공개", "민감", "기밀"].map(|name| read(&vault, name));
    for (id, grade) in [(open, O), (sensitive, S), (secret, C)] {
        vault.note_appraisal(id, &appraisal(grade)).unwrap();
    }
    let conversation = vault.create_conversation("대화", 0).unwrap();
    assert_eq!(conversation.grade, None);
    let grade = || {
        let listed = vault.conversations().unwrap()[0].grade;
        assert_eq!(vault.conversation(conversation.id).unwrap().row.grade, listed);
        listed
    };
    assert_eq!(grade(), None);
    let kept = vault.add_message(conversation.id, citing(&[open, 999]), 1).unwrap();
    assert_eq!(kept.citations.iter().map(|citation| citation.quote.as_str()).collect::<Vec<_>>(), ["인용", ""], "words of a document that is forgotten");
    assert_eq!(grade(), Some(O));
    vault.add_message(conversation.id, citing(&[sensitive, open, 999]), 2).unwrap();
    assert_eq!(grade(), Some(S));
    vault.set_grade(open, C, None).unwrap();
    assert_eq!(grade(), Some(C), "a document that is raised raises what cited it");
    vault.set_grade(open, O, Some("잘못 정했습니다.")).unwrap();
    assert_eq!(grade(), Some(S));
    vault.remove_document(sensitive, 3).unwrap();
    assert_eq!(grade(), Some(S), "off the list");
    vault.forget_document(sensitive).unwrap();
    assert_eq!(grade(), Some(S), "forgotten");
    vault.forget_document(open).unwrap();
    assert_eq!(grade(), Some(S), "a lower one that is forgotten later changes nothing");
    vault.add_message(conversation.id, citing(&[secret]), 4).unwrap();
    vault.forget_document(secret).unwrap();
    assert_eq!(grade(), Some(C));

    // What the model had before it, cited or not, as far as it is still there.
    let other = vault.create_conversation("중지한 답변", 5).unwrap().id;
    vault.note_cited(other, &[read(&vault, "아직 살피지 않은 문서"), 999].into()).unwrap();
    assert_eq!(vault.conversation(other).unwrap().row.grade, Some(C), "what was not appraised counts as the highest");
}

#[test]
fn a_conversation_stays_as_sensitive_as_the_words_it_has_when_the_document_says_something_else() {
    let vault = Vault::in_memory().unwrap();
    let id = read(&vault, "문서.txt");
    vault.note_appraisal(id, &appraisal(C)).unwrap();
    let conversation = vault.create_conversation("대화", 0).unwrap().id;
    vault.add_message(conversation, citing(&[id]), 1).unwrap();
    vault.put_document(id, "새 내용", &Document::new(Format::Txt), &[]).unwrap();
    assert_eq!(vault.note_appraisal(id, &appraisal(O)).unwrap().unwrap().grade, Some(O));
    assert_eq!(vault.conversation(conversation).unwrap().row.grade, Some(C));
}

#[test]
fn documents_are_appraised_anew_but_for_those_that_a_person_decided() {
    let vault = Vault::in_memory().unwrap();
    let [proposed, decided] = ["제안", "결정"].map(|name| read(&vault, name));
    for id in [proposed, decided] {
        vault.note_appraisal(id, &appraisal(O)).unwrap();
    }
    vault.set_grade(decided, S, None).unwrap();
    vault.appraise_anew().unwrap();
    assert_eq!(vault.unappraised().unwrap(), [proposed]);
}
