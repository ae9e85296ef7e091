//! How the next token is chosen.

use engine::{Prompt, Sampling};
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
    grammar: Option<LlamaSampler>,
}

impl Sampler {
    /// The sampler of a prompt.
    ///
    /// # Errors
    /// `grammar_schema`, `grammar_too_large`, `grammar_invalid`.
    pub fn new(prompt: &Prompt, model: &LlamaModel) -> Result<Self, Failure> {
        let grammar = match &prompt.grammar {
            Some(wanted) => {
                let text = grammar::gbnf(wanted)?;
                Some(LlamaSampler::grammar(model, &text, "root").map_err(invalid)?)
            }
            None => None,
        };
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
    /// A grammar looks at the one token that was chosen without it, and at all of them only where that one is no part of
    /// its language: looking at a whole vocabulary takes as long as a decode. The outcome is distributed as if it had
    /// looked at all (llama.cpp, common/sampling.cpp, does the same).
    pub fn sample(&mut self, context: &LlamaContext<'_>, row: i32) -> Result<LlamaToken, Failure> {
        let Some(grammar) = &mut self.grammar else { return Ok(self.chain.sample(context, row)) };
        let choose = |chain: &mut LlamaSampler, mut tokens: LlamaTokenDataArray| {
            tokens.apply_sampler(chain);
            tokens.selected_token()
        };
        let first = choose(&mut self.chain, context.token_data_array_ith(row)).filter(|token| {
            let mut alone = LlamaTokenDataArray::new(vec![LlamaTokenData::new(*token, 1.0, 0.0)], false);
            alone.apply_sampler(grammar);
            alone.data.first().is_some_and(|token| token.logit().is_finite())
        });
        let token = match first {
            Some(token) => token,
            None => {
                let mut tokens = context.token_data_array_ith(row);
                tokens.apply_sampler(grammar);
                // What cannot come is not to take one of the places among the likeliest.
                tokens.data.retain(|token| token.logit().is_finite());
                choose(&mut self.chain, tokens).ok_or_else(|| invalid("no token of the model goes on from here"))?
            }
        };
        grammar.accept(token);
        self.chain.accept(token);
        Ok(token)
    }
}
