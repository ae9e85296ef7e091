use std::io::Write;
use std::path::{Path, PathBuf};

use assistant::{Answer, Assistant, Progress, Question, Scope, Stop};
use engine::LoadOptions;
use library::{Analyzer, Library};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wire::Failure;

use crate::{folder, places};

/// `lab ask`: each question in a conversation of its own, all on one loaded model.
pub async fn run(docs: &Path, questions: &[String], model: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let library = open(docs, &places::folders()?.cache_dir().join("lab")).await?;
    let documents = library.1;
    places::embed(&library.0).await?;
    let engine = places::engine()?;
    engine.load(&places::model(model)?, LoadOptions::default(), |_| {}).await?;
    let assistant = Assistant::new(engine);
    for (conversation, text) in (0..).zip(questions) {
        let scope = Scope::Documents(library.0.clone(), documents.clone());
        let (history, text) = (Vec::new(), text.clone());
        let question = Question { conversation, history, text, scope, seed: 0, another: false };
        // A failed answer is one line like any other, so that a long run goes on.
        let answer = assistant.ask(question, &Stop::default(), |progress| show(progress, json)).await;
        match (json, &answer.failure) {
            (true, _) => println!("{}", report(&answer)),
            (false, Some(failure)) => println!("{failure}"),
            (false, None) => print_sources(&answer),
        }
    }
    Ok(())
}

/// The questions of a file with one `{"query": …}` a line.
///
/// # Errors
/// `questions_unreadable`, with the line.
pub fn read_questions(file: &Path) -> Result<Vec<String>, Failure> {
    let unreadable = |detail: String| Failure::new("questions_unreadable", "질문 파일을 읽지 못했습니다.", detail);
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(format!("{}: {error}", file.display())))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let value: Value =
                serde_json::from_str(line).map_err(|error| unreadable(format!("line {}: {error}", number + 1)))?;
            ["query", "question"]
                .iter()
                .find_map(|key| value[key].as_str())
                .or(value.as_str())
                .map(str::to_owned)
                .ok_or_else(|| unreadable(format!("line {}: no query", number + 1)))
        })
        .collect()
}

fn show(progress: Progress, json: bool) {
    if json {
        return;
    }
    match progress {
        Progress::Thought(_) => {}
        Progress::Token(text) => print!("{text}"),
        Progress::Prefill { done, total } => eprint!("\r자료를 읽는 중입니다 ({done}/{total}토큰)   {}", if done == total { "\r\n" } else { "" }),
        Progress::Rewritten(question) => eprintln!("찾는 질문: {question}"),
        Progress::Reading { done, total } => eprintln!("자료를 처음부터 읽는 중입니다 ({done}/{total}부분)"),
        Progress::Searching => {}
    }
    let _ = std::io::stdout().flush();
}

fn print_sources(answer: &Answer) {
    println!("\n\n{}", answer.text);
    for citation in &answer.citations {
        let page = citation.page.map_or_else(String::new, |page| format!(" · {}쪽", page.number()));
        println!("  [{}] {}{page} · {}", citation.mark, citation.file, citation.heading_path.join(" > "));
        println!("      “{}”", citation.quote);
    }
}

fn report(answer: &Answer) -> Value {
    let citations: Vec<Value> = answer
        .citations
        .iter()
        .map(|citation| {
            json!({
                "mark": citation.mark,
                "file": citation.file,
                "page": citation.page.map(|page| page.number()),
                "section": citation.section,
                "heading_path": citation.heading_path,
                "quote": citation.quote,
            })
        })
        .collect();
    let usage = answer.usage;
    json!({
        "answer": answer.text,
        "refused": answer.refused,
        "citations": citations,
        "error": answer.failure,
        "coverage": answer.coverage,
        "basis": answer.basis,
        "ttft_ms": answer.ttft_ms,
        "prompt_tokens": usage.map(|usage| usage.prompt_tokens),
        "cached_tokens": usage.map(|usage| usage.cached_tokens),
        "tokens_per_s": usage.filter(|usage| usage.generate_ms > 0.0)
            .map(|usage| f64::from(usage.generated_tokens) / usage.generate_ms * 1e3),
    })
}

/// The library of a folder's documents, kept in `cache` under the hash of their names and contents.
pub async fn open(docs: &Path, cache: &Path) -> Result<(Library, Vec<i64>), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new("folder_unreadable", "자료 폴더를 읽지 못했습니다.", format!("{}: {error}", docs.display()))
    };
    let files = folder::files(docs)?;
    let mut hash = Sha256::new();
    let mut contents = Vec::new();
    for path in &files {
        let content = Sha256::digest(std::fs::read(path).map_err(unreadable)?);
        hash.update(path.strip_prefix(docs).unwrap_or(path).to_string_lossy().as_bytes());
        hash.update(content);
        contents.push(format!("{content:x}"));
    }
    let analyzer = Analyzer::load(&places::dictionary()?)?;
    hash.update(library::versions(&analyzer));
    let folder = cache.join(format!("{:x}", hash.finalize()));
    let vault = places::open_vault(&folder.join("lab.db"))?;
    let library = places::open_library(vault.clone(), &folder.join("index"), analyzer)?;
    let reader = places::reader()?;
    let mut known = vault.documents()?;
    for (path, sha256) in files.iter().zip(&contents) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if known.iter().any(|row| row.name == name && row.state == vault::DocumentState::Ready) {
            continue;
        }
        let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
        match reader.read(path).await {
            Ok(document) => {
                let id = vault.add_document(&name, path, bytes, 0)?;
                library.put(id, sha256, &document)?;
            }
            Err(failure) => eprintln!("{name}: {failure}"),
        }
    }
    known = vault.documents()?;
    let ready = known.iter().filter(|row| row.state == vault::DocumentState::Ready);
    Ok((library, ready.map(|row| row.id).collect()))
}
