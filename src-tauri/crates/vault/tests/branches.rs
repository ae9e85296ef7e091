//! The messages of a conversation are a tree, of which one branch is shown.

use proptest::collection::vec;
use proptest::prelude::*;
use vault::{Conversation, Message, NewMessage, Rating, Role, Vault};

/// What a person does. Which message it is done to is told as a number, modulo those that there are.
#[derive(Debug, Clone)]
enum Step {
    Ask,
    /// Another question beside a question.
    Edit(usize),
    /// Another answer beside an answer.
    Regenerate(usize),
    Switch(usize),
    Rate(usize, Rating),
    Remove,
    Restore,
}

fn step() -> impl Strategy<Value = Step> {
    let rating = prop_oneof![Just(Rating::Bad), Just(Rating::None), Just(Rating::Good)];
    prop_oneof![
        3 => Just(Step::Ask),
        2 => any::<usize>().prop_map(Step::Edit),
        2 => any::<usize>().prop_map(Step::Regenerate),
        2 => any::<usize>().prop_map(Step::Switch),
        1 => (any::<usize>(), rating).prop_map(|(at, rating)| Step::Rate(at, rating)),
        1 => Just(Step::Remove),
        1 => Just(Step::Restore),
    ]
}

/// What was said, as the test knows it.
#[derive(Debug, Default)]
struct Said {
    messages: Vec<Message>,
    /// The last message that is to be shown. It moves with what is added where the person is, and with nothing else.
    head: Option<i64>,
}

impl Said {
    fn of(&self, id: i64) -> &Message {
        self.messages.iter().find(|message| message.id == id).unwrap()
    }

    fn under(&self, parent: Option<i64>) -> Vec<i64> {
        self.messages.iter().filter(|message| message.parent == parent).map(|message| message.id).collect()
    }

    /// From the first message to this one.
    fn path(&self, last: Option<i64>) -> Vec<i64> {
        let mut path = Vec::new();
        let mut at = last;
        while let Some(id) = at {
            path.insert(0, id);
            at = self.of(id).parent;
        }
        path
    }

    /// One of those by `role`.
    fn pick(&self, number: usize, role: Role) -> Option<&Message> {
        let of_role: Vec<&Message> = self.messages.iter().filter(|message| message.role == role).collect();
        of_role.get(number.checked_rem(of_role.len())?).copied()
    }

    fn add(&mut self, vault: &Vault, conversation: i64, parent: Option<i64>, role: Role) -> i64 {
        let text = format!("{}번째", self.messages.len());
        let message = match role {
            Role::User => NewMessage::question(text),
            Role::Assistant => NewMessage::answer(text),
        };
        let message = vault.add_message_under(conversation, parent, message, 1).unwrap();
        let id = message.id;
        if parent.is_none_or(|parent| self.path(self.head).contains(&parent)) {
            self.head = Some(id);
        }
        self.messages.push(message);
        id
    }

    fn exchange(&mut self, vault: &Vault, conversation: i64, parent: Option<i64>) {
        let question = self.add(vault, conversation, parent, Role::User);
        self.add(vault, conversation, Some(question), Role::Assistant);
    }

    fn take(&mut self, vault: &Vault, conversation: i64, step: &Step) {
        match step {
            Step::Ask => self.exchange(vault, conversation, self.head),
            Step::Edit(number) => {
                if let Some(parent) = self.pick(*number, Role::User).map(|message| message.parent) {
                    self.exchange(vault, conversation, parent);
                }
            }
            Step::Regenerate(number) => {
                if let Some(parent) = self.pick(*number, Role::Assistant).map(|message| message.parent) {
                    self.add(vault, conversation, parent, Role::Assistant);
                }
            }
            Step::Switch(number) => {
                let Some(at) = number.checked_rem(self.messages.len()) else { return };
                let id = self.messages[at].id;
                assert_eq!(vault.switch_branch(id).unwrap(), conversation);
                let under = self.messages.iter().filter(|message| self.path(Some(message.id)).contains(&id));
                self.head = under.map(|message| message.id).max();
            }
            Step::Rate(number, rating) => {
                let Some(id) = self.pick(*number, Role::Assistant).map(|message| message.id) else { return };
                vault.rate_message(id, *rating, Some("까닭")).unwrap();
                let rated = self.messages.iter_mut().find(|message| message.id == id).unwrap();
                (rated.rating, rated.rating_note) = (*rating, Some("까닭".to_owned()));
            }
            Step::Remove => vault.remove_conversation(conversation, 2).unwrap(),
            Step::Restore => vault.restore_conversation(conversation).unwrap(),
        }
    }

