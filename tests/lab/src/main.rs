//! `lab`: reads, asks, evaluates and measures on the same crates and the same two child processes as the window.
//! What it prints with `--json` is a contract: keys are added, none is renamed.

mod ask;
mod bench;
mod bench_documents;
mod bench_encryption;
mod bench_retrieval;
mod collection;
mod draft;
mod eval;
mod eval_answers;
mod eval_injection;
mod eval_joining;
mod eval_personal;
mod faults;
mod figures;
mod folder;
mod generate;
mod ingest;
mod judge;
mod kill;
mod parse;
mod places;
mod sets;
mod soak;

use std::ffi::OsString;
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
        /// Read those again that failed before.
        #[arg(long)]
        again: bool,
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
    /// Put faults in, each many times: kills, a full disk, a disk that cannot be written, damaged files, a clock set back.
    Faults {
        /// Of each kind.
        #[arg(long, default_value_t = 20)]
        tries: u32,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long)]
        json: bool,
    },
    /// Keep conversations and say what is kept, until it is killed: `lab faults` starts it.
    #[command(hide = true)]
    KeepTalking {
        #[arg(long)]
        data: PathBuf,
    },
    /// Use the real window for long, and show what grows: memory, descriptors and threads of every process, and the disk.
    Soak {
        /// --minutes N (10 where nothing is said, 120 for the whole) or --rounds N, and --json.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    /// Draft an official document, and check how it is written.
    Draft {
        /// The task, such as official_letter.
        task: String,
        /// A TOML file with a text for each of the task's inputs.
        #[arg(long)]
        inputs: PathBuf,
        /// A folder of documents that the draft may rest on.
        #[arg(long)]
        docs: Option<PathBuf>,
        /// A folder of templates of one's own.
        #[arg(long)]
        templates: Option<PathBuf>,
        /// Files to write: .hwpx, .docx, .pdf, .md, .txt.
        #[arg(long, num_args = 0..)]
        out: Vec<PathBuf>,
        /// C, S or O.
        #[arg(long)]
        grade: Option<String>,
        /// Leave out that a model wrote it.
        #[arg(long)]
        no_notice: bool,
        /// 0 for the likeliest draft.
        #[arg(long, default_value_t = 0)]
        seed: u32,
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
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
        what: bench::Bench,
    },
}

