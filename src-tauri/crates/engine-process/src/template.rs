//! The chat template of the GGUF's metadata, rendered as the models' authors do.

mod fallback;
mod python;
#[cfg(test)]
mod tests;

use engine::Turn;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, Value, context};
use wire::Failure;

/// A compiled chat template.
pub struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// Compiles `source`; `bos` and `eos` are the special tokens' texts.
    ///
    /// # Errors
    /// The template's syntax error.
    pub fn new(source: &str, bos: &str, eos: &str) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        python::make_python_like(&mut environment);
        environment.add_template_owned("chat", python::without_generation_blocks(source))?;
        Ok(Self { environment, source: source.to_owned(), bos: bos.to_owned(), eos: eos.to_owned() })
    }

    /// The template of a model; where it brings none, or one that cannot be read, that of a format which `is_special`
    /// shows its vocabulary to be made for, and what the person is told of it.
    ///
    /// # Errors
    /// `model_template` where that fails as well.
    pub fn choose(
        source: Option<&str>,
        bos: &str,
        eos: &str,
        is_special: impl Fn(&str) -> bool,
    ) -> Result<(Self, Option<Failure>), Failure> {
        let own = source.map(|source| Self::new(source, bos, eos).and_then(|template| template.tried()));
        match own {
            Some(Ok(template)) => Ok((template, None)),
            unreadable => {
                let why = unreadable.and_then(Result::err).map_or("none in the file".to_owned(), |error| format!("{error:#}"));
                let template = Self::new(fallback::template(is_special), bos, eos).and_then(|template| template.tried());
                Ok((template.map_err(|error| template_failure(&error))?, Some(fell_back(why))))
            }
        }
    }

    /// The template, once it rendered what it will be asked to.
    fn tried(self) -> Result<Self, Error> {
        let turn = Turn::new;
        self.render(&[turn("system", "가"), turn("user", "나"), turn("assistant", "다"), turn("user", "라")])?;
        self.render(&[turn("user", "나")])?;
        Ok(self)
    }

    /// As the model's file has it, or that of the format that took its place.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The prompt that asks the model for its next turn, without thinking first where the template can say so.
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
            // transformers passes both also where there are none.
            tools => Value::from(()),
            documents => Value::from(()),
            add_generation_prompt => true,
            // What models call it: Qwen 3, EXAONE 4 and others; DeepSeek and Granite; gpt-oss and Solar Open;
            // HyperCLOVA X SEED Think, which otherwise ends its turn behind its thoughts; Seed-OSS; MiniMax M3.
            enable_thinking => false,
            thinking => false,
            reasoning_effort => "low",
            skip_reasoning => true,
            thinking_budget => 0,
            thinking_mode => "disabled",
            bos_token => &self.bos,
            eos_token => &self.eos,
        })
    }
}

/// The failure of a template that does not render.
pub fn template_failure(error: &Error) -> Failure {
    Failure::new(
        "model_template",
        "이 모델의 대화 형식을 해석하지 못했습니다. 다른 모델을 골라 주십시오.",
        format!("{error:#}"),
    )
}

fn fell_back(why: String) -> Failure {
    Failure::new(
        "template_fallback",
        "모델 파일에 든 대화 형식을 읽지 못해 널리 쓰는 형식으로 대신합니다. 답변의 질이 떨어질 수 있으니, 대화 형식이 \
         온전한 모델 파일로 바꾸시기를 권합니다.",
        why,
    )
}

fn merge_system(turns: &[Turn]) -> Option<Vec<Turn>> {
    let (system, rest) = turns.split_first().filter(|(first, _)| first.role == "system")?;
    let (user, rest) = rest.split_first()?;
    let mut merged = vec![Turn::new(&user.role, format!("{}\n\n{}", system.content, user.content))];
    merged.extend_from_slice(rest);
    Some(merged)
}
