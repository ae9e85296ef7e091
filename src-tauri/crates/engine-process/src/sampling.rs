//! How the next token is chosen.

use std::collections::HashSet;

use engine::{Grammar, Prompt, Sampling};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use wire::Failure;

use crate::grammar::{self, invalid};

/// Chooses tokens as a prompt asks for it.
pub struct Sampler {
    chain: LlamaSampler,
    grammar: Option<Kept>,
}

/// A grammar, and how far its text has come.
struct Kept {
    grammar: LlamaSampler,
    /// Tokens that stand for no text, but for which a grammar takes their names: `<|im_start|>` is good JSON inside a
    /// string, and nobody would see it.
    silent: HashSet<i32>,
}

impl Sampler {
    /// The sampler of a prompt.
    ///
    /// # Errors
    /// `grammar_schema`, `grammar_too_large`, `grammar_invalid`.
    pub fn new(prompt: &Prompt, model: &LlamaModel) -> Result<Self, Failure> {
        let grammar = prompt.grammar.as_ref().map(|wanted| Kept::new(wanted, model)).transpose()?;
        let chain = match prompt.sampling {
            Sampling::Greedy => LlamaSampler::greedy(),
            Sampling::Random { temperature, top_p, seed } => LlamaSampler::chain_simple([
                LlamaSampler::penalties(model.n_vocab(), 64, 1.05, 0.0, 0.0),
                LlamaSampler::top_k(40),
                LlamaSampler::top_p(top_p, 1),
                LlamaSampler::temp(temperature),
                LlamaSampler::dist(seed),
            ]),
        };
        Ok(Self { chain, grammar })
    }

    /// The next token, from a row of logits.
    ///
    /// A grammar looks at the one token that was chosen without it, and at all of them only where that one is no part
    /// of its language: looking at a whole vocabulary takes as long as a decode (llama.cpp, common/sampling.cpp, does
    /// the same). The likeliest token is the same as if it had looked at all. By chance, tokens that the grammar allows
    /// keep their odds to each other; only which of them count as likely (`top_k`, `top_p`) is first judged among all
    /// tokens.
    ///
    /// # Errors
    /// `grammar_invalid` where no token of the model goes on from here.
    pub fn sample(&mut self, context: &LlamaContext<'_>, row: i32) -> Result<LlamaToken, Failure> {
        let Some(kept) = &mut self.grammar else { return Ok(self.chain.sample(context, row)) };
        let first = choose(&mut self.chain, context.token_data_array_ith(row)).filter(|token| kept.takes(*token));
        let token = match first {
            Some(token) => token,
            None => choose(&mut self.chain, kept.taken(context.token_data_array_ith(row)))
                .ok_or_else(|| invalid("no token of the model goes on from here"))?,
        };
        kept.grammar.accept(token);
        self.chain.accept(token);
        Ok(token)
    }
}

impl Kept {
    fn new(wanted: &Grammar, model: &LlamaModel) -> Result<Self, Failure> {
        let grammar = LlamaSampler::grammar(model, &grammar::gbnf(wanted)?, "root").map_err(invalid)?;
        let vocab = model.vocab();
        let is_silent = |token: &i32| {
            let token = LlamaToken::new(*token);
            vocab.is_control(token) && !vocab.is_eog(token)
        };
        Ok(Self { grammar, silent: (0..model.n_vocab()).filter(is_silent).collect() })
    }

    /// Whether a token may come next.
    fn takes(&mut self, token: LlamaToken) -> bool {
        !self.taken(LlamaTokenDataArray::new(vec![LlamaTokenData::new(token, 1.0, 0.0)], false)).data.is_empty()
    }

    /// Those of some tokens that may come next: what cannot come is not to take one of the places among the likeliest.
    fn taken(&mut self, mut tokens: LlamaTokenDataArray) -> LlamaTokenDataArray {
        tokens.apply_sampler(&mut self.grammar);
        tokens.data.retain(|token| token.logit().is_finite() && !self.silent.contains(&token.id().0));
        tokens
    }
}

/// What a chain chooses; nothing from nothing, at which llama.cpp would abort.
fn choose(chain: &mut LlamaSampler, mut tokens: LlamaTokenDataArray) -> Option<LlamaToken> {
    if tokens.data.is_empty() {
        return None;
    }
    tokens.apply_sampler(chain);
    tokens.selected_token()
}
