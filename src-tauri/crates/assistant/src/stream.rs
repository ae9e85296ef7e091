use std::time::Instant;

use engine::protocol::Event;
use engine::{Generation, Usage};
use wire::Failure;

use crate::ask::{Progress, Stop};
use crate::citations::is_id;

/// What one generation gave.
pub struct Draft {
    /// As the model wrote it.
    pub text: String,
    /// What it took.
    pub usage: Usage,
    /// From the question to the first token, in milliseconds.
    pub ttft_ms: Option<f64>,
}

/// What goes along with a question on its way.
pub struct Run<'a, T> {
    /// When it was asked.
    pub started: Instant,
    /// Ends it.
    pub stop: &'a Stop,
    /// Is told of its progress.
    pub tell: &'a mut T,
}

/// Follows a generation to its end.
///
/// # Errors
/// The engine's.
pub async fn stream<T: FnMut(Progress)>(mut generation: Generation, run: &mut Run<'_, T>) -> Result<Draft, Failure> {
    let (mut text, mut ttft_ms, mut shown) = (String::new(), None, MarkFilter::default());
    let mut asked_to_stop = false;
    loop {
        let event = tokio::select! {
            event = generation.next() => event,
            () = run.stop.wait(), if !asked_to_stop => {
                asked_to_stop = true;
                generation.stop();
                continue;
            }
        };
        match event {
            Some(Event::Prefill { done, total }) => (run.tell)(Progress::Prefill { done, total }),
            Some(Event::Thought { text }) => (run.tell)(Progress::Thought(text)),
            Some(Event::Token { text: piece }) => {
                ttft_ms.get_or_insert(run.started.elapsed().as_secs_f64() * 1e3);
                text.push_str(&piece);
                let visible = shown.push(&piece);
                if !visible.is_empty() {
                    (run.tell)(Progress::Token(visible));
                }
            }
            Some(Event::Done { usage }) => return Ok(Draft { text, usage, ttft_ms }),
            Some(Event::Failed { failure }) => return Err(failure),
            Some(_) => {}
            None => return Err(Failure::new("engine_crashed", "답변 엔진이 응답하지 않습니다. 다시 물어 주십시오.", "")),
        }
    }
}

/// Holds marks back from what is streamed: they are shown once they are checked.
#[derive(Default)]
struct MarkFilter(String);

impl MarkFilter {
    /// What can be shown now. Spaces wait as well: a mark takes the space before it along.
    fn push(&mut self, piece: &str) -> String {
        self.0.push_str(piece);
        let mut visible = self.take_visible();
        let held = visible.split_off(visible.trim_end_matches(' ').len());
        self.0.insert_str(0, &held);
        visible
    }

    fn take_visible(&mut self) -> String {
        let mut visible = String::new();
        while let Some(open) = self.0.find('[') {
            let Some(close) = self.0[open..].find(']').map(|close| open + close) else {
                if self.0.len() - open > 12 {
                    // Too long for a mark.
                    visible.extend(self.0.drain(..=open));
                    continue;
                }
                visible.extend(self.0.drain(..open));
                return visible;
            };
            let inside = self.0[open + 1..close].to_owned();
            let mark = inside.split([',', ' ']).filter(|id| !id.is_empty()).all(is_id);
            let bracket: String = self.0.drain(..=close).collect();
            visible.push_str(if mark { bracket[..open].trim_end() } else { &bracket });
        }
        visible.push_str(&std::mem::take(&mut self.0));
        visible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_held_back_whatever_the_pieces() {
        let table = [
            ("연가는 15일입니다 [k3]. 병가는 60일입니다 [1][m4].", "연가는 15일입니다. 병가는 60일입니다."),
            ("연가는 15일입니다 [?].", "연가는 15일입니다."),
            ("[붙임] 서식을 냅니다.", "[붙임] 서식을 냅니다."),
            ("배열 [가나다라마바사아자차카타파하 끝", "배열 [가나다라마바사아자차카타파하 끝"),
        ];
        for (written, shown) in table {
            for size in 1..5 {
                let mut filter = MarkFilter::default();
                let characters: Vec<char> = written.chars().collect();
                let out: String =
                    characters.chunks(size).map(|piece| filter.push(&piece.iter().collect::<String>())).collect();
                assert_eq!(out, shown, "{written} in pieces of {size}");
            }
        }
    }
}
