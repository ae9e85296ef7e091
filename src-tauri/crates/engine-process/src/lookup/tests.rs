use proptest::prelude::*;

use super::*;

#[test]
fn what_stood_behind_the_last_tokens_before_is_drafted() {
    let table: [(&str, &[i32], &[i32], Match); 6] = [
        ("nothing stood before", &[1, 2, 3, 4, 5], &[], Match::Short),
        ("too few tokens alike", &[1, 2, 9, 8, 1, 2], &[], Match::Short),
        ("what followed", &[1, 2, 3, 4, 5, 6, 9, 1, 2, 3], &[4, 5, 6, 9], Match::Short),
        ("the longer match", &[7, 1, 2, 3, 4, 0, 8, 1, 2, 3, 5, 0, 7, 1, 2, 3], &[4, 0, 8, 1], Match::Short),
        ("of equals the latest", &[1, 2, 3, 4, 0, 1, 2, 3, 5, 6, 1, 2, 3], &[5, 6, 1, 2], Match::Short),
        ("a long one", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8], &[9, 0, 1, 2], Match::Long),
    ];
    for (name, tokens, wanted, known) in table {
        let mut lookup = Lookup::new(tokens);
        assert_eq!(lookup.draft(4), (wanted, known), "{name}");
    }
}

#[test]
fn a_draft_that_was_right_goes_on_where_it_came_from() {
    // 1 2 3 stands twice: the last draft says which of the two is being quoted.
    let mut lookup = Lookup::new(&[9, 1, 2, 3, 4, 5, 8, 1, 2, 3, 6, 7, 0, 9, 1, 2]);
    lookup.push(3);
    assert_eq!(lookup.draft(2).0, [4, 5]);
    lookup.push(4);
    assert_eq!(lookup.draft(2), (&[5, 8][..], Match::Long));
    lookup.push(7);
    assert_eq!(lookup.draft(2).0, [0; 0], "it went another way");
}

#[test]
fn drafts_are_as_long_as_they_pay() {
    let pace = Pace::default();
    assert!(pace.length(Match::Short, pace::LONGEST) <= 1, "{}", pace.length(Match::Short, pace::LONGEST));
    assert!((2..=4).contains(&pace.length(Match::Long, pace::LONGEST)), "{}", pace.length(Match::Long, pace::LONGEST));

    let mut quoting = Pace::default();
    (0..40).for_each(|_| quoting.judged(Match::Long, 3, 3));
    assert!(quoting.length(Match::Long, pace::LONGEST) > pace.length(Match::Long, pace::LONGEST));

    assert_eq!(quoting.length(Match::Long, 2), 2, "no longer than may be");

    let mut wrong = Pace::default();
    (0..10).for_each(|_| wrong.judged(Match::Short, 3, 0));
    assert_eq!(wrong.length(Match::Short, pace::LONGEST), 0);
    (0..2_000).for_each(|_| wrong.plain());
    assert_eq!(wrong.length(Match::Short, pace::LONGEST), pace.length(Match::Short, pace::LONGEST), "it is tried again after a while");

    let mut gpu = Pace::default();
    gpu.timed(1, 10.0);
    for tokens in 2..=pace::LONGEST + 1 {
        (0..60).for_each(|_| gpu.timed(tokens, 10.5));
    }
    assert_eq!(gpu.length(Match::Long, pace::LONGEST), pace::LONGEST, "where a batch costs as much as one token");
}

#[test]
fn a_draft_model_is_asked_where_it_pays() {
    let most = |pace: &Pace| pace.length(Match::Model, LONGEST);
    let timed = |drafting: f64| {
        let mut pace = Pace::default();
        pace.timed(1, 10.0);
        (0..40).for_each(|_| pace.drafted(2, 20.0 * drafting));
        pace
    };
    assert_eq!(most(&Pace::default()), 0, "not before it is known what a token takes");
    assert!(most(&timed(0.1)) > 0, "it is tried");
    assert_eq!(most(&timed(1.0)), 0, "as slow as the model that answers");

    let mut right = timed(0.02);
    (0..40).for_each(|_| right.judged(Match::Model, 3, 3));
    assert!(most(&right) > most(&timed(0.02)), "{}", most(&right));
    let mut wrong = timed(0.02);
    (0..10).for_each(|_| wrong.judged(Match::Model, 3, 0));
    assert_eq!(most(&wrong), 0);

    // The next answer begins with what is known of the model, and of nothing else.
    (0..40).for_each(|_| wrong.judged(Match::Long, 3, 0));
    let mut next = wrong.renewed();
    next.timed(1, 10.0);
    assert_eq!((most(&next), next.length(Match::Long, LONGEST)), (0, Pace::default().length(Match::Long, LONGEST)));
    (0..2_000).for_each(|_| next.plain());
    assert!(most(&next) > 0, "it is tried again after a while");
}

/// Writes `answer` behind `prompt` as a decoder does that verifies drafts: `answer` is what the model would say.
fn write(prompt: &[i32], answer: &[i32]) -> Vec<i32> {
    let (mut lookup, mut pace, mut written) = (Lookup::new(prompt), Pace::default(), Vec::new());
    while written.len() < answer.len() {
        let token = answer[written.len()];
        written.push(token);
        lookup.push(token);
        let (draft, known) = lookup.draft(pace::LONGEST);
        let draft: Vec<i32> = draft[..draft.len().min(pace.length(known, pace::LONGEST))].to_vec();
        let right = draft.iter().zip(&answer[written.len()..]).take_while(|(one, other)| one == other).count();
        pace.judged(known, draft.len(), right);
        for token in &draft[..right] {
            written.push(*token);
            lookup.push(*token);
        }
    }
    written
}

proptest! {
    #[test]
    fn what_is_written_is_what_the_model_says_and_a_draft_stood_before(
        prompt in prop::collection::vec(0..4_i32, 0..60),
        answer in prop::collection::vec(0..4_i32, 1..60),
    ) {
        prop_assert_eq!(write(&prompt, &answer), answer.clone());
        let mut lookup = Lookup::new(&prompt);
        let mut all = prompt.clone();
        for token in answer {
            lookup.push(token);
            all.push(token);
            let (draft, _) = lookup.draft(5);
            prop_assert!(draft.is_empty() || all.windows(draft.len()).any(|window| window == draft));
        }
    }
}
