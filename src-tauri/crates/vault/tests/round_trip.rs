//! What goes in comes out as it was.

use std::path::Path;

use documents::{Block, BlockKind, Document, Format, Locator, Page};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use vault::{
    Basis, Citation, Claim, DocumentState, Figures, MessageState, NewMessage, NewPassage, Passage, Place, Role, Vault,
};
use wire::Failure;

fn page() -> impl Strategy<Value = Option<Page>> {
    option::of(1_u32..).prop_map(|number| number.and_then(Page::new))
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[가-힣 .]{0,40}"]
}

fn kind() -> impl Strategy<Value = BlockKind> {
    prop_oneof![
        Just(BlockKind::Heading),
        Just(BlockKind::Paragraph),
        Just(BlockKind::Table),
        Just(BlockKind::Footnote)
    ]
}

fn block() -> impl Strategy<Value = Block> {
    (kind(), words(), vec(words(), 0..3), any::<u32>(), any::<u32>(), page()).prop_map(
        |(kind, text, heading_path, section, paragraph, page)| Block {
            kind,
            text,
            heading_path,
            locator: Locator { section, paragraph, page },
        },
    )
}

fn document() -> impl Strategy<Value = Document> {
    let format = prop_oneof![Just(Format::Hwp), Just(Format::Hwpx), Just(Format::Pdf), Just(Format::Txt)];
    let unread = vec((1_u32..).prop_filter_map("no page", Page::new), 0..3);
    (format, option::of(any::<u32>()), vec(block(), 0..6), vec(words(), 0..3), unread, any::<bool>()).prop_map(
        |(format, pages, blocks, warnings, unread_pages, partial)| Document {
            format,
            pages,
            blocks,
            warnings,
            unread_pages,
            partial,
        },
    )
}

fn passage() -> impl Strategy<Value = NewPassage> {
    (words(), vec(words(), 0..3), any::<[u32; 4]>(), page()).prop_map(
        |(text, heading_path, [section, paragraph, first_block, last_block], page)| NewPassage {
            text,
            heading_path,
            section,
            paragraph,
            page,
            first_block,
            last_block,
        },
    )
}

fn citation() -> impl Strategy<Value = Citation> {
    (any::<[u32; 2]>(), any::<[i64; 2]>(), words(), words(), vec(words(), 0..3), page()).prop_map(
        |([mark, section], [passage_id, document_id], file, quote, heading_path, page)| Citation {
            mark,
            passage_id,
            document_id,
            file,
            page,
            section,
            heading_path,
            quote,
        },
    )
}

fn failure() -> impl Strategy<Value = Failure> {
    (words(), words(), words()).prop_map(|(code, message, detail)| Failure { code, message, detail })
}

fn basis() -> impl Strategy<Value = Basis> {
    (any::<[u32; 3]>(), 0..3).prop_map(|([passages, tokens, budget], kind)| match kind {
        0 => Basis::Passages { passages, tokens, budget },
        1 => Basis::Whole { documents: passages, tokens },
        _ => Basis::AllPassages { passages, documents: tokens },
    })
}

fn figures() -> impl Strategy<Value = Figures> {
    (any::<[u32; 11]>(), words()).prop_map(|(numbers, device)| {
        let [first_ms, prefill_ms, generate_ms, prompt_tokens, cached_tokens, restored_tokens, ..] = numbers;
        let [.., joined_tokens, generated_tokens, accepted_tokens, draft_model_tokens, context_tokens] = numbers;
        Figures {
            first_ms,
            prefill_ms,
            generate_ms,
            prompt_tokens,
            cached_tokens,
            restored_tokens,
            joined_tokens,
            generated_tokens,
            accepted_tokens,
            draft_model_tokens,
            context_tokens,
            device,
        }
    })
}

fn message() -> impl Strategy<Value = NewMessage> {
    let role = prop_oneof![Just(Role::User), Just(Role::Assistant)];
    let state = prop_oneof![Just(MessageState::Complete), Just(MessageState::Stopped), Just(MessageState::Failed)];
    let why = option::of(failure());
    let measured = (option::of(basis()), option::of(figures()));
    (role, words(), vec(citation(), 0..3), state, any::<bool>(), why, measured).prop_map(
        |(role, text, citations, state, refused, failure, (basis, figures))| NewMessage {
            role,
            text,
            citations,
            state,
            refused,
            failure,
            basis,
            figures,
        },
    )
}

