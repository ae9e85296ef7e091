//! Wherever the renames are interrupted, what is there afterwards is wholly the old or wholly the new.

use std::collections::BTreeMap;

use super::*;
use crate::folder::Workspace;

type Files = BTreeMap<String, String>;

/// Those of the data folder that belong together, and what is in them.
fn files(data: &Path) -> Files {
    let text = |path: PathBuf| match path.is_dir() {
        true => fs::read_to_string(path.join("inside")).unwrap(),
        false => fs::read_to_string(path).unwrap(),
    };
    NAMES.iter().filter(|name| data.join(name).exists()).map(|name| ((*name).to_owned(), text(data.join(name)))).collect()
}

fn fill(folder: &Path, names: &[&str], word: &str) -> Files {
    for name in names {
        match ["index", "prompts", TEMPLATES].contains(name) {
            true => {
                make(&folder.join(name)).unwrap();
                fs::write(folder.join(name).join("inside"), word).unwrap();
            }
            false => fs::write(folder.join(name), word).unwrap(),
        }
    }
    names.iter().map(|name| ((*name).to_owned(), word.to_owned())).collect()
}

const BROUGHT: [&str; 4] = [DATABASE, "keys.json", "audit.anchor", TEMPLATES];

/// What was there: everything, a fresh folder, and something in between.
const BEFORE: [&[&str]; 3] = [&NAMES, &[], &[DATABASE, "keys.json", "index", "attempts.json"]];

struct Case {
    folder: tempfile::TempDir,
    old: Files,
    new: Files,
}

impl Case {
    fn new(before: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("other"), "stays").unwrap();
        let old = fill(folder.path(), before, "old");
        let restore = prepare(folder.path()).unwrap();
        let new = fill(&restore.join(NEW), &BROUGHT, "new");
        Self { folder, old, new }
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }

    fn now(&self) -> Files {
        assert_eq!(fs::read_to_string(self.data().join("other")).unwrap(), "stays");
        files(self.data())
    }

    fn left(&self) -> bool {
        self.data().join(FOLDER).exists()
    }
}

/// Fails at the step of this number, from 0, as if the program were killed there.
fn killed_at(step: usize) -> impl FnMut() -> io::Result<()> {
    let mut done = 0;
    move || {
        done += 1;
        if done > step { Err(io::Error::other("killed")) } else { Ok(()) }
    }
}

/// Runs `work` with a kill at each of its steps, and looks at what came of it; gives how many steps there are.
fn at_every_step(before: &[&str], begin: impl Fn(&Case), work: impl Fn(&Path, Act<'_>) -> Result<()>, look: impl Fn(&Case, usize)) -> usize {
    for step in 0.. {
        let case = Case::new(before);
        begin(&case);
        let done = work(case.data(), &mut killed_at(step)).is_ok();
        // The next start may be killed as well.
        let _ = hold(case.data()).map(|_held| finish(case.data(), &mut killed_at(1)));
        settle(case.data()).unwrap();
        look(&case, step);
        if done {
            return step;
        }
    }
    unreachable!("it ends")
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_or_the_new() {
    let mut tries = 0;
    for before in BEFORE {
        tries += at_every_step(before, |_| {}, put, |case, step| {
            // Only before there is a journal is it the old.
            assert_eq!(case.now(), if step == 0 { case.old.clone() } else { case.new.clone() }, "step {step}");
            assert_eq!(case.left(), step > 0);
        });
    }
    println!("kills while a restore takes place: {tries} tries, 0 losses");
    assert!(tries > 15, "{tries}");
}

#[test]
fn a_restore_is_taken_back_whole_also_where_that_is_killed() {
    let mut tries = 0;
    for before in BEFORE {
        let placed = |case: &Case| {
            put(case.data(), &mut || Ok(())).unwrap();
            // What the program made since does not stay.
            fs::write(case.data().join("naratmal.db-wal"), "since").unwrap();
        };
        tries += at_every_step(before, placed, |data, act| back(data, act).map(drop), |case, step| {
            let since = Files::from([("naratmal.db-wal".to_owned(), "since".to_owned())]);
            let new = case.new.clone().into_iter().chain(since).collect();
            assert_eq!(case.now(), if step == 0 { new } else { case.old.clone() }, "step {step}");
            assert_eq!(case.left(), step == 0);
        });
    }
    println!("kills while a restore is taken back: {tries} tries, 0 losses");
    assert!(tries > 15, "{tries}");
}

#[test]
fn what_was_there_is_kept_until_the_new_was_opened() {
    let placed = |case: &Case| {
        put(case.data(), &mut || Ok(())).unwrap();
        assert_eq!(files(&case.data().join(FOLDER).join(OLD)), case.old);
    };
    at_every_step(&NAMES, placed, keep_by, |case, step| {
        assert_eq!(case.now(), case.new, "step {step}");
        assert_eq!(case.left(), step == 0);
    });
}

#[test]
fn what_was_only_prepared_is_gone_at_the_next_start() {
    let case = Case::new(&NAMES);
    settle(case.data()).unwrap();
    assert_eq!((case.now(), case.left()), (case.old.clone(), false));
    assert!(!take_back(case.data()).unwrap());
    keep(case.data()).unwrap();
    assert_eq!(case.now(), case.old);
}

#[test]
fn a_restore_that_nobody_opened_is_undone_before_the_next_one() {
    let case = Case::new(&NAMES);
    put(case.data(), &mut || Ok(())).unwrap();
    prepare(case.data()).unwrap();
    assert_eq!(case.now(), case.old);
}

#[test]
fn one_window_does_it_at_a_time() {
    let case = Case::new(&NAMES);
    let held = hold(case.data()).unwrap();
    assert_eq!(settle(case.data()).unwrap_err().code(), "backup_busy");
    drop(held);
    settle(case.data()).unwrap();
}

#[test]
fn a_workspace_begins_empty_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("left"), "").unwrap();
    let work = Workspace::new(path.clone()).unwrap();
    assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    drop(work);
    assert!(!path.exists());
}
