//! How the next token is chosen.

use engine::{Prompt, Sampling};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use wire::Failure;

/// The sampler that a prompt asks for. It accepts what it samples.
///
/// # Errors
/// `grammar_unsupported` for a prompt with a grammar: a text that does not keep to it would pass for one that does.
pub fn sampler(prompt: &Prompt, model: &LlamaModel) -> Result<LlamaSampler, Failure> {
    if prompt.grammar.is_some() {
        return Err(Failure::new(
            "grammar_unsupported",
            "이 판의 답변 엔진은 정해진 형식에 맞춘 출력을 아직 지원하지 않습니다. 형식 없이 다시 요청해 주십시오.",
            "Prompt.grammar",
        ));
    }
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