    /// As the vault is to give it now, with the siblings that came since it was added.
    fn told(&self, id: i64) -> Message {
        let message = self.of(id).clone();
        Message { siblings: self.under(message.parent), ..message }
    }

    fn check(&self, vault: &Vault, conversation: i64) {
        let Conversation { messages, .. } = vault.conversation(conversation).unwrap();
        let wanted: Vec<Message> = self.path(self.head).into_iter().map(|id| self.told(id)).collect();
        assert_eq!(messages, wanted);
        assert!(self.head.is_none_or(|head| self.under(Some(head)).is_empty()), "what is shown goes on");
        for message in &self.messages {
            let branch = vault.branch_to(message.id).unwrap();
            let ids: Vec<i64> = branch.messages.iter().map(|message| message.id).collect();
            assert_eq!((branch.conversation, ids), (conversation, self.path(Some(message.id))), "a message is lost");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_done_no_message_is_lost_and_one_whole_branch_is_shown(steps in vec(step(), 0..24)) {
        let vault = Vault::in_memory().unwrap();
        let [conversation, beside] = ["하나", "둘"].map(|title| vault.create_conversation(title, 0).unwrap().id);
        let mut other = Said::default();
        other.exchange(&vault, beside, None);
        let mut said = Said::default();
        for step in &steps {
            said.take(&vault, conversation, step);
            said.check(&vault, conversation);
        }
        other.check(&vault, beside);
        vault.forget_conversation(conversation).unwrap();
        for message in &said.messages {
            prop_assert_eq!(vault.branch_to(message.id).unwrap_err().code(), "not_found");
        }
        prop_assert_eq!(vault.messages_before(i64::MAX, 100).unwrap().len(), other.messages.len());
        other.check(&vault, beside);
    }
}

fn texts(vault: &Vault, conversation: i64) -> Vec<String> {
    vault.conversation(conversation).unwrap().messages.into_iter().map(|message| message.text).collect()
}

#[test]
fn another_answer_and_another_question_stand_beside_the_first() {
    let vault = Vault::in_memory().unwrap();
    let id = vault.create_conversation("대화", 0).unwrap().id;
    let question = vault.add_message(id, NewMessage::question("연가는?"), 1).unwrap();
    let first = vault.add_message(id, NewMessage::answer("15일"), 2).unwrap();
    vault.add_message(id, NewMessage::question("병가는?"), 3).unwrap();
    vault.add_message(id, NewMessage::answer("60일"), 4).unwrap();

    let second = vault.add_message_under(id, Some(question.id), NewMessage::answer("열닷새"), 5).unwrap();
    assert_eq!((second.parent, &second.siblings), (Some(question.id), &vec![first.id, second.id]));
    assert_eq!(texts(&vault, id), ["연가는?", "열닷새"]);
    let edited = vault.add_message_under(id, None, NewMessage::question("출장은?"), 6).unwrap();
    assert_eq!((edited.parent, &edited.siblings), (None, &vec![question.id, edited.id]));
    assert_eq!(texts(&vault, id), ["출장은?"]);

    let table: [(i64, &[&str]); 3] = [
        (first.id, &["연가는?", "15일", "병가는?", "60일"]),
        (question.id, &["연가는?", "열닷새"]),
        (edited.id, &["출장은?"]),
    ];
    for (message, shown) in table {
        assert_eq!(vault.switch_branch(message).unwrap(), id);
        assert_eq!(texts(&vault, id), shown);
    }
    assert_eq!(vault.conversations().unwrap()[0].updated_at, 6, "looking at a branch is no writing");
}

#[test]
fn an_answer_that_comes_late_takes_nobody_away_from_another_branch() {
    let vault = Vault::in_memory().unwrap();
    let id = vault.create_conversation("대화", 0).unwrap().id;
    let first = vault.add_message(id, NewMessage::question("연가는?"), 1).unwrap();
    vault.add_message(id, NewMessage::answer("15일"), 2).unwrap();
    let second = vault.add_message_under(id, None, NewMessage::question("병가는?"), 3).unwrap();
    vault.switch_branch(first.id).unwrap();
    vault.add_message_under(id, Some(second.id), NewMessage::answer("60일"), 4).unwrap();
    assert_eq!(texts(&vault, id), ["연가는?", "15일"]);
    vault.switch_branch(second.id).unwrap();
    assert_eq!(texts(&vault, id), ["병가는?", "60일"]);
}

#[test]
fn a_message_stands_under_one_of_its_own_conversation_only() {
    let vault = Vault::in_memory().unwrap();
    let [id, other] = ["하나", "둘"].map(|title| vault.create_conversation(title, 1).unwrap().id);
    let elsewhere = vault.add_message(other, NewMessage::question("연가는?"), 2).unwrap().id;
    for parent in [elsewhere, 99] {
        let refused = vault.add_message_under(id, Some(parent), NewMessage::answer("15일"), 3);
        assert_eq!(refused.unwrap_err().code(), "not_found");
    }
    assert_eq!(vault.conversation_row(id).unwrap().updated_at, 1, "half of it was kept");
    assert_eq!(vault.switch_branch(99).unwrap_err().code(), "not_found");
    assert_eq!(vault.branch_to(99).unwrap_err().code(), "not_found");
}

#[test]
fn answers_are_rated_and_questions_are_not() {
    let vault = Vault::in_memory().unwrap();
    let id = vault.create_conversation("대화", 0).unwrap().id;
    let question = vault.add_message(id, NewMessage::question("연가는?"), 1).unwrap().id;
    let answer = vault.add_message(id, NewMessage::answer("15일"), 2).unwrap().id;
    let rated = || {
        let message = vault.conversation(id).unwrap().messages.remove(1);
        (message.rating, message.rating_note)
    };
    assert_eq!(rated(), (Rating::None, None));
    vault.rate_message(answer, Rating::Bad, Some("조문이 다릅니다.")).unwrap();
    assert_eq!(rated(), (Rating::Bad, Some("조문이 다릅니다.".to_owned())));
    vault.rate_message(answer, Rating::Good, None).unwrap();
    assert_eq!(rated(), (Rating::Good, None));
    for (rating, number) in [(Rating::Bad, -1), (Rating::None, 0), (Rating::Good, 1)] {
        assert_eq!(serde_json::to_value(rating).unwrap(), number);
        assert_eq!(serde_json::from_value::<Rating>(number.into()).unwrap(), rating);
    }
    assert!(serde_json::from_value::<Rating>(2.into()).is_err());
    for id in [question, 99] {
        assert_eq!(vault.rate_message(id, Rating::Good, None).unwrap_err().code(), "not_found");
    }
}

/// SQLite follows references through 1,000 rows and refuses what is deeper.
#[test]
fn a_conversation_of_any_length_is_read_and_forgotten() {
    let vault = Vault::in_memory().unwrap();
    let id = vault.create_conversation("긴 대화", 0).unwrap().id;
    for _ in 0..1_100 {
        vault.add_message(id, NewMessage::question("또"), 1).unwrap();
    }
    assert_eq!(vault.conversation(id).unwrap().messages.len(), 1_100);
    vault.forget_conversation(id).unwrap();
    assert!(vault.messages_before(i64::MAX, 1).unwrap().is_empty());
}
