//! How the next token is chosen.

use engine::{Prompt, Sampling};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use wire::Failure;

/// The sampler that a prompt asks for. It accepts what it samples.
///
/// # Errors
/// `grammar_invalid` where the prompt's grammar cannot be read.
pub fn sampler(prompt: &Prompt, model: &LlamaModel) -> Result<LlamaSampler, Failure> {
    Ok(match prompt.sampling {
        Sampling::Greedy => LlamaSampler::greedy(),
        Sampling::Random { temperature, top_p, seed } => LlamaSampler::chain_simple([
            LlamaSampler::penalties(model.n_vocab(), 64, 1.05, 0.0, 0.0),
            LlamaSampler::top_k(40),
            LlamaSampler::top_p(top_p, 1),
            LlamaSampler::temp(temperature),
            LlamaSampler::dist(seed),
        ]),
    })
}
