//! `naratmal-engine`: owns model and accelerator. Requests come on standard input, replies go to standard output
//! (crate `wire`); it ends when its input does.

mod abort;
mod ahead;
mod bench;
mod cache;
mod draft;
mod generate;
mod grammar;
mod head;
mod joining;
mod kept;
mod loading;
mod lookup;
mod pooled;
mod prepare;
mod priority;
mod queue;
mod sampling;
mod states;
mod template;
mod text;
mod thinking;
mod typing;
mod windows;

use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use engine::{Model, Task};
use engine::fallback::Launch;
use engine::protocol::{Event, Reply, Request};
use llama_cpp_2::llama_backend::LlamaBackend;
use wire::Failure;

use crate::cache::Session;
use crate::loading::Loaded;
use crate::loading::devices::Hardware;
use crate::pooled::Pooled;
use crate::queue::Queue;
use crate::typing::Typing;

static QUEUE: Queue = Queue::new();
static TYPING: Typing = Typing::new();

fn main() -> ExitCode {
    if let Err(error) = guard::deny_network().and_then(|()| guard::no_core_dumps())
        && !matches!(error, guard::Error::Unsupported)
    {
        eprintln!("naratmal-engine: {error}");
        return ExitCode::FAILURE;
    }
    // Without a file there is nothing that fails but a second start.
    let _ = diagnosis::start(None, "NARATMAL_LOG", "error");
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let looks_only = arguments.pop_if(|last| last == "--machine").is_some();
    let estimates_only = arguments.pop_if(|last| last == "--estimate").is_some();
    let Some(launch) = Launch::from_arguments(arguments) else {
        eprintln!("naratmal-engine: takes --half-gpu, --cpu-only, --avoid VARIANT, --baseline and, last, --machine or --estimate");
        return ExitCode::FAILURE;
    };
    // Before any thread starts: each has the priority of the one that started it.
    priority::lower(priority::ANSWERS);
    let hardware = match wire::beside("backends").and_then(|folder| Hardware::load(&folder, launch)) {
        Ok(hardware) => hardware,
        Err(error) => {
            eprintln!("naratmal-engine: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut backend = match LlamaBackend::init() {
        Ok(backend) => backend,
        Err(error) => {
            eprintln!("naratmal-engine: {error}");
            return ExitCode::FAILURE;
        }
    };
    backend.void_logs();
    if looks_only {
        let told = wire::write(&mut std::io::stdout(), &hardware.machine());
        return if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if estimates_only {
        let told = wire::read(&mut std::io::stdin()).and_then(|asked: Option<Vec<PathBuf>>| {
            wire::write(&mut std::io::stdout(), &loading::estimate(&hardware, &asked.unwrap_or_default()))
        });
        return if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }

    std::thread::spawn(|| {
        let mut input = BufReader::new(std::io::stdin());
        while let Ok(Some(request)) = wire::read(&mut input) {
            match request {
                Request::Typing => TYPING.typed(),
                request => QUEUE.push(request),
            }
        }
        // The window is gone, so nobody waits for what may still run.
        std::process::exit(0);
    });
    serve(&backend, &hardware)
}

/// One loaded model after another; without one, every request but a load fails.
fn serve(backend: &LlamaBackend, hardware: &Hardware) -> ! {
    let mut next = QUEUE.next();
    loop {
        next = match next {
            Request::Load { id, path, options } => {
                if options.background {
                    priority::lower(priority::BACKGROUND);
                }
                let loaded = Loaded::from_file(backend, hardware, &path, &options, move |share| {
                    reply(id, Event::Loading { share });
                });
                let served = loaded.and_then(|loaded| match loaded.task {
                    Task::Chat => {
                        let session = Session::open(&loaded, backend, options.keep.as_ref());
                        session.map(|mut session| serve_model(id, session.description(), &loaded, &mut session))
                    }
                    Task::Embed { .. } | Task::Rank => {
                        let pooled = Pooled::open(&loaded, backend);
                        pooled.map(|mut pooled| serve_model(id, loaded.description.clone(), &loaded, &mut pooled))
                    }
                });
                served.unwrap_or_else(|failure| {
                    reply(id, Event::Failed { failure });
                    QUEUE.next()
                })
            }
            Request::Forget { id } => {
                reply(id, Event::Forgotten);
                QUEUE.next()
            }
            request => {
                let failure = Failure::new("model_none", "모델을 먼저 골라 주십시오.", "no model is loaded");
                reply(request.id(), Event::Failed { failure });
                QUEUE.next()
            }
        };
    }
}

/// What a loaded model does with a request.
trait Serve {
    /// The last event of the request; those before it are told on the way.
    ///
    /// # Errors
    /// The request's; `model_wrong_task` where the model was not loaded for it.
    fn answer(&mut self, request: Request) -> Result<Event, Failure>;

    /// What can be done between two requests, in some milliseconds.
    fn rest(&mut self) {}
}

/// Serves requests with one model until the next load, which it returns.
fn serve_model(load_id: u64, described: Model, loaded: &Loaded, model: &mut impl Serve) -> Request {
    reply(load_id, Event::Loaded { model: described });
    loop {
        let request = QUEUE.next();
        let id = request.id();
        let outcome = match request {
            Request::Load { .. } => return request,
            Request::Count { texts, .. } => {
                let count = |text: &String| loaded.tokenize(text, false).len() as u32;
                Ok(Event::Counted { tokens: texts.iter().map(count).collect() })
            }
            request => model.answer(request),
        };
        reply(id, outcome.unwrap_or_else(|failure| Event::Failed { failure }));
        if !QUEUE.is_awaited() {
            model.rest();
        }
    }
}

impl Serve for Session<'_> {
    fn answer(&mut self, request: Request) -> Result<Event, Failure> {
        match request {
            Request::Generate { id, prompt } => {
                self.generate(&prompt, |event| reply(id, event)).map(|usage| Event::Done { usage })
            }
            Request::Prepare { turns, .. } => self.prepare(&turns),
            Request::ReadAlone { turns, passages, .. } => self.read_ahead(&turns, &passages),
            Request::Forget { .. } => {
                self.clear();
                if let Some(drafter) = &mut self.drafter {
                    drafter.clear();
                }
                self.kept.forget().and_then(|()| self.alone.forget()).map(|()| Event::Forgotten).map_err(|error| not_forgotten(&error))
            }
            Request::Bench { prompt, generate, repetitions, .. } => {
                self.bench(prompt, generate, repetitions).map(|result| Event::Benched { result })
            }
            _ => Err(wrong_task("loaded to chat")),
        }
    }

    fn rest(&mut self) {
        self.keep_on_disk();
    }
}

impl Serve for Pooled<'_> {
    fn answer(&mut self, request: Request) -> Result<Event, Failure> {
        match request {
            Request::Embed { prefix, texts, .. } => {
                self.embed(&prefix, &texts).map(|vectors| Event::Embedded { vectors })
            }
            Request::Forget { .. } => Ok(Event::Forgotten),
            Request::Rank { query, texts, .. } => self.rank(&query, &texts).map(|scores| Event::Ranked { scores }),
            _ => Err(wrong_task("loaded to embed or to rank")),
        }
    }
}

fn not_forgotten(error: &std::io::Error) -> Failure {
    Failure::new(
        "kept_not_removed",
        "모델이 읽어 둔 내용을 지우지 못했습니다. 디스크에 쓸 수 있는지 확인한 뒤 다시 지워 주십시오.",
        error,
    )
}

/// The failure of a request that the loaded model was not loaded for.
fn wrong_task(loaded: &str) -> Failure {
    Failure::new(
        "model_wrong_task",
        "고른 모델은 이 일에 쓸 수 없습니다. 대화에는 대화 모델을, 문서 찾기에는 임베딩 모델을 골라 주십시오.",
        format!("the model is {loaded}"),
    )
}

fn reply(id: u64, event: Event) {
    let mut output = std::io::stdout().lock();
    if wire::write(&mut output, &Reply { id, event }).and_then(|()| output.flush()).is_err() {
        // Nobody reads any more.
        std::process::exit(0);
    }
}
