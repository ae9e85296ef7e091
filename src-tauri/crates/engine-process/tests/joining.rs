//! Passages that were read alone are joined: nearly what reading them in turn gives, at once, and never taken for it.

#[expect(dead_code, reason = "shared with tests that need all of it")]
mod common;

use std::ops::Range;

use common::{engine, generate, model};
use engine::{Engine, Joining, Keep, LoadOptions, Prompt, Sampling, Turn};

const SMALL: &str = "smollm2-135m-instruct-q4_1.gguf";
const PASSAGES: [&str; 3] = [
    "The harbour office opens at eight in the morning. Boats are registered on the second floor, and the fee for a small \
     boat is forty crowns a year. Fishing boats pay half of it.",
    "The town library was built in 1911 by Anna Berg. It holds sixty thousand books, and anybody who lives in the town may \
     borrow five of them for a month. Newspapers are read in the hall.",
    "The bus to the lake leaves from the market square every twenty minutes. The last one comes back at eleven in the \
     evening. Dogs travel free of charge, and bicycles only where there is room.",
];

fn system() -> Turn {
    Turn::new("system", "You answer from the text.")
}

/// A question over passages in some order, and where they stand.
fn asked(order: &[usize], question: &str) -> (Vec<Turn>, Vec<Range<usize>>) {
    let (mut turn, mut ranges) = ("Text:\n".to_owned(), Vec::new());
    for (number, at) in (1..).zip(order) {
        turn.push_str(&format!("[{number}]\n"));
        ranges.push(turn.len()..turn.len() + PASSAGES[*at].len());
        turn.push_str(PASSAGES[*at]);
        turn.push_str("\n\n");
    }
    turn.push_str(question);
    (vec![system(), Turn::new("user", turn)], ranges)
}

fn prompt(order: &[usize], question: &str, joining: Option<(u32, u32)>) -> Prompt {
    let (turns, passages) = asked(order, question);
    let joining = joining.map(|(heads, repair)| Joining { passages, heads, repair });
    Prompt { joining, ..Prompt::new(turns, 24, Sampling::Greedy) }
}

async fn loaded(keep: Option<Keep>) -> Option<Engine> {
    let model = model(SMALL)?;
    let engine = engine();
    engine.load(&model, LoadOptions { keep, ..LoadOptions::default() }, |_| {}).await.unwrap();
    Some(engine)
}

fn keep(folder: &tempfile::TempDir) -> Keep {
    Keep { folder: folder.path().into(), key: [7; 32], memory_bytes: 64 << 20, disk_bytes: 64 << 20 }
}

#[tokio::test]
async fn one_passage_joined_answers_as_one_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let Some(engine) = loaded(Some(keep(&folder))).await else { return };
    for at in 0..PASSAGES.len() {
        let question = "Repeat the text.";
        let (read, _) = generate(&engine, prompt(&[at], question, None)).await;
        engine.prepare(vec![system(), Turn::new("user", "Something else.")]).await.unwrap();
        let other = prompt(&[at], question, Some((0, 0)));
        let (joined, usage) = generate(&engine, other).await;
        // Its keys were turned by some places, so near ties may fall otherwise: the beginning must not.
        assert_eq!(joined[..8], read[..8], "{at}: {usage:?}");
    }
}

#[tokio::test]
async fn passages_in_any_order_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let Some(engine) = loaded(Some(keep(&folder))).await else { return };
    let passages: Vec<String> = PASSAGES.map(str::to_owned).to_vec();
    assert!(engine.read_alone(vec![system()], passages.clone()).await.unwrap());
    let table: [(&[usize], &str, (u32, u32)); 4] = [
        (&[0, 1, 2], "Who built the library?", (0, 0)),
        (&[2, 0, 1], "When does the last bus come back?", (8, 0)),
        (&[1, 2], "How many books are there?", (8, 80)),
        (&[2, 1, 0], "What is the fee for a small boat?", (200, 0)),
    ];
    for (order, question, settings) in table {
        let (text, usage) = generate(&engine, prompt(order, question, Some(settings))).await;
        assert!(!text.trim().is_empty(), "{question}");
        let alone = if settings == (200, 0) || settings.1 > 0 { 30 } else { 30 * order.len() as u32 };
        assert!(usage.joined_tokens >= alone, "{order:?} {usage:?}");
        assert!(usage.joined_tokens + usage.cached_tokens < usage.prompt_tokens, "{usage:?}");
        // What goes on behind joined passages goes on in the cache.
        let (turns, passages) = asked(order, question);
        let follow = [turns, vec![Turn::new("assistant", text), Turn::new("user", "And where?")]].concat();
        let mut next = Prompt::new(follow, 4, Sampling::Greedy);
        next.joining = Some(Joining { passages: Vec::new(), heads: 0, repair: 0 });
        let (_, usage) = generate(&engine, next).await;
        assert!(usage.cached_tokens > 80 && usage.joined_tokens == 0, "{passages:?} {usage:?}");
    }
}

#[tokio::test]
async fn what_was_joined_is_never_taken_for_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let Some(engine) = loaded(Some(keep(&folder))).await else { return };
    let question = "Who built the library?";
    let fresh = loaded(None).await.unwrap();
    let (wanted, _) = generate(&fresh, prompt(&[0, 2, 1], question, None)).await;
    for _ in 0..2 {
        let (_, joined) = generate(&engine, prompt(&[0, 2, 1], question, Some((0, 0)))).await;
        let (exact, usage) = generate(&engine, prompt(&[0, 2, 1], question, None)).await;
        assert_eq!(exact, wanted, "{joined:?} {usage:?}");
    }
}

#[tokio::test]
async fn passages_outlive_the_engine_and_are_gone_once_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let passages: Vec<String> = PASSAGES.map(str::to_owned).to_vec();
    let Some(engine) = loaded(Some(keep(&folder))).await else { return };
    assert!(engine.read_alone(vec![system()], passages.clone()).await.unwrap());
    let sealed = || std::fs::read_dir(folder.path().join("passages")).unwrap().count();
    for _ in 0..100 {
        if sealed() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(sealed(), 3);
    drop(engine);
    let engine = loaded(Some(keep(&folder))).await.unwrap();
    let (_, usage) = generate(&engine, prompt(&[1, 0], "Who built the library?", Some((0, 0)))).await;
    assert!(usage.joined_tokens > 60, "{usage:?}");
    engine.forget().await.unwrap();
    assert_eq!(sealed(), 0);
}

#[tokio::test]
async fn a_range_that_is_no_passage_is_refused_and_nothing_is_lost() {
    let Some(engine) = loaded(None).await else { return };
    let mut wrong = prompt(&[0, 1], "Who?", Some((0, 0)));
    if let Some(joining) = &mut wrong.joining {
        joining.passages = vec![5..9_999];
    }
    let mut generation = engine.generate(wrong).await.unwrap();
    let mut last = None;
    while let Some(event) = generation.next().await {
        last = Some(event);
    }
    let failed = matches!(&last, Some(engine::protocol::Event::Failed { failure }) if failure.code == "prompt_passages");
    assert!(failed, "{last:?}");
    let (text, usage) = generate(&engine, prompt(&[0, 1], "Who built the library?", Some((0, 0)))).await;
    assert!(!text.is_empty() && usage.joined_tokens > 60, "without a place to keep them they are joined all the same: {usage:?}");
}
