//! What is measured after a round, of every process of the program and of every part of the person's profile.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::figures::{Key, Measure, Sample};
use crate::process::{self, Life};

/// The kernel keeps 15 bytes of a program's name.
const READER: &str = "naratmal-reader";
const ENGINE: &str = "naratmal-engine";
/// How often it is looked for processes that live for a moment.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What an entry of the audit trail takes on the disk at most: the trail is never cut, so it alone may grow.
const TRAIL_ENTRY_BYTES: f64 = 1024.0;

/// Looks at the program's processes as long as it lives.
pub struct Watch {
    seen: Arc<Seen>,
    looking: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    /// Every process of the program that was ever seen.
    lives: Mutex<BTreeSet<(Life, String)>>,
    /// The most memory that a reader was seen with since the last sample, in bytes.
    reader_peak: AtomicU64,
    ended: AtomicBool,
}

impl Watch {
    /// Begins to look at `program`.
    pub fn begin(program: &Path) -> Self {
        let seen = Arc::<Seen>::default();
        let (program, looked) = (program.to_owned(), seen.clone());
        let looking = std::thread::spawn(move || {
            while !looked.ended.load(Ordering::Relaxed) {
                looked.look(&program);
                std::thread::sleep(LOOK_EVERY);
            }
        });
        Self { seen, looking: Some(looking) }
    }

    /// The most memory of a reader since this was asked before.
    fn reader_peak(&self) -> u64 {
        self.seen.reader_peak.swap(0, Ordering::Relaxed)
    }

