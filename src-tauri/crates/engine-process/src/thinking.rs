//! What a model thinks before it answers, told apart from the answer.
//!
//! Families mark it in their own ways: `<think>` (Qwen 3, EXAONE 4, DeepSeek R1), `<thought>` (EXAONE Deep), `[THINK]`
//! (Mistral), channels (gpt-oss, Mi:dm 2.5, Gemma 4), messages of their own (Solar Open). Which one a model has stands in
//! its chat template; whether the prompt has begun it already, in the prompt's end.

use llama_cpp_2::token::LlamaToken;

/// What follows a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The model's thoughts.
    Thought,
    /// Its answer.
    Answer,
    /// Neither: a role, or a channel's name.
    Head,
    /// Thoughts where the head before it says so, the answer elsewhere.
    Body,
}

/// Marks, and what follows each.
#[derive(Debug, PartialEq, Eq)]
pub struct Style {
    marks: &'static [(&'static str, Then)],
    /// True where an answer may hold the same letters: thoughts then come only before it.
    only_before: bool,
    /// What a prompt whose end is within thoughts, and one whose end is within a head, goes on with where the answer is
    /// to come at once.
    closing: [&'static str; 2],
}

const fn tags(marks: &'static [(&'static str, Then)], end: &'static str) -> Style {
    Style { marks, only_before: true, closing: [end, ""] }
}

const fn channels(marks: &'static [(&'static str, Then)], closing: [&'static str; 2]) -> Style {
    Style { marks, only_before: false, closing }
}

/// Each style with what stands in the templates that want it; the last one is everybody else's.
const STYLES: [(&[&str], Style); 12] = [
    // gpt-oss, Mi:dm 2.5, llm-jp 4.
    (
        &["<|channel|>", "<|message|>"],
        channels(
            &[
                ("<|start|>", Then::Head),
                ("<|channel|>", Then::Head),
                ("<|constrain|>", Then::Head),
                ("<|message|>", Then::Body),
                ("<|end|>", Then::Head),
                ("<|return|>", Then::Head),
            ],
            ["<|end|><|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"],
        ),
    ),
    // Muse: a message to itself is a thought.
    (
        &["<|eom|>", "<|message|>"],
        channels(
            &[("<|start|>", Then::Head), ("<|message|>", Then::Body), ("<|eom|>", Then::Head), ("<|eot|>", Then::Head)],
            ["<|eom|><|start|>assistant to=user<|message|>", " to=user<|message|>"],
        ),
    ),
    // Solar Open.
    (
        &["<|think|>", "<|content|>"],
        channels(
            &[
                ("<|begin|>", Then::Head),
                ("<|think|>", Then::Thought),
                ("<|content|>", Then::Answer),
                ("<|end|>", Then::Head),
            ],
            ["<|end|><|begin|>assistant<|content|>", "<|content|>"],
        ),
    ),
    // Gemma 4.
    (
        &["<|channel>", "<channel|>"],
        channels(&[("<|channel>thought", Then::Thought), ("<channel|>", Then::Answer)], ["<channel|>", ""]),
    ),
    // Apriel: in words, of which the first stand in the prompt.
    (
        &["[BEGIN FINAL RESPONSE]"],
        channels(
            &[
                ("Here are my reasoning steps:", Then::Thought),
                ("[BEGIN FINAL RESPONSE]", Then::Answer),
                ("[END FINAL RESPONSE]", Then::Head),
            ],
            ["\n[BEGIN FINAL RESPONSE]\n", ""],
        ),
    ),
    // Command R7B and A.
    (
        &["<|START_THINKING|>"],
        tags(&[("<|START_THINKING|>", Then::Thought), ("<|END_THINKING|>", Then::Answer)], "<|END_THINKING|>"),
    ),
    // EXAONE Deep.
    (&["<thought>"], tags(&[("<thought>", Then::Thought), ("</thought>", Then::Answer)], "\n</thought>\n\n")),
    // Mistral.
    (&["[THINK]"], tags(&[("[THINK]", Then::Thought), ("[/THINK]", Then::Answer)], "[/THINK]")),
    // Seed-OSS.
    (&["<seed:think>"], tags(&[("<seed:think>", Then::Thought), ("</seed:think>", Then::Answer)], "</seed:think>")),
    // MiniMax M3.
    (&["<mm:think>"], tags(&[("<mm:think>", Then::Thought), ("</mm:think>", Then::Answer)], "</mm:think>")),
    // Hunyuan 3, whose template puts the name in.
    (
        &["<think{}>"],
        tags(&[("<think:opensource>", Then::Thought), ("</think:opensource>", Then::Answer)], "</think:opensource>"),
    ),
    // Qwen 3, EXAONE 4, K-EXAONE, Kanana 2, DeepSeek R1 and others.
    (&[], tags(&[("<think>", Then::Thought), ("</think>", Then::Answer)], "\n</think>\n\n")),
];

