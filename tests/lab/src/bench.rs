//! `lab bench`: what things take. What is compared is measured in one run, in turns, and told as a ratio: machines are
//! noisy.

pub mod asking;
mod first_token;
mod kill;
mod lookup;
mod processes;
mod reload;
mod server;
mod speed;
mod stop;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Subcommand;
use wire::Failure;

use crate::{bench_documents, bench_encryption, bench_retrieval};

/// Measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Tokens per second, by llama-bench's method.
    Engine {
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        /// Tokens of the prompt.
        #[arg(long, default_value_t = 512)]
        prompt: u32,
        /// Tokens generated.
        #[arg(long, default_value_t = 128)]
        generate: u32,
        /// Counted repetitions of each, after a warm-up.
        #[arg(long, default_value_t = 5)]
        repetitions: u32,
        /// By default the physical cores.
        #[arg(long)]
        threads: Option<u32>,
        /// A llama-bench (`cargo xtask baseline` builds one), measured in turns with the engine.
        #[arg(long)]
        against: Option<PathBuf>,
        /// Turns of each, with --against.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        #[arg(long)]
        json: bool,
    },
    /// Time to the first token about much evidence: cold, asked again, after a restart, and more.
    FirstToken {
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        /// One {"id", "title", "text"} a line; by default KorQuAD beside the checkout.
        #[arg(long)]
        corpus: Option<PathBuf>,
        /// Tokens of evidence, at least.
        #[arg(long, default_value_t = 3000)]
        tokens: u32,
        /// Rounds, each with other evidence and a fresh process.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Seconds between preparing a document and asking about it.
        #[arg(long, default_value_t = 60)]
        rest: u64,
        /// By default the physical cores.
        #[arg(long)]
        threads: Option<u32>,
        /// A llama-server (`cargo xtask baseline` builds one), asked the same in turns with the engine.
        #[arg(long)]
        against: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// What drafting from the text at hand gains, where answers quote and where not, and which answers it changes.
    Lookup {
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        /// The most tokens of an answer.
        #[arg(long, default_value_t = 256)]
        max_tokens: u32,
        /// Only so many of the 20 texts.
        #[arg(long)]
        texts: Option<usize>,
        /// By default the physical cores.
        #[arg(long)]
        threads: Option<u32>,
        #[arg(long)]
        json: bool,
    },
    /// Time from a stop to the last event, at moments by chance.
    Stop {
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long, default_value_t = 100)]
        tries: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long)]
        json: bool,
    },
    /// Memory of the engine after loading and unloading a model again and again.
    Reload {
        /// A GGUF; by default the catalog's small model.
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long, default_value_t = 100)]
        cycles: usize,
        #[arg(long)]
        json: bool,
    },
    /// Kill the engine in the middle of answers, and hold what it says next against an undisturbed one.
    Kill {
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long, default_value_t = 20)]
        times: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long)]
        json: bool,
    },
    /// Pages per second, beside pdftotext, hwp5txt and LibreOffice where they are installed.
    Documents {
        /// A folder of documents.
        #[arg(long)]
        docs: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// What asking takes in collections of many passages, made from a corpus.
    Retrieval {
        #[arg(long)]
        corpus: PathBuf,
        #[arg(long)]
        queries: PathBuf,
        /// Passages of each collection.
        #[arg(long, value_delimiter = ',', default_values_t = [10_000_u64, 100_000, 1_000_000])]
        passages: Vec<u64>,
        /// Dimensions of the vectors.
        #[arg(long, default_value_t = 384)]
        dimensions: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long)]
        json: bool,
    },
    /// What encrypting costs: writing an index, asking it and a whole ingest, on sealed and on plain files in turn.
    Encryption {
        /// A folder of documents to ingest; without it no ingest is measured.
        #[arg(long)]
        docs: Option<PathBuf>,
        /// Made passages of the index.
        #[arg(long, default_value_t = 20_000)]
        passages: usize,
        /// Rounds of writing and asking, each sealed and plain.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Rounds of ingest, each sealed and plain.
        #[arg(long, default_value_t = 3)]
        ingests: usize,
        /// Files that are read side by side; by default the cores but one.
        #[arg(long)]
        readers: Option<NonZeroUsize>,
        #[arg(long)]
        json: bool,
    },
}

/// Measures.
///
/// # Errors
/// The measurement's.
pub async fn run(what: Bench) -> Result<(), Failure> {
    match what {
        Bench::Engine { model, prompt, generate, repetitions, threads, against, rounds, json } => {
            let sizes = speed::Sizes { prompt, generate, repetitions, rounds, threads };
            speed::run(model, sizes, against.as_deref(), json).await
        }
        Bench::FirstToken { model, corpus, tokens, rounds, rest, threads, against, json } => {
            let settings = first_token::Settings { tokens, rounds, rest, threads };
            first_token::run(model, corpus, &settings, against.as_deref(), json).await
        }
        Bench::Lookup { model, max_tokens, texts, threads, json } => {
            lookup::run(model, &lookup::Settings { max_tokens, texts, threads }, json).await
        }
        Bench::Stop { model, tries, seed, json } => stop::run(model, tries, seed, json).await,
        Bench::Reload { model, cycles, json } => reload::run(model, cycles, json).await,
        Bench::Kill { model, times, seed, json } => kill::run(model, times, seed, json).await,
        Bench::Documents { docs, json } => bench_documents::run(&docs, json).await,
        Bench::Retrieval { corpus, queries, passages, dimensions, seed, json } => {
            let sizes = bench_retrieval::Sizes { passages, dimensions, seed };
            bench_retrieval::run(&corpus, &queries, &sizes, json).await
        }
        Bench::Encryption { docs, passages, rounds, ingests, readers, json } => {
            let sizes = bench_encryption::Sizes { passages, rounds, ingests, readers };
            bench_encryption::run(docs.as_deref(), sizes, json).await
        }
    }
}
