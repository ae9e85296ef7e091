use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Registry};

use crate::{Coded, Rotating};

/// The most bytes of a file of the log, and the files beside the one that is written to: a mebibyte in all.
const MOST: (u64, u32) = (256 << 10, 3);

/// Begins to log: to standard error, and in `folder` where one is given. What is logged is said by the environment's
/// `variable`, or else by `usual` (`warn`, `library=debug`). Panics are logged by their place: what one says of itself may
/// quote a text.
///
/// Records of the crate `log` are not taken: other crates write paths into them.
///
/// # Errors
/// Why there is no file; standard error has the log all the same.
pub fn start(folder: Option<&Path>, variable: &str, usual: &str) -> io::Result<()> {
    let mut sinks: Vec<Box<dyn Write + Send>> = vec![Box::new(io::stderr())];
    let file = folder.map(|folder| Rotating::open(folder, MOST.0, MOST.1)).transpose();
    let outcome = file.map(|file| sinks.extend(file.map(|file| Box::new(file) as Box<dyn Write + Send>)));
    let filter = EnvFilter::try_from_env(variable).unwrap_or_else(|_| EnvFilter::new(usual));
    let subscriber = Registry::default().with(filter).with(Coded::new(sinks, now_ms));
    // `SubscriberInitExt::init` would take the records of `log`, too.
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
    std::panic::set_hook(Box::new(panicked));
    outcome
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn panicked(panic: &PanicHookInfo<'_>) {
    let (place, line) = panic.location().map_or_else(Default::default, |at| (place(at.file()), at.line()));
    tracing::error!(place, line, "a panic");
}

/// `src-tauri/crates/library/src/index.rs` as a word: its last folder and its name.
fn place(file: &str) -> String {
    let mut parts: Vec<&str> = file.rsplit(['/', '\\']).take(2).collect();
    parts.reverse();
    parts.join("_").replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_is_one_word() {
        let table = [
            ("src-tauri/crates/library/src/index.rs", "src_index_rs"),
            ("src\\app.rs", "src_app_rs"),
            ("main.rs", "main_rs"),
            ("", ""),
        ];
        for (file, wanted) in table {
            assert_eq!(place(file), wanted);
        }
    }
}
