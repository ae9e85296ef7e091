use std::time::Instant;

use engine::BenchResult;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::cache::{Session, decode_failure};

impl Session<'_> {
    /// Tokens per second by llama-bench's method: a warm-up, then `repetitions` each of one prompt of `prompt`
    /// tokens, and of `generate` single tokens, on an empty cache; means. Which tokens they are does not matter.
    ///
    /// # Errors
    /// `engine_decode`, also where the prompt is longer than the context.
    pub fn bench(&mut self, prompt: u32, generate: u32, repetitions: u32) -> Result<BenchResult, Failure> {
        let result = self.repeat(prompt, repetitions, Self::bench_prompt).and_then(|prompt_tokens_per_s| {
            let generate_tokens_per_s = self.repeat(generate, repetitions, Self::bench_generate)?;
            Ok(BenchResult { prompt_tokens_per_s, generate_tokens_per_s })
        });
        self.clear();
        result
    }

    fn repeat(
        &mut self,
        tokens: u32,
        repetitions: u32,
        run: fn(&mut Self, u32) -> Result<(), Failure>,
    ) -> Result<f64, Failure> {
        let mut rates = Vec::new();
        for repetition in 0..=repetitions {
            self.clear();
            let started = Instant::now();
            run(self, tokens)?;
            self.context.synchronize();
            if repetition > 0 {
                rates.push(f64::from(tokens) / started.elapsed().as_secs_f64());
            }
        }
        Ok(rates.iter().sum::<f64>() / rates.len().max(1) as f64)
    }

    fn bench_prompt(&mut self, tokens: u32) -> Result<(), Failure> {
        let tokens: Vec<LlamaToken> = (0..tokens).map(token).collect();
        for step in tokens.chunks(self.context.n_batch() as usize) {
            self.decode_plain(step)?;
        }
        Ok(())
    }

    fn bench_generate(&mut self, tokens: u32) -> Result<(), Failure> {
        (0..tokens).try_for_each(|index| {
            self.decode_plain(&[token(index)])?;
            self.context.synchronize();
            Ok(())
        })
    }

    fn decode_plain(&mut self, tokens: &[LlamaToken]) -> Result<(), Failure> {
        let mut batch = LlamaBatch::get_one(tokens).map_err(|error| decode_failure(&error))?;
        self.context.decode(&mut batch).map_err(|error| decode_failure(&error))
    }
}

/// Any ordinary token: they spread over the first thousand of the vocabulary.
fn token(index: u32) -> LlamaToken {
    LlamaToken::new((index * 7919 % 1000) as i32 + 100)
}