impl Style {
    /// The style of a model with this chat template.
    pub fn of(template: &str) -> &'static Self {
        let wanted = STYLES.iter().find(|(words, _)| words.iter().all(|word| template.contains(word)));
        wanted.map_or(&STYLES[STYLES.len() - 1].1, |(_, style)| style)
    }

    /// What a prompt of this end goes on with where what is generated is to be the answer from its first letter on.
    pub fn closing(&'static self, tail: &str) -> &'static str {
        let [behind_thoughts, behind_head] = self.closing;
        match Splitter::new(self, tail).now {
            Then::Thought => behind_thoughts,
            Then::Head | Then::Body => behind_head,
            Then::Answer => "",
        }
    }

    /// The marks that are one special token each, or begin with one, which is printed as nothing unless somebody wants
    /// it.
    pub fn tokens(&self, token_of: impl Fn(&str) -> Option<LlamaToken>) -> Vec<(LlamaToken, &'static str)> {
        let specials = self.marks.iter().filter_map(|(mark, _)| mark.split_inclusive(['>', ']']).next());
        specials.filter_map(|special| Some((token_of(special)?, special))).collect()
    }
}

/// A piece of what was generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Of the thoughts.
    Thought(String),
    /// Of the answer.
    Answer(String),
}

/// Divides what is generated, as it comes.
pub struct Splitter {
    style: &'static Style,
    now: Then,
    /// What may be the beginning of a mark, and blanks that may stand before one.
    held: String,
    /// A head so far.
    head: String,
    /// Where in the head what was generated begins, until its first mark comes.
    unmarked: Option<usize>,
    /// True once the present text has letters.
    written: bool,
    /// True once a mark came: the blanks behind it belong to nothing.
    marked: bool,
}

impl Splitter {
    /// Begins behind a prompt, of whose end `tail` is what stands behind the last turn's words.
    pub fn new(style: &'static Style, tail: &str) -> Self {
        let (held, head) = (tail.to_owned(), String::new());
        let mut splitter = Self { style, now: Then::Answer, held, head, unmarked: None, written: false, marked: false };
        // In a prompt's end every mark is one.
        while let Some((at, mark, then)) = splitter.first_mark() {
            splitter.turn(at, mark, then, &mut Vec::new());
        }
        let rest = std::mem::take(&mut splitter.held);
        splitter.tell(&rest, &mut Vec::new());
        splitter.written = false;
        splitter.unmarked = Some(splitter.head.len());
        splitter
    }

    /// Takes everything for the answer.
    pub fn none() -> Self {
        const NONE: &Style = &channels(&[], ["", ""]);
        Self::new(NONE, "")
    }