fn kept(passage: &Passage) -> NewPassage {
    let Passage { text, heading_path, section, paragraph, page, first_block, last_block, .. } = passage.clone();
    NewPassage { text, heading_path, section, paragraph, page, first_block, last_block }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn documents_and_passages(
        content in document(),
        passages in vec(passage(), 0..6),
        again in vec(passage(), 0..4),
        (name, bytes, added_at) in (words(), 0..=i64::MAX as u64, any::<i64>()),
        why in failure(),
    ) {
        let vault = Vault::in_memory().unwrap();
        let path = Path::new("/자료").join(name.replace('\0', ""));
        let id = vault.add_document(&name, &path, bytes, added_at).unwrap();
        prop_assert_eq!(vault.document_path(id).unwrap(), path);

        let put = vault.put_document(id, "hash", &content, &passages).unwrap();
        prop_assert_eq!(&put.iter().map(kept).collect::<Vec<_>>(), &passages);
        prop_assert!(put.iter().all(|passage| passage.document_id == id && passage.file == name));
        prop_assert!((0..).zip(&put).all(|(ordinal, passage)| passage.ordinal == ordinal));
        prop_assert_eq!(&vault.passages_of(id).unwrap(), &put);
        prop_assert_eq!(&vault.passages_after(0, 100).unwrap(), &put);
        let ids: Vec<i64> = put.iter().map(|passage| passage.id).collect();
        prop_assert_eq!(&vault.passage_ids().unwrap(), &ids);
        prop_assert_eq!(&vault.passages(&ids).unwrap(), &put);
        prop_assert_eq!(&vault.blocks(id).unwrap(), &content.blocks);
        prop_assert_eq!(vault.read_documents().unwrap().is_empty(), content.blocks.is_empty());

        let row = vault.document(id).unwrap();
        prop_assert_eq!((&row.name, row.bytes, row.added_at), (&name, bytes, added_at));
        prop_assert_eq!((row.format, row.pages, row.state), (Some(content.format), content.pages, DocumentState::Indexing));
        prop_assert_eq!(&row.warnings, &content.warnings);
        prop_assert_eq!((&row.unread_pages, row.partial), (&content.unread_pages, content.partial));
        let failed = vault.set_state(id, DocumentState::Failed, Some(&why)).unwrap();
        prop_assert_eq!(failed.failure.as_ref(), Some(&why));
        prop_assert_eq!(vault.document(id).unwrap(), failed);

        let cut_again = vault.put_passages(id, &again).unwrap();
        prop_assert_eq!(&cut_again.iter().map(kept).collect::<Vec<_>>(), &again);
        prop_assert!(cut_again.iter().all(|passage| !ids.contains(&passage.id)));
        prop_assert_eq!(&vault.blocks(id).unwrap(), &content.blocks);
    }

    #[test]
    fn messages(written in vec(message(), 0..5), last in message(), title in words()) {
        let vault = Vault::in_memory().unwrap();
        let row = vault.create_conversation(&title, 1).unwrap();
        let mut kept = Vec::new();
        let read = vault.add_document("가.txt", Path::new("/가.txt"), 1, 0).unwrap();
        for message in written {
            let mut message = message;
            message.citations.iter_mut().for_each(|citation| citation.document_id = read);
            let before = message.clone();
            let message = vault.add_message(row.id, message, 2).unwrap();
            prop_assert_eq!((&message.text, &message.citations), (&before.text, &before.citations));
            kept.push(message);
        }
        if let Some(message) = kept.last_mut() {
            let NewMessage { role, text, citations, state, refused, failure, basis, figures } = last;
            *message = vault::Message {
                role, text, citations, state, refused, failure, basis, figures, ..message.clone()
            };
            vault.finish_message(message, 3).unwrap();
        }
        let conversation = vault.conversation(row.id).unwrap();
        prop_assert_eq!(&conversation.row.title, &title);
        prop_assert_eq!(conversation.messages, kept);
    }
}

#[test]
fn a_removed_document_is_found_again_by_its_content_until_it_is_forgotten() {
    let vault = Vault::in_memory().unwrap();
    let id = vault.add_document("가.txt", Path::new("/가.txt"), 1, 0).unwrap();
    let place = Place { path: "/가.txt".into(), document: id, bytes: 1, modified: Some(5) };
    assert_eq!(vault.claim_content("hash", &place).unwrap(), Claim::Own(Vec::new()));
    assert_eq!(vault.find_by_sha("hash").unwrap().map(|row| row.id), Some(id));
    vault.set_state(id, DocumentState::Ready, None).unwrap();
    vault.remove_document(id, 10).unwrap();
    assert_eq!(vault.find_by_sha("hash").unwrap(), None);
    assert!(vault.is_removed(id).unwrap());
    assert_eq!(vault.find_removed_by_sha("hash").unwrap().map(|row| row.id), Some(id));
    assert!(vault.documents().unwrap().is_empty());
    assert_eq!(vault.restore_document(id).unwrap().id, id);
    assert!(!vault.is_removed(id).unwrap());
    vault.remove_document(id, 10).unwrap();
    vault.forget_document(id).unwrap();
    assert_eq!(vault.document(id).unwrap_err().code(), "not_found");
}

#[test]
fn the_conversation_written_to_last_stands_first() {
    let vault = Vault::in_memory().unwrap();
    let [first, second] = ["하나", "둘"].map(|title| vault.create_conversation(title, 1).unwrap().id);
    let order = || vault.conversations().unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(order(), [second, first]);
    vault.add_message(first, NewMessage::question("질문"), 2).unwrap();
    assert_eq!(order(), [first, second]);
    vault.remove_conversation(first, 3).unwrap();
    assert_eq!(order(), [second]);
    vault.restore_conversation(first).unwrap();
    assert_eq!(order(), [first, second]);
    assert_eq!(vault.add_message(99, NewMessage::answer("답"), 4).unwrap_err().code(), "not_found");
}

#[test]
fn when_a_document_was_indexed_is_kept_with_it() {
    let vault = Vault::in_memory().unwrap();
    let [one, two] = ["/가.txt", "/나.txt"].map(|path| vault.add_document(path, Path::new(path), 1, 0).unwrap());
    vault.note_indexed(&[one, 99], 7).unwrap();
    let times = || vault.documents().unwrap().iter().map(|row| row.indexed_at).collect::<Vec<_>>();
    assert_eq!(times(), [Some(7), None]);
    vault.note_indexed(&[two, one], 8).unwrap();
    assert_eq!(times(), [Some(8), Some(8)]);
}
