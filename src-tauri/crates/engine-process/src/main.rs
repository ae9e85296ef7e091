//! `naratmal-engine`: owns model and accelerator. Requests come on standard input, replies go to standard output
//! (crate `wire`); it ends when its input does.

mod abort;
mod bench;
mod generate;
mod loading;
mod stops;
mod template;

use std::io::{BufReader, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};

use engine::protocol::{Event, Reply, Request};
use llama_cpp_2::llama_backend::{LlamaBackend, load_backends_from_path};
use wire::Failure;

use crate::generate::Session;
use crate::loading::Loaded;
use crate::stops::Stops;

static STOPS: Stops = Stops::new();

fn main() -> ExitCode {
    if let Err(error) = guard::deny_network().and_then(|()| guard::no_core_dumps())
        && !matches!(error, guard::Error::Unsupported)
    {
        eprintln!("naratmal-engine: {error}");
        return ExitCode::FAILURE;
    }
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::ERROR)
        .init();
    match wire::beside("backends") {
        Ok(folder) => load_backends_from_path(&folder),
        Err(error) => {
            eprintln!("naratmal-engine: {error}");
            return ExitCode::FAILURE;
        }
    }
    let mut backend = match LlamaBackend::init() {
        Ok(backend) => backend,
        Err(error) => {
            eprintln!("naratmal-engine: {error}");
            return ExitCode::FAILURE;
        }
    };
    backend.void_logs();

    let (sender, requests) = channel();
    std::thread::spawn(move || {
        let mut input = BufReader::new(std::io::stdin());
        while let Ok(Some(request)) = wire::read(&mut input) {
            match request {
                Request::Stop { id } => STOPS.stop(id),
                request => {
                    if sender.send(request).is_err() {
                        break;
                    }
                }
            }
        }
        // The window is gone, so nobody waits for what may still run.
        std::process::exit(0);
    });
    serve(&backend, &requests);
    ExitCode::SUCCESS
}

/// One loaded model after another; without one, every request but a load fails.
fn serve(backend: &LlamaBackend, requests: &Receiver<Request>) {
    let mut next = requests.recv().ok();
    while let Some(request) = next {
        next = match request {
            Request::Load { id, path, options } => {
                STOPS.begin(id);
                let loaded = Loaded::from_file(backend, &path, &options, move |share| {
                    reply(id, Event::Loading { share });
                });
                STOPS.end();
                match loaded {
                    Ok(loaded) => serve_model(backend, id, &loaded, requests),
                    Err(failure) => {
                        reply(id, Event::Failed { failure });
                        requests.recv().ok()
                    }
                }
            }
            Request::Generate { id, .. } | Request::Count { id, .. } | Request::Bench { id, .. } => {
                let failure = Failure::new("model_none", "모델을 먼저 골라 주십시오.", "no model is loaded");
                reply(id, Event::Failed { failure });
                requests.recv().ok()
            }
            Request::Stop { .. } => requests.recv().ok(),
        };
    }
}

/// Serves requests with one model until the next load, which it returns.
fn serve_model(
    backend: &LlamaBackend,
    load_id: u64,
    loaded: &Loaded,
    requests: &Receiver<Request>,
) -> Option<Request> {
    let mut session = match Session::open(loaded, backend) {
        Ok(session) => session,
        Err(failure) => {
            reply(load_id, Event::Failed { failure });
            return requests.recv().ok();
        }
    };
    reply(load_id, Event::Loaded { model: loaded.description.clone() });
    loop {
        let (id, outcome) = match requests.recv().ok()? {
            request @ Request::Load { .. } => return Some(request),
            Request::Stop { .. } => continue,
            Request::Generate { id, prompt } => {
                STOPS.begin(id);
                let outcome = session.generate(&prompt, |event| reply(id, event));
                (id, outcome.map(|usage| Event::Done { usage }))
            }
            Request::Count { id, texts } => {
                let count = |text: &String| loaded.tokenize(text, false).len() as u32;
                (id, Ok(Event::Counted { tokens: texts.iter().map(count).collect() }))
            }
            Request::Bench { id, prompt, generate, repetitions } => {
                STOPS.begin(id);
                let outcome = session.bench(prompt, generate, repetitions);
                (id, outcome.map(|result| Event::Benched { result }))
            }
        };
        STOPS.end();
        reply(id, outcome.unwrap_or_else(|failure| Event::Failed { failure }));
    }
}

fn reply(id: u64, event: Event) {
    let mut output = std::io::stdout().lock();
    if wire::write(&mut output, &Reply { id, event }).and_then(|()| output.flush()).is_err() {
        // Nobody reads any more.
        std::process::exit(0);
    }
}