    /// The names of those that were ever seen and that still run, once they had `patience` to end.
    pub fn orphans(mut self, patience: Duration) -> Vec<String> {
        self.end();
        let lives = self.seen.lives.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let begun = std::time::Instant::now();
        loop {
            let left: Vec<String> = lives.iter().filter(|(life, _)| life.goes_on()).map(|(_, name)| name.clone()).collect();
            if left.is_empty() || begun.elapsed() > patience {
                return left;
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn end(&mut self) {
        self.seen.ended.store(true, Ordering::Relaxed);
        if let Some(looking) = self.looking.take() {
            // It does not panic.
            let _ = looking.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

impl Seen {
    fn look(&self, program: &Path) {
        for number in process::family(program) {
            let name = process::name(number);
            if name == READER {
                let bytes = process::proportional_bytes(number).unwrap_or_default();
                self.reader_peak.fetch_max(bytes, Ordering::Relaxed);
            }
            if let Some(life) = process::life(number) {
                self.lives.lock().unwrap_or_else(PoisonError::into_inner).insert((life, name));
            }
        }
    }
}

/// Measures the processes of `program`, its first one being the window's; `embedding` is the embedding model's file name.
pub fn processes(program: &Path, embedding: Option<&str>, watch: &Watch) -> Sample {
    let family = process::family(program);
    let mut sample = Sample::new();
    let mut add = |name: &str, measure, value: f64| *sample.entry((name.to_owned(), measure)).or_insert(0.0) += value;
    let mut readers = 0.0;
    for (at, number) in family.iter().enumerate() {
        let name = process::name(*number);
        let role = match name.as_str() {
            _ if at == 0 => "window",
            READER => {
                readers += 1.0;
                continue;
            }
            ENGINE if embedding.is_some_and(|model| process::maps(*number, model)) => "embedder",
            ENGINE => "engine",
            other => other,
        };
        // What ended meanwhile holds nothing.
        let measured = (process::proportional_bytes(*number), process::descriptors(*number), process::threads(*number));
        if let (Some(memory), Some(descriptors), Some(threads)) = measured {
            add(role, Measure::Memory, memory as f64);
            add(role, Measure::Descriptors, descriptors as f64);
            add(role, Measure::Threads, threads as f64);
        }
    }
    add("readers at rest", Measure::Processes, readers);
    add("all", Measure::Processes, family.len() as f64);
    let peak = watch.reader_peak();
    if peak > 0 {
        add("readers", Measure::Peak, peak as f64);
    }
    sample
}

/// Measures the profile in `home`; `trail` is how many entries the audit trail has, which are left out.
pub fn profile(home: &Path, trail: u64) -> Sample {
    let mut sample = Sample::new();
    for part in ["database", "index", "prompts", "other"] {
        for measure in [Measure::Bytes, Measure::Files] {
            sample.insert(key(part, measure), 0.0);
        }
    }
    add_files(home, home, &mut sample);
    if let Some(bytes) = sample.get_mut(&key("database", Measure::Bytes)) {
        *bytes = (*bytes - trail as f64 * TRAIL_ENTRY_BYTES).max(0.0);
    }
    sample
}

fn key(part: &str, measure: Measure) -> Key {
    (format!("profile: {part}"), measure)
}

/// The part of the profile that a file belongs to.
fn part(home: &Path, path: &Path) -> &'static str {
    let below = path.strip_prefix(home.join("naratmal")).unwrap_or(path);
    match below.iter().next().and_then(|first| first.to_str()).unwrap_or_default() {
        name if name.starts_with("naratmal.db") => "database",
        "index" => "index",
        "prompts" => "prompts",
        _ => "other",
    }
}

fn add_files(home: &Path, folder: &Path, sample: &mut Sample) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        // What set-up brought is a link, and not the person's. What went meanwhile takes no room.
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() {
            add_files(home, &entry.path(), sample);
        } else if about.is_file() {
            let part = part(home, &entry.path());
            // What it takes on the disk: a sparse file takes less than it is long.
            *sample.entry(key(part, Measure::Bytes)).or_insert(0.0) += (about.blocks() * 512) as f64;
            *sample.entry(key(part, Measure::Files)).or_insert(0.0) += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_measured_by_its_parts_without_links_and_without_the_trail() {
        let home = tempfile::tempdir().unwrap();
        let put = |path: &str, kilobytes: usize| {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![1; kilobytes * 1024]).unwrap();
        };
        for (path, kilobytes) in
            [("naratmal/naratmal.db", 64), ("naratmal/naratmal.db-wal", 32), ("naratmal/index/a.term", 8), ("config/a/b", 4)]
        {
            put(path, kilobytes);
        }
        std::os::unix::fs::symlink(home.path().join("naratmal"), home.path().join("naratmal/models")).unwrap();
        let sample = profile(home.path(), 16);
        let table = [
            ("database", Measure::Bytes, 80.0 * 1024.0),
            ("database", Measure::Files, 2.0),
            ("index", Measure::Bytes, 8.0 * 1024.0),
            ("prompts", Measure::Bytes, 0.0),
            ("prompts", Measure::Files, 0.0),
            ("other", Measure::Files, 1.0),
        ];
        for (of, measure, wanted) in table {
            assert_eq!(sample[&key(of, measure)], wanted, "{of} {measure:?}");
        }
    }

    #[test]
    fn what_a_program_leaves_running_is_told_and_what_it_ends_is_not() {
        let folder = tempfile::tempdir().unwrap();
        // A copy, so that no other process of this machine runs the same program.
        let program = folder.path().join("shell");
        std::fs::copy(std::fs::canonicalize("/bin/sh").unwrap(), &program).unwrap();
        for (script, left) in [("sleep 60 & sleep 1; true", vec!["sleep"]), ("sleep 1; true", vec![])] {
            let watch = Watch::begin(&program);
            let mut child = std::process::Command::new(&program).args(["-c", script]).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(600));
            let sample = processes(&program, None, &watch);
            assert!(sample[&("window".to_owned(), Measure::Memory)] > 0.0);
            assert_eq!(sample[&("readers at rest".to_owned(), Measure::Processes)], 0.0);
            let sleeping: Vec<u32> = process::family(&program).into_iter().skip(1).collect();
            child.wait().unwrap();
            assert_eq!(watch.orphans(Duration::from_secs(1)), left, "{script}");
            for process in sleeping {
                let _ = std::process::Command::new("kill").arg(process.to_string()).stderr(std::process::Stdio::null()).status();
            }
        }
    }
}
