//! `lab draft`: a draft by a real model, written to files, and what the rules of official writing say of it.

use std::io::Write;
use std::path::{Path, PathBuf};

use assistant::Stop;
use drafting::{
    Draft, Format, Inputs, Labels, Order, Passage, Progress, Task, Tasks, draft, export, lacking, plain, text,
};
use engine::LoadOptions;
use library::Facts;
use serde_json::{Value, json};
use wire::Failure;

use crate::{ask, places};

/// The most passages that are looked for in the documents.
const PASSAGES: usize = 12;

/// How it is drafted.
pub struct Settings<'a> {
    /// The task's id.
    pub task: &'a str,
    /// A TOML file of the inputs.
    pub inputs: &'a Path,
    /// A folder of documents that it may rest on.
    pub docs: Option<&'a Path>,
    /// A folder of templates beside those of the program.
    pub templates: Option<&'a Path>,
    /// What is written.
    pub out: &'a [PathBuf],
    /// The grade that the files have.
    pub grade: Option<&'a str>,
    /// Whether the files say that a model wrote them.
    pub notice: bool,
    /// 0 for the likeliest draft.
    pub seed: u32,
}

/// Drafts, writes the files, and prints what the style checker finds.
pub async fn run(settings: &Settings<'_>, model: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let formats = settings.out.iter().map(|path| Format::of(path)).collect::<Result<Vec<_>, _>>()?;
    let grade: Option<policy::Grade> = settings.grade.map(str::parse).transpose()?;
    let tasks = Tasks::load(settings.templates);
    for broken in &tasks.broken {
        eprintln!("{}", Failure::from(broken.clone()));
    }
    let task = tasks.find(settings.task)?;
    let inputs = read_inputs(settings.inputs)?;
    let passages = match settings.docs {
        Some(docs) => passages(docs, &inputs).await?,
        None => Vec::new(),
    };
    let engine = places::engine()?;
    engine.load(&places::model(model)?, LoadOptions::default(), |_| {}).await?;
    let order = Order { task, inputs: &inputs, passages: &passages, seed: settings.seed };
    let drafted = draft(&engine, &order, &Stop::default(), |progress| show(&progress, json)).await?;
    let labels = Labels { grade, notice: settings.notice, sources: drafted.sources.clone() };
    for (path, format) in settings.out.iter().zip(formats) {
        let unwritable = |error| Failure::new("export_failed", "파일을 저장하지 못했습니다.", error);
        std::fs::write(path, export(&drafted.document, format, &labels)?).map_err(unwritable)?;
        let lacking: String = lacking(&drafted.document, format, &labels)?.into_iter().collect();
        if !lacking.is_empty() {
            eprintln!("{}: 글꼴에 없어 네모로 보이는 글자: {lacking}", path.display());
        }
    }
    print(task, &drafted, &Facts::of(&order.given()), json);
    Ok(())
}

fn read_inputs(file: &Path) -> Result<Inputs, Failure> {
    let unreadable = |detail: String| {
        let detail = format!("{}: {detail}", file.display());
        Failure::new(
            "inputs_unreadable",
            "입력 파일을 읽지 못했습니다. ‘항목 = \"내용\"’의 꼴로 적어 주십시오.",
            detail,
        )
    };
    let written = std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
    toml::from_str(&written).map_err(|error| unreadable(error.to_string()))
}

/// The passages of the documents that have most to do with the inputs.
async fn passages(docs: &Path, inputs: &Inputs) -> Result<Vec<Passage>, Failure> {
    let (library, documents) = ask::open(docs, &places::folders()?.cache_dir().join("lab")).await?;
    places::embed(&library).await?;
    let question = inputs.values().map(String::as_str).collect::<Vec<_>>().join("\n");
    let hits = library.retrieve(&question, Some(&documents), PASSAGES).await?;
    let passage = |hit: library::Hit| Passage { source: hit.passage.file, text: hit.passage.text };
    Ok(hits.into_iter().map(passage).collect())
}

fn show(progress: &Progress, json: bool) {
    match progress {
        Progress::Prefill { done, total } if !json => eprint!("\r읽는 중입니다 ({done}/{total}토큰)   "),
        Progress::Document(document) if !json => eprint!("\r쓰는 중입니다 ({}자)   ", text(document).chars().count()),
        _ => {}
    }
    let _ = std::io::stderr().flush();
}

fn print(task: &Task, drafted: &Draft, given: &Facts, json: bool) {
    let plain = plain(&drafted.document, &drafted.sources);
    let findings = style::check(&plain);
    let unfounded = library::unfounded(&plain, given);
    let usage = drafted.usage;
    if json {
        let findings: Vec<Value> = findings
            .iter()
            .map(|finding| {
                json!({
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "found": finding.found,
                    "fix": finding.fix,
                    "message": finding.message,
                })
            })
            .collect();
        let report = json!({
            "task": task.id,
            "text": plain,
            "document": drafted.document,
            "sources": drafted.sources,
            "cited": drafted.cited,
            "cut": drafted.cut,
            "findings": findings,
            "unfounded": unfounded,
            "prompt_tokens": usage.prompt_tokens,
            "generated_tokens": usage.generated_tokens,
            "seconds": (usage.prefill_ms + usage.generate_ms) / 1e3,
        });
        println!("{report}");
        return;
    }
    eprintln!();
    println!("{plain}");
    if drafted.cut {
        println!("(끝까지 쓰지 못했습니다.)");
    }
    for number in &drafted.cited {
        let source = number.checked_sub(1).and_then(|at| drafted.sources.get(at)).map_or("", String::as_str);
        println!("  [{number}] {source}");
    }
    println!("근거 확인 필요: {}줄", unfounded.len());
    for line in unfounded {
        println!("  {line}");
    }
    println!("문장 점검: {}건", findings.len());
    for finding in &findings {
        let fix = finding.fix.as_ref().map_or_else(String::new, |fix| format!(" → ‘{fix}’"));
        println!("  {}: ‘{}’{fix}", finding.rule.korean(), finding.found);
    }
}