    /// Takes the next text; what of it is known to be thought or answer comes back.
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.held.push_str(text);
        while let Some((at, mark, then)) = self.first_mark().filter(|(at, _, _)| self.may_stand(*at)) {
            self.turn(at, mark, then, &mut pieces);
        }
        let sure: String = self.held.drain(..self.held.len() - self.waiting()).collect();
        self.tell(&sure, &mut pieces);
        pieces
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let rest = std::mem::take(&mut self.held);
        self.tell(&rest, &mut pieces);
        // A model that does not keep to its own format is heard all the same.
        if let (Then::Head | Then::Body, Some(start)) = (self.now, self.unmarked.take()) {
            let answer = self.head.split_off(start.min(self.head.len()));
            self.now = Then::Answer;
            self.tell(&answer, &mut pieces);
        }
        pieces
    }

    /// The first mark of what is held; of two at one place the longer.
    fn first_mark(&self) -> Option<(usize, &'static str, Then)> {
        let found = self.style.marks.iter().filter_map(|(mark, then)| Some((self.held.find(mark)?, *mark, *then)));
        found.min_by_key(|(at, mark, _)| (*at, usize::MAX - mark.len()))
    }

    /// True where letters of a mark at this place are one: an answer may speak of `<think>`.
    fn may_stand(&self, at: usize) -> bool {
        let in_answer = self.style.only_before && self.now == Then::Answer;
        !in_answer || !self.written && self.held[..at].trim().is_empty()
    }

    /// Ends the present text before the mark, and begins the next one behind it.
    fn turn(&mut self, at: usize, mark: &str, then: Then, pieces: &mut Vec<Piece>) {
        let before: String = self.held.drain(..at + mark.len()).collect();
        let before = &before[..at];
        // Blanks alone before a mark belong to nothing either.
        if self.written || !before.trim().is_empty() {
            self.tell(before, pieces);
        }
        let thinks = ["analysis", "commentary", "to=self"].iter().any(|channel| self.head.contains(channel));
        self.now = match then {
            Then::Body if thinks => Then::Thought,
            Then::Body => Then::Answer,
            then => then,
        };
        self.head.clear();
        self.unmarked = None;
        (self.written, self.marked) = (false, true);
    }

    /// Bytes at the end of what is held that may yet be of a mark, or stand before one.
    fn waiting(&self) -> usize {
        let beginnings = self.style.marks.iter().flat_map(|(mark, _)| (1..mark.len()).filter_map(|end| mark.get(..end)));
        let open = beginnings.filter(|beginning| self.held.ends_with(beginning)).map(str::len).max().unwrap_or(0);
        let before = self.held.len() - open;
        match self.may_stand(before) {
            true if !self.written && self.held[..before].trim().is_empty() => self.held.len(),
            true => open,
            false => 0,
        }
    }

    fn tell(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        let text = if self.marked && !self.written { text.trim_start() } else { text };
        if text.is_empty() {
            return;
        }
        self.written |= !text.trim().is_empty();
        match (self.now, pieces.last_mut()) {
            (Then::Thought, Some(Piece::Thought(last))) | (Then::Answer, Some(Piece::Answer(last))) => last.push_str(text),
            (Then::Thought, _) => pieces.push(Piece::Thought(text.to_owned())),
            (Then::Answer, _) => pieces.push(Piece::Answer(text.to_owned())),
            (Then::Head | Then::Body, _) => self.head.push_str(text),
        }
    }
}

