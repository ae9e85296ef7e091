//! `lab bench documents`: pages a second of the reader, beside the tool that an office would use for the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use documents::Document;
use serde_json::{Value, json};
use wire::Failure;

use crate::{folder, places};

/// Characters on a page of A4 as an office writes it, for formats that do not count pages.
const PAGE: usize = 1800;

/// What is timed beside the reader, for one format.
enum Rival {
    /// Started once a file, as the reader is.
    PerFile(&'static str, &'static [&'static str]),
    /// Started once for all files, which spares it its start-up.
    Together { to: &'static str },
}

fn rival(format: &str) -> Option<(&'static str, Rival)> {
    Some(match format {
        "pdf" => ("pdftotext", Rival::PerFile("pdftotext", &["-enc", "UTF-8", "{}", "-"])),
        "hwp" => ("hwp5txt", Rival::PerFile("hwp5txt", &["{}"])),
        "docx" => ("LibreOffice", Rival::Together { to: "txt:Text (encoded):UTF8" }),
        "xlsx" | "xls" => ("LibreOffice", Rival::Together { to: "csv" }),
        "pptx" => ("LibreOffice", Rival::Together { to: "pdf" }),
        _ => return None,
    })
}

#[derive(Default)]
struct Figures {
    files: Vec<PathBuf>,
    pages: usize,
    ours: Duration,
}

/// Reads every file below `folder` that both can read, one after the other, and times both in one run.
pub async fn run(folder: &Path, json: bool) -> Result<(), Failure> {
    // The tools beside it read no pictures either.
    let reader = places::reader()?.with_recognition(None);
    let mut formats: BTreeMap<String, Figures> = BTreeMap::new();
    let mut theirs: BTreeMap<String, (usize, Duration)> = BTreeMap::new();
    // Text has no pages that could be compared.
    let texts = ["txt", "csv"];
    for file in folder::files(folder)? {
        if file.extension().is_none_or(|extension| texts.iter().any(|text| extension == *text)) {
            continue;
        }
        let format = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let started = Instant::now();
        let Ok(document) = reader.read(&file).await else { continue };
        let took = started.elapsed();
        let figures = formats.entry(format.clone()).or_default();
        figures.pages += pages(&document);
        figures.ours += took;
        // Directly after the other, so that both meet the same machine.
        if let Some((_, Rival::PerFile(program, arguments))) = rival(&format)
            && let Some(took) = timed(Command::new(program).args(filled(arguments, &file)))
        {
            let (read, sum) = theirs.entry(format).or_default();
            *read += 1;
            *sum += took;
        }
        figures.files.push(file);
    }
    for (format, figures) in &formats {
        if let Some((_, Rival::Together { to })) = rival(format)
            && let Some(took) = office(to, &figures.files)
        {
            theirs.insert(format.clone(), (figures.files.len(), took));
        }
    }
    let rows: Vec<Value> = formats.iter().map(|(format, figures)| row(format, figures, theirs.get(format))).collect();
    if json {
        println!("{}", json!({ "formats": rows }));
        return Ok(());
    }
    println!("{:<7}{:>6}{:>7}{:>14}  {:<12}{:>14}{:>8}", "format", "files", "pages", "ours pages/s", "other", "its pages/s", "ratio");
    for row in rows {
        let number = |key: &str| row[key].as_f64().map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
        println!(
            "{:<7}{:>6}{:>7}{:>14}  {:<12}{:>14}{:>8}",
            row["format"].as_str().unwrap_or_default(),
            row["files"].as_u64().unwrap_or_default(),
            row["pages"].as_u64().unwrap_or_default(),
            number("pages_per_s"),
            row["rival"].as_str().unwrap_or("-"),
            number("rival_pages_per_s"),
            number("ratio")
        );
    }
    Ok(())
}

fn row(format: &str, figures: &Figures, theirs: Option<&(usize, Duration)>) -> Value {
    let rate = |took: Duration| figures.pages as f64 / took.as_secs_f64();
    let ours = rate(figures.ours);
    let their = theirs.map(|(_, took)| rate(*took));
    json!({
        "format": format,
        "files": figures.files.len(),
        "pages": figures.pages,
        "seconds": figures.ours.as_secs_f64(),
        "pages_per_s": ours,
        "rival": theirs.and(rival(format)).map(|(name, _)| name),
        "rival_files": theirs.map(|(files, _)| files),
        "rival_seconds": theirs.map(|(_, took)| took.as_secs_f64()),
        "rival_pages_per_s": their,
        "ratio": their.map(|their| ours / their),
    })
}

fn pages(document: &Document) -> usize {
    let counted = document.pages.map(|pages| pages as usize);
    counted.unwrap_or_else(|| document.text().chars().count().div_ceil(PAGE)).max(1)
}

fn filled(arguments: &[&str], file: &Path) -> Vec<PathBuf> {
    let fill = |argument: &&str| if *argument == "{}" { file.to_owned() } else { PathBuf::from(argument) };
    arguments.iter().map(fill).collect()
}

/// How long it ran; `None` where it is not installed. A file that it cannot read still took its time.
fn timed(command: &mut Command) -> Option<Duration> {
    let started = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    Some(started.elapsed())
}

/// LibreOffice, with a profile of its own so that no running one answers.
fn office(to: &str, files: &[PathBuf]) -> Option<Duration> {
    let scratch = std::env::temp_dir().join(format!("lab-office-{}", std::process::id()));
    let profile = format!("-env:UserInstallation=file://{}", scratch.join("profile").display());
    let out = scratch.join("out");
    let mut command = Command::new("soffice");
    command.args([&profile, "--headless", "--convert-to", to, "--outdir"]).arg(&out).args(files);
    let took = timed(&mut command);
    // Left behind at worst in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&scratch);
    took
}
