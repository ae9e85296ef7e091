//! The chat template of the GGUF's metadata, rendered as the reference (Python, Jinja 2) does.

use engine::Turn;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};
use wire::Failure;

/// Used where a GGUF brings no template: ChatML, which most models understand.
const CHATML: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n\
                      {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// A compiled chat template.
pub struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// Compiles `source`; `bos` and `eos` are the special tokens' texts.
    ///
    /// # Errors
    /// The template's syntax error.
    pub fn new(source: Option<String>, bos: String, eos: String) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment.add_template_owned("chat", source.unwrap_or_else(|| CHATML.to_owned()))?;
        Ok(Self { environment, bos, eos })
    }

    /// The prompt that asks the model for its next turn.
    ///
    /// A template that refuses a system turn (Gemma's does) gets its text in front of the first user turn.
    ///
    /// # Errors
    /// The template's own, such as roles that do not alternate.
    pub fn render(&self, turns: &[Turn]) -> Result<String, Error> {
        self.render_as_is(turns).or_else(|error| match merge_system(turns) {
            Some(merged) => self.render_as_is(&merged),
            None => Err(error),
        })
    }

    fn render_as_is(&self, turns: &[Turn]) -> Result<String, Error> {
        let turn = |turn: &Turn| context!(role => &turn.role, content => &turn.content);
        self.environment.get_template("chat")?.render(context! {
            messages => turns.iter().map(turn).collect::<Vec<Value>>(),
            add_generation_prompt => true,
            enable_thinking => false,
            bos_token => &self.bos,
            eos_token => &self.eos,
        })
    }
}

/// The failure of a template that does not compile or does not render.
pub fn template_failure(error: &Error) -> Failure {
    Failure::new(
        "model_template",
        "이 모델의 대화 형식을 해석하지 못했습니다. 다른 모델을 골라 주십시오.",
        format!("{error:#}"),
    )
}

fn merge_system(turns: &[Turn]) -> Option<Vec<Turn>> {
    let (system, rest) = turns.split_first().filter(|(first, _)| first.role == "system")?;
    let (user, rest) = rest.split_first()?;
    let mut merged = vec![Turn::new(&user.role, format!("{}\n\n{}", system.content, user.content))];
    merged.extend_from_slice(rest);
    Some(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(source: Option<&str>) -> String {
        ChatTemplate::new(source.map(str::to_owned), "<s>".into(), "</s>".into())
            .unwrap()
            .render(&[Turn::new("system", "규칙"), Turn::new("user", " 연가는? ")])
            .unwrap()
    }

    #[test]
    fn a_template_is_rendered_as_jinja_2_does() {
        let table = [
            ("no template: ChatML", None, "<|im_start|>system\n규칙<|im_end|>\n<|im_start|>user\n 연가는? <|im_end|>\n<|im_start|>assistant\n"),
            ("Python's string methods", Some("{{ bos_token }}{% for m in messages %}[{{ m['role'].upper() }}]{{ m['content'].strip() }}{% endfor %}"), "<s>[SYSTEM]규칙[USER]연가는?"),
            ("a refused system turn goes to the user's", Some("{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}"), "<user>규칙\n\n 연가는?"),
            ("blocks leave no line behind", Some("{% for m in messages %}\n  {% if m.role == 'user' %}\n{{ m.content }}\n  {% endif %}\n{% endfor %}\n"), " 연가는? \n"),
        ];
        for (name, source, wanted) in table {
            assert_eq!(render(source), wanted, "{name}");
        }
    }
}
