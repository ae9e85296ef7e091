//! Processes that are killed at any moment.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use wire::Failure;

use super::made::Made;
use super::talk::{self, Promises};
use super::{Row, Setting, failed};
use crate::kill;

/// As the kernel keeps a program's name: 15 bytes of it.
const READER: &str = "naratmal-reader";

pub fn while_documents_are_read(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let report = kill::measured(setting.tries as usize * 8, setting.tries, 1, setting.folder, false)?;
    let running = report["kills"].as_array().into_iter().flatten().filter(|kill| kill["was_running"] == json!(true)).count();
    let losses = if report["ok"] == json!(true) { Vec::new() } else { vec![report.to_string()] };
    Ok(Row {
        kind: "SIGKILL while documents are read",
        tries: setting.tries,
        losses,
        note: format!("{running} while it ran, {} documents", report["documents"]),
    })
}

pub fn while_a_conversation_is_kept(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let (mut promises, mut losses) = (Promises::default(), Vec::new());
    for number in 1..=setting.tries {
        let mut child = talk::start(setting.folder)?;
        // Opening takes some of it: a kill may fall there, too.
        std::thread::sleep(Duration::from_millis(20 + setting.random.below(400)));
        child.kill().map_err(failed)?;
        promises.add(talk::said(&mut child));
        child.wait().map_err(failed)?;
        losses.extend(promises.broken(setting.folder)?.into_iter().map(|loss| format!("kill {number}: {loss}")));
    }
    if promises.messages() == 0 {
        losses.push("nothing was ever kept: this kind shows nothing".to_owned());
    }
    let note = format!("{} messages were promised", promises.messages());
    Ok(Row { kind: "SIGKILL while a conversation is kept", tries: setting.tries, losses, note })
}

/// Each try kills whichever reader runs at that moment.
pub fn the_reader(setting: &mut Setting<'_>) -> Result<Row, Failure> {
    let files = setting.tries as usize * 4;
    let made = Made::new(setting.folder.join("docs"), setting.folder.join("data"), files, 1)?;
    let (mut killed, mut losses) = (0, Vec::new());
    // What a kill cost is read again by the next run, whose readers are killed in turn.
    for _ in 0..20 {
        let mut child = made.start()?;
        while killed < setting.tries && child.try_wait().map_err(failed)?.is_none() {
            if setting.random.below(3) == 0 {
                killed += u32::from(kill_a_reader_of(child.id()));
            }
            std::thread::sleep(Duration::from_millis(5 + setting.random.below(30)));
        }
        if let Err(loss) = Made::ended(child)? {
            losses.push(loss);
        }
        if killed == setting.tries {
            break;
        }
        // All are read: they are read anew.
        std::fs::remove_dir_all(&made.data).map_err(failed)?;
    }
    losses.extend(made.losses(&mut setting.random)?);
    Ok(Row { kind: "reader killed", tries: killed, losses, note: format!("{files} documents") })
}

/// True where one ran, and was killed.
fn kill_a_reader_of(process: u32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> =
        children.flat_map(|line| line.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>()).collect();
    let is_reader = |child: &u32| {
        std::fs::read_to_string(Path::new("/proc").join(child.to_string()).join("comm")).is_ok_and(|name| name.trim() == READER)
    };
    let Some(reader) = children.into_iter().find(is_reader) else { return false };
    std::process::Command::new("kill").args(["-9", &reader.to_string()]).stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success())
}
