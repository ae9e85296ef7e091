//! What models would take on this machine, told without loading them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::process::Command;

/// How long the estimates are waited for: a driver that hangs must not hold up a list.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether memory holds a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// In what is free now.
    Now,
    /// In all that the machine has, once the present model and other programs give theirs back.
    Alone,
    /// Not on this machine.
    Never,
}

/// What a model would take, reckoned from its header by the plan that it would be loaded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Weights, KV cache and compute buffers, in bytes.
    pub bytes: u64,
    /// Whether there is room; `None` where the system does not tell.
    pub fit: Option<Fit>,
}

/// What models would take, and what there is for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimates {
    /// Of each model in the order asked; `None` for what cannot be read as one.
    pub models: Vec<Option<Estimate>>,
    /// Memory that is free now, in bytes, where the system tells.
    pub free: Option<u64>,
    /// Memory that there is, in bytes, where the system tells.
    pub all: Option<u64>,
}

impl Estimates {
    /// Whether memory holds so many bytes; `None` where the system does not tell.
    pub fn fit(&self, bytes: u64) -> Option<Fit> {
        match (self.free, self.all) {
            (Some(free), _) if bytes <= free => Some(Fit::Now),
            (_, Some(all)) if bytes <= all => Some(Fit::Alone),
            (_, Some(_)) => Some(Fit::Never),
            (_, None) => None,
        }
    }
}

/// The estimates of `models`; none of any where the engine cannot be asked. The process that is asked ends with its
/// answer, so that a header that crashes it crashes nothing else.
pub async fn estimate(executable: &Path, models: &[PathBuf]) -> Estimates {
    let told = tokio::time::timeout(PATIENCE, ask(executable, models)).await.ok().flatten();
    let whole = told.filter(|estimates| estimates.models.len() == models.len());
    whole.unwrap_or_else(|| Estimates { models: vec![None; models.len()], ..Estimates::default() })
}

async fn ask(executable: &Path, models: &[PathBuf]) -> Option<Estimates> {
    let mut command = Command::new(executable);
    command.arg("--estimate").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().ok()?;
    let (mut stdin, mut stdout) = (child.stdin.take()?, child.stdout.take()?);
    wire::send(&mut stdin, &models).await.ok()?;
    wire::receive(&mut stdout).await.ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_reckoned_is_held_against_the_same_memory() {
        let here = Estimates { models: Vec::new(), free: Some(100), all: Some(200) };
        let table = [(100, Some(Fit::Now)), (101, Some(Fit::Alone)), (201, Some(Fit::Never))];
        for (bytes, fit) in table {
            assert_eq!(here.fit(bytes), fit, "{bytes}");
        }
        assert_eq!(Estimates::default().fit(1), None);
    }

    #[tokio::test]
    async fn an_engine_that_is_not_there_estimates_nothing() {
        let models = [PathBuf::from("a.gguf"), PathBuf::from("b.gguf")];
        let estimates = estimate(Path::new("no-such-engine"), &models).await;
        assert_eq!(estimates, Estimates { models: vec![None, None], free: None, all: None });
    }
}