/// What stands in a prompt behind the last turn's words.
pub fn tail<'a>(prompt: &'a str, last_turn: &str) -> &'a str {
    /// Characters that are as good as the whole turn, of which a template may have cut the ends.
    const ENOUGH: usize = 40;
    let words = last_turn.trim();
    let start = words.char_indices().rev().nth(ENOUGH - 1).map_or(0, |(at, _)| at);
    let end = &words[start..];
    prompt.rfind(end).map_or("", |at| &prompt[at + end.len()..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Thoughts and answer of what was generated behind a prompt's tail, in pieces of so many characters.
    fn divide(template: &str, tail: &str, generated: &str, size: usize) -> (String, String) {
        let mut splitter = Splitter::new(Style::of(template), tail);
        let characters: Vec<char> = generated.chars().collect();
        let mut pieces = Vec::new();
        for part in characters.chunks(size) {
            pieces.extend(splitter.push(&part.iter().collect::<String>()));
        }
        pieces.extend(splitter.finish());
        let (mut thoughts, mut answer) = (String::new(), String::new());
        for piece in pieces {
            match piece {
                Piece::Thought(text) => thoughts.push_str(&text),
                Piece::Answer(text) => answer.push_str(&text),
            }
        }
        (thoughts, answer)
    }

    const HARMONY: &str = "<|channel|>…<|message|>";
    const SOLAR: &str = "<|think|>…<|content|>";
    const GEMMA: &str = "<|channel>thought…<channel|>";
    const MUSE: &str = "<|message|>…<|eom|>";
    const APRIEL: &str = "[BEGIN FINAL RESPONSE]";
    const COMMAND: &str = "<|START_THINKING|>…<|END_THINKING|>";

    #[test]
    fn thoughts_are_told_from_answers_in_every_familys_way() {
        // Name, template, the prompt's tail, what was generated, thoughts, answer.
        let table = [
            ("no thoughts", "", "<|im_end|>\n<|im_start|>assistant\n", " 연가는 15일입니다.\n", "", " 연가는 15일입니다.\n"),
            ("Qwen 3", "<think>", "assistant\n", "<think>\n생각 <b>\n</think>\n\n15일", "생각 <b>\n", "15일"),
            ("begun by the prompt", "<think>", "assistant\n<think>\n", "생각</think>\n15일", "생각", "15일"),
            ("ended by the prompt", "<think>", "assistant\n<think>\n\n</think>\n\n", "15일 <think> 끝", "", "15일 <think> 끝"),
            ("spoken of", "<think>", "assistant\n", "‘<think>’는 표시입니다. </think>", "", "‘<think>’는 표시입니다. </think>"),
            ("never ended", "<think>", "assistant\n", "<think>생각만", "생각만", ""),
            ("EXAONE Deep", "<thought>", "[|assistant|]<thought>\n", "생각\n</thought>\n\n답", "생각\n", "답"),
            ("Mistral", "[THINK]", "[/INST]", "[THINK]생각[/THINK]답 [1]", "생각", "답 [1]"),
            ("gpt-oss", HARMONY, "<|start|>assistant", "<|channel|>analysis<|message|>생각<|end|><|start|>assistant<|channel|>final<|message|>답<|return|>", "생각", "답"),
            ("gpt-oss, at once", HARMONY, "<|start|>assistant", "<|channel|>final<|message|>답 < 셋", "", "답 < 셋"),
            ("gpt-oss, without a channel", HARMONY, "<|start|>assistant", "<|message|>답", "", "답"),
            ("Solar Open", SOLAR, "<|begin|>assistant", "<|think|>생각<|end|><|begin|>assistant<|content|>답<|end|>", "생각", "답"),
            ("Solar Open, at little effort", SOLAR, "<|begin|>assistant<|think|><|end|><|begin|>assistant", "<|content|>답", "", "답"),
            ("Gemma 4", GEMMA, "<|turn>model\n", "<|channel>thought\n생각\n<channel|>답", "생각\n", "답"),
            ("Gemma 4, ended by the prompt", GEMMA, "<|turn>model\n<|channel>thought\n<channel|>", "답", "", "답"),
            ("Mi:dm 2.5", HARMONY, "<|end|><|start|>assistant", "<|channel|>final<|message|>답<|end|>", "", "답"),
            ("gpt-oss, without its format", HARMONY, "<|start|>assistant", "연가는 15일입니다.", "", "연가는 15일입니다."),
            ("Solar Open, without its format", SOLAR, "<|begin|>assistant", "답", "", "답"),
            ("Muse", MUSE, "<|start|>assistant", " to=self<|message|>생각<|eom|><|start|>assistant to=user<|message|>답", "생각", "답"),
            ("Apriel", APRIEL, "<|begin_assistant|>\nHere are my reasoning steps:\n", "생각\n[BEGIN FINAL RESPONSE]\n답\n[END FINAL RESPONSE]", "생각\n", "답\n"),
            ("Command A", COMMAND, "<|CHATBOT_TOKEN|><|START_THINKING|>", "생각<|END_THINKING|>답", "생각", "답"),
            ("Seed-OSS", "<seed:think>", "assistant\n", "<seed:think>생각</seed:think>답", "생각", "답"),
            ("MiniMax M3", "<mm:think>", "ai\n</mm:think>", "답", "", "답"),
            ("Hunyuan 3", "'<think{}>'", "", "<think:opensource>생각</think:opensource>답", "생각", "답"),
            ("half a mark", "<think>", "assistant\n", "<thi", "", "<thi"),
        ];
        for (name, template, tail, generated, thoughts, answer) in table {
            for size in 1..9 {
                let divided = divide(template, tail, generated, size);
                assert_eq!(divided, (thoughts.to_owned(), answer.to_owned()), "{name}, in pieces of {size}");
            }
        }
    }

    #[test]
    fn a_prompt_is_closed_so_that_the_answer_comes_at_once() {
        let table = [
            ("", "<|im_start|>assistant\n", ""),
            ("<think>", "assistant\n<think>\n", "\n</think>\n\n"),
            ("<think>", "assistant\n<think>\n\n</think>\n\n", ""),
            (HARMONY, "<|end|><|start|>assistant", "<|channel|>final<|message|>"),
            (HARMONY, "<|start|>assistant<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
            (SOLAR, "<|begin|>assistant<|think|><|end|><|begin|>assistant", "<|content|>"),
            (GEMMA, "<|turn>model\n", ""),
            (GEMMA, "<|turn>model\n<|channel>thought\n", "<channel|>"),
            (MUSE, "<|eot|><|start|>assistant", " to=user<|message|>"),
            (APRIEL, "\nHere are my reasoning steps:\n", "\n[BEGIN FINAL RESPONSE]\n"),
            (COMMAND, "<|START_THINKING|><|END_THINKING|>", ""),
        ];
        for (template, tail, wanted) in table {
            let style = Style::of(template);
            assert_eq!(style.closing(tail), wanted, "{template}: {tail}");
            assert_eq!(style.closing(&format!("{tail}{wanted}")), "", "{template}: {tail}");
        }
    }

    #[test]
    fn where_nothing_is_divided_everything_is_the_answer() {
        let mut splitter = Splitter::none();
        let mut pieces = splitter.push("{\"답\": \"<think>");
        pieces.extend(splitter.push("</think>\"}"));
        pieces.extend(splitter.finish());
        let told = ["{\"답\": \"<think>", "</think>\"}"].map(|text| Piece::Answer(text.to_owned()));
        assert_eq!(pieces, told);
    }

    #[test]
    fn the_tail_of_a_prompt_is_behind_the_last_turn_whatever_a_template_cut() {
        let table = [
            ("<user>연가는?\n<assistant>", " 연가는? \n", "\n<assistant>"),
            ("<user>가 가<assistant>", "가", "<assistant>"),
            ("<user>", "없는 말", ""),
        ];
        for (prompt, turn, wanted) in table {
            assert_eq!(tail(prompt, turn), wanted, "{prompt}");
        }
        let long = "가나다라마바사 ".repeat(40);
        assert_eq!(tail(&format!("<u>{}<a>", long.trim()), &long), "<a>");
    }

    proptest! {
        #[test]
        fn pieces_change_nothing(
            style in 0..STYLES.len(),
            words in prop::collection::vec(0..12_usize, 0..24),
            size in 1..6_usize,
        ) {
            let (template, style) = &STYLES[style];
            let marks: Vec<&str> = style.marks.iter().map(|(mark, _)| *mark).collect();
            let pick = |at: usize| match at {
                0..6 => marks[at % marks.len()],
                6 => "<",
                7 => "\n",
                8 => " ",
                9 => "think>",
                10 => "final",
                _ => "가나",
            };
            let generated: String = words.into_iter().map(pick).collect();
            let template = template.concat();
            let whole = divide(&template, "", &generated, generated.chars().count().max(1));
            prop_assert_eq!(divide(&template, "", &generated, size), whole);
        }
    }
}
