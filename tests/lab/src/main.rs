//! `lab`: reads, asks, evaluates and measures on the same crates and the same two child processes as the window.
//! What it prints with `--json` is a contract: keys are added, none is renamed.

mod ask;
mod bench;
mod bench_documents;
mod bench_encryption;
mod eval;
mod eval_personal;
mod folder;
mod generate;
mod ingest;
mod kill;
mod parse;
mod places;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use wire::Failure;

#[derive(Parser)]
#[command(about = "Naratmal's measuring tool")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a document, or check a folder of documents against reference texts.
    Parse {
        /// The document.
        #[arg(required_unless_present = "check")]
        file: Option<PathBuf>,
        /// A folder; FILE.ref.txt beside FILE is its reference.
        #[arg(long, conflicts_with = "file")]
        check: Option<PathBuf>,
        /// The document's password.
        #[arg(long)]
        password: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Ask about the documents in a folder.
    Ask {
        /// The folder.
        #[arg(long)]
        docs: PathBuf,
        /// The question.
        #[arg(required_unless_present = "questions")]
        question: Option<String>,
        /// A file with one {"query": …} a line: asked in order, one answer a line, each a conversation of its own.
        #[arg(long, conflicts_with = "question")]
        questions: Option<PathBuf>,
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Add a folder to a library and wait until it is read.
    Ingest {
        /// The folder.
        #[arg(long)]
        docs: PathBuf,
        /// Where the library is kept; what is there already is not read again.
        #[arg(long)]
        data: PathBuf,
        /// Files that are read side by side; by default the cores but one.
        #[arg(long)]
        readers: Option<NonZeroUsize>,
        #[arg(long)]
        json: bool,
    },
    /// Write documents of many formats, each with a word of its own.
    Generate {
        /// How many.
        #[arg(long)]
        files: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to.
        folder: PathBuf,
    },
    /// Kill `lab ingest` at random moments, let it finish, and hold the library against the files.
    KillIngest {
        #[arg(long, default_value_t = 10_000)]
        files: usize,
        #[arg(long, default_value_t = 20)]
        kills: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where documents and library are made; by default a temporary folder.
        #[arg(long)]
        folder: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Evaluate.
    Eval {
        #[command(subcommand)]
        what: Eval,
    },
    /// Measure.
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
}

#[derive(Subcommand)]
enum Eval {
    /// Recall and ranks of a retrieval set.
    Retrieval {
        #[arg(long)]
        corpus: PathBuf,
        #[arg(long)]
        queries: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Precision and recall of the finder of personal information.
    Personal {
        /// Made sentences of each set.
        #[arg(long, default_value_t = 2000)]
        sentences: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The folder of the samples, of which some were labelled by hand.
        #[arg(long)]
        samples: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Bench {
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

fn main() -> ExitCode {
    if let Err(error) = guard::deny_network()
        && !matches!(error, guard::Error::Unsupported)
    {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing_subscriber::filter::LevelFilter::ERROR).init();
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::new("runtime", "실행 환경을 만들지 못했습니다.", error))
        .and_then(|runtime| runtime.block_on(run(Arguments::parse().command)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Parse { file, check, password, json } => {
            parse::run(file.as_deref(), check.as_deref(), password.as_deref(), json).await
        }
        Command::Ask { docs, question, questions, model, json } => {
            let questions = match (question, questions) {
                (Some(question), _) => vec![question],
                (None, Some(file)) => ask::read_questions(&file)?,
                (None, None) => Vec::new(),
            };
            ask::run(&docs, &questions, model, json).await
        }
        Command::Ingest { docs, data, readers, json } => ingest::run(&docs, &data, readers, json).await,
        Command::Generate { files, seed, folder } => generate::run(files, &folder, seed),
        Command::KillIngest { files, kills, seed, folder, json } => match folder {
            Some(folder) => kill::run(files, kills, seed, &folder, json),
            None => {
                let folder = tempfile::tempdir().map_err(|error| {
                    Failure::new("no_temporary_folder", "임시 폴더를 만들지 못했습니다.", error)
                })?;
                kill::run(files, kills, seed, folder.path(), json)
            }
        },
        Command::Eval { what: Eval::Retrieval { corpus, queries, json } } => eval::run(&corpus, &queries, json),
        Command::Eval { what: Eval::Personal { sentences, seed, samples, json } } => {
            eval_personal::run(seed, sentences, samples.as_deref(), json)
        }
        Command::Bench { what: Bench::Engine { model, prompt, generate, repetitions, threads, json } } => {
            bench::run(model, prompt, generate, repetitions, threads, json).await
        }
        Command::Bench { what: Bench::Documents { docs, json } } => bench_documents::run(&docs, json).await,
        Command::Bench { what: Bench::Encryption { docs, passages, rounds, ingests, readers, json } } => {
            let sizes = bench_encryption::Sizes { passages, rounds, ingests, readers };
            bench_encryption::run(docs.as_deref(), sizes, json).await
        }
    }
}