#[derive(Subcommand)]
enum Eval {
    /// What joining passages that were read alone costs in right answers, beside reading them in turn.
    Joining {
        /// One {"id", "title", "text"} a line; passages of one title are one document.
        #[arg(long)]
        corpus: PathBuf,
        /// One {"id", "query", "positive_ids", "answers"} a line.
        #[arg(long)]
        queries: PathBuf,
        #[arg(long, default_value_t = 400)]
        questions: usize,
        /// Questions more that need two passages together.
        #[arg(long, default_value_t = 40)]
        pairs: usize,
        /// Passages of each question.
        #[arg(long, default_value_t = 3)]
        passages: usize,
        /// So many questions about each document, with its passages in one order for all of them: each way then reads a
        /// document once. By default all questions, each with its best match first.
        #[arg(long)]
        each: Option<usize>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, value_delimiter = ',', default_values = ["joined", "heads", "second"])]
        ways: Vec<eval_joining::Way>,
        /// By default the physical cores.
        #[arg(long)]
        threads: Option<u32>,
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        /// A file that gets a line an answer. A run that was ended goes on with the answers that it holds.
        #[arg(long)]
        out: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Recall and ranks of a retrieval set, by words, by meaning and by both.
    Retrieval {
        /// One {"id", "title", "text"} a line: each is a passage.
        #[arg(long, required_unless_present = "docs")]
        corpus: Option<PathBuf>,
        /// A folder of documents instead, cut into passages as the program cuts them.
        #[arg(long, conflicts_with = "corpus")]
        docs: Option<PathBuf>,
        /// One {"id", "query", "positive_ids"} a line, or {"id", "query", "file", "answers"} over documents.
        #[arg(long)]
        queries: PathBuf,
        /// Only so many of the questions, evenly spread.
        #[arg(long)]
        questions: Option<usize>,
        /// An embedding GGUF; by default the catalog's, where set-up brought it.
        #[arg(long)]
        embedding: Option<PathBuf>,
        /// A reranker GGUF; by default the catalog's, where there is one.
        #[arg(long)]
        reranker: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Ask questions of a retrieval set about its whole corpus, and judge the answers and their citations.
    Answers {
        #[arg(long)]
        corpus: PathBuf,
        #[arg(long)]
        queries: PathBuf,
        /// Questions whose documents are there, of different documents.
        #[arg(long, default_value_t = 100)]
        questions: usize,
        /// Questions whose documents are left out.
        #[arg(long, default_value_t = 30)]
        absent: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// With quick answers on, as a person may turn them on: passages are joined.
        #[arg(long)]
        quick: bool,
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        /// A file for each question's answer and how it was judged, an object a line.
        #[arg(long)]
        out: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Ask about documents with instructions planted in them, with the defence and without.
    Injection {
        /// A GGUF; by default the catalog's chat model.
        #[arg(long)]
        model: Option<PathBuf>,
        /// A file for each case's answer and how it was judged, an object a line.
        #[arg(long)]
        out: Option<PathBuf>,
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

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    // What drives the window is another program, which speaks to the driver over loopback, in a namespace of its own.
    // Faults are put in, in a namespace without any network, by mounting a small disk, which the filter refuses.
    if !matches!(command, Command::Soak { .. } | Command::Faults { .. })
        && let Err(error) = guard::deny_network()
        && !matches!(error, guard::Error::Unsupported)
    {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing_subscriber::filter::LevelFilter::ERROR).init();
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::new("runtime", "실행 환경을 만들지 못했습니다.", error))
        .and_then(|runtime| runtime.block_on(run(command)));
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
        Command::Ingest { docs, data, readers, again, json } => ingest::run(&docs, &data, readers, again, json).await,
        Command::Faults { tries, seed, json } => faults::run(tries, seed, json),
        Command::KeepTalking { data } => faults::talk(&data),
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
        Command::Soak { words } => soak::run(&words),
        Command::Draft { task, inputs, docs, templates, out, grade, no_notice, seed, model, json } => {
            let settings = draft::Settings {
                task: &task,
                inputs: &inputs,
                docs: docs.as_deref(),
                templates: templates.as_deref(),
                out: &out,
                grade: grade.as_deref(),
                notice: !no_notice,
                seed,
            };
            draft::run(&settings, model, json).await
        }
        Command::Eval { what: Eval::Retrieval { corpus, docs, queries, questions, embedding, reranker, json } } => {
            let set = eval::Set { corpus: corpus.as_deref(), docs: docs.as_deref(), queries: &queries, questions };
            eval::run(set, embedding, reranker, json).await
        }
        Command::Eval {
            what: Eval::Answers { corpus, queries, questions, absent, seed, quick, model, out, json },
        } => {
            let sample = eval_answers::Sample { questions, absent, seed, quick };
            eval_answers::run(&corpus, &queries, &sample, model, out.as_deref(), json).await
        }
        Command::Eval {
            what: Eval::Joining { corpus, queries, questions, pairs, passages, each, seed, ways, threads, model, out, json },
        } => {
            let settings = eval_joining::Settings { questions, pairs, passages, each, seed, ways, threads };
            eval_joining::run(&corpus, &queries, &settings, model, out.as_deref(), json).await
        }
        Command::Eval { what: Eval::Injection { model, out, json } } => {
            eval_injection::run(model, out.as_deref(), json).await
        }
        Command::Eval { what: Eval::Personal { sentences, seed, samples, json } } => {
            eval_personal::run(seed, sentences, samples.as_deref(), json)
        }
        Command::Bench { what } => bench::run(what).await,
    }
}
