//! How many tokens can be decoded at once without changing the answer.
//!
//! Kernels for several rows may quantise and add up otherwise than those for one (llama.cpp's repacked ones do from four
//! rows on), and what they leave in the KV cache goes on telling. Greedy answers are to be the same with drafts and
//! without, so drafts are as short as rows are alike.

use llama_cpp_2::token::LlamaToken;
use wire::Failure;

use crate::cache::Session;

/// Batches that are tried, in tokens: where one differs, so do longer ones. The last is as long as drafts get.
const SIZES: [usize; 5] = [2, 3, 4, 8, 16];
/// So many tokens are decoded singly first; more only where these were alike.
const FEW: usize = 4;

impl Session<'_> {
    /// Finds out the longest batch whose logits are bit for bit those of single decodes, behind what the cache holds,
    /// which stays. Without an outcome where it was stopped, or where the cache holds too little to try with.
    ///
    /// # Errors
    /// `engine_decode`.
    pub fn measure_rows(&mut self) -> Result<(), Failure> {
        let most = SIZES[SIZES.len() - 1];
        let room = self.context.n_ctx() as usize >= self.cached.len() + most;
        if self.rows.is_some() || self.cached.len() < most || !room || !self.can_be_cut() {
            return Ok(());
        }
        let tokens = self.cached[..most].to_vec();
        let start = self.cached.len();
        let measured = self.alike(&tokens, start);
        self.forget_from(start.min(self.cached.len()));
        self.rows = measured?;
        Ok(())
    }

    fn alike(&mut self, tokens: &[LlamaToken], start: usize) -> Result<Option<usize>, Failure> {
        let (mut alike, mut single) = (1, Vec::new());
        for size in SIZES {
            if single.len() < size {
                let more = if size <= FEW { FEW } else { tokens.len() };
                match self.singly(&tokens[..more], start)? {
                    Some(logits) => single = logits,
                    None => return Ok(None),
                }
            }
            self.forget_from(start);
            if !self.decode_all(&tokens[..size])? {
                return Ok(None);
            }
            let same = |row: usize| {
                let logits = self.context.get_logits_ith(row as i32);
                logits.iter().map(|logit| logit.to_bits()).eq(single[row].iter().map(|logit| logit.to_bits()))
            };
            if !(0..size).all(same) {
                break;
            }
            alike = size;
        }
        Ok(Some(alike))
    }

    /// The logits of tokens that are decoded one by one.
    fn singly(&mut self, tokens: &[LlamaToken], start: usize) -> Result<Option<Vec<Vec<f32>>>, Failure> {
        self.forget_from(start);
        let mut logits = Vec::with_capacity(tokens.len());
        for token in tokens {
            if !self.decode(&[*token], true)? {
                return Ok(None);
            }
            logits.push(self.context.get_logits_ith(0).to_vec());
        }
        Ok(Some(logits))
    }
}
