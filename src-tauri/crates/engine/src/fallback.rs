//! What an engine process is started with, and with what less after it crashed.
//!
//! Drivers of graphics cards crash, and so does code for a processor that promises more than it keeps, as some virtual
//! machines do. Neither tells whose fault it was, so an engine that died before it had computed anything is started
//! again one step down, and stays there as long as this program runs. The first thing given up is a draft model.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use serde::{Deserialize, Serialize};

/// How much of a model may lie on a GPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GpuUse {
    /// All layers that fit.
    #[default]
    All,
    /// At most half of the layers.
    Half,
    /// The drivers are not even loaded.
    None,
}

/// Which build of llama.cpp's CPU code is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CpuUse {
    /// The best that the processor says it can run.
    #[default]
    Best,
    /// The best other than this one.
    Without(String),
    /// The one that asks least of a processor.
    Baseline,
}

/// What an engine process is started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launch {
    /// The GPU's part.
    pub gpu: GpuUse,
    /// The processor's.
    pub cpu: CpuUse,
}

impl Launch {
    /// As arguments of `naratmal-engine`.
    pub fn arguments(&self) -> Vec<String> {
        let gpu = match self.gpu {
            GpuUse::All => None,
            GpuUse::Half => Some("--half-gpu"),
            GpuUse::None => Some("--cpu-only"),
        };
        let cpu = match &self.cpu {
            CpuUse::Best => Vec::new(),
            CpuUse::Without(variant) => vec!["--avoid".to_owned(), variant.clone()],
            CpuUse::Baseline => vec!["--baseline".to_owned()],
        };
        gpu.map(str::to_owned).into_iter().chain(cpu).collect()
    }

    /// What [`Launch::arguments`] made; `None` where they are no such arguments.
    pub fn from_arguments(arguments: impl IntoIterator<Item = String>) -> Option<Self> {
        let mut launch = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--half-gpu" => launch.gpu = GpuUse::Half,
                "--cpu-only" => launch.gpu = GpuUse::None,
                "--baseline" => launch.cpu = CpuUse::Baseline,
                "--avoid" => launch.cpu = CpuUse::Without(arguments.next()?),
                _ => return None,
            }
        }
        Some(launch)
    }
}

/// What an engine process finds; `naratmal-engine --machine` writes it and ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The build of llama.cpp's CPU code that it loads, such as "haswell"; empty where there is only one.
    pub variant: String,
    /// The build that asks least of a processor.
    pub baseline: String,
    /// The GPUs that it would use.
    pub gpu: Option<String>,
}

/// The ways down from a launch that crashes. The first is always [`Launch::default`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ladder {
    now: Launch,
    below: Option<VecDeque<Launch>>,
    /// Draft models that an engine crashed with.
    drafts: Vec<PathBuf>,
}

impl Ladder {
    /// What an engine process is to be started with.
    pub fn launch(&self) -> &Launch {
        &self.now
    }

    /// True once it is known what lies below.
    pub fn is_built(&self) -> bool {
        self.below.is_some()
    }

    /// No engine is given this draft model any more: one crashed with it.
    pub fn give_up_draft(&mut self, path: PathBuf) {
        self.drafts.push(path);
    }

    /// True where an engine crashed with this draft model.
    pub fn has_given_up_draft(&self, path: &Path) -> bool {
        self.drafts.iter().any(|given_up| given_up == path)
    }

    /// Lays out what lies below, for a machine that was looked at; `None` for one that cannot be: even looking crashed.
    pub fn build(&mut self, machine: Option<&Machine>) {
        let launch = |gpu, cpu| Launch { gpu, cpu };
        let mut below = VecDeque::new();
        let gpu = machine.is_none_or(|machine| machine.gpu.is_some());
        if gpu && machine.is_some() {
            below.push_back(launch(GpuUse::Half, CpuUse::Best));
            below.push_back(launch(GpuUse::None, CpuUse::Best));
        }
        let rest = if gpu { GpuUse::None } else { GpuUse::All };
        if let Some(machine) = machine.filter(|machine| machine.variant != machine.baseline) {
            below.push_back(launch(rest, CpuUse::Without(machine.variant.clone())));
        }
        if machine.is_none_or(|machine| machine.variant != machine.baseline) {
            below.push_back(launch(rest, CpuUse::Baseline));
        }
        self.below = Some(below);
    }

    /// Takes the next step down; false where there is none.
    pub fn step_down(&mut self) -> bool {
        let next = self.below.as_mut().and_then(VecDeque::pop_front);
        let stepped = next.is_some();
        if let Some(next) = next {
            self.now = next;
        }
        stepped
    }
}

/// True where a process ended by its own fault: an instruction that the processor lacks, a wild pointer, an assertion.
/// A kill is somebody's wish, or the kernel's for want of memory, and says nothing about drivers.
#[cfg(unix)]
pub fn is_crash(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    const SIGILL: i32 = 4;
    const SIGABRT: i32 = 6;
    const SIGSEGV: i32 = 11;
    matches!(status.signal(), Some(SIGILL | SIGABRT | SIGSEGV))
}

/// As on Unix; Windows tells faults by the error bits of the exit status.
#[cfg(not(unix))]
pub fn is_crash(status: ExitStatus) -> bool {
    status.code().is_some_and(|code| code.cast_unsigned() >= 0xC000_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(variant: &str, gpu: Option<&str>) -> Machine {
        Machine { variant: variant.into(), baseline: "x64".into(), gpu: gpu.map(str::to_owned) }
    }

    fn steps(machine: Option<&Machine>) -> Vec<String> {
        let mut ladder = Ladder::default();
        assert_eq!(ladder.launch().arguments(), [""; 0], "the first launch gives nothing up");
        ladder.build(machine);
        let mut steps = Vec::new();
        while ladder.step_down() {
            steps.push(ladder.launch().arguments().join(" "));
        }
        steps
    }

    #[test]
    fn each_step_gives_up_the_least_that_may_be_at_fault() {
        let table: [(&str, Option<Machine>, &[&str]); 5] = [
            (
                "GPU and a fine processor",
                Some(machine("zen4", Some("GPU"))),
                &["--half-gpu", "--cpu-only", "--cpu-only --avoid zen4", "--cpu-only --baseline"],
            ),
            ("no GPU", Some(machine("zen4", None)), &["--avoid zen4", "--baseline"]),
            ("an old processor", Some(machine("x64", None)), &[]),
            ("an old processor with a GPU", Some(machine("x64", Some("GPU"))), &["--half-gpu", "--cpu-only"]),
            ("even looking crashes", None, &["--cpu-only --baseline"]),
        ];
        for (name, machine, wanted) in table {
            assert_eq!(steps(machine.as_ref()), wanted, "{name}");
        }
    }

    #[test]
    fn below_the_last_step_there_is_none_and_the_last_stays() {
        let mut ladder = Ladder::default();
        assert!(!ladder.is_built());
        assert!(!ladder.step_down(), "nothing is known yet");
        ladder.build(Some(&machine("haswell", None)));
        assert!(ladder.step_down() && ladder.step_down() && !ladder.step_down());
        assert_eq!(ladder.launch().cpu, CpuUse::Baseline);
    }

    #[test]
    fn a_draft_model_is_given_up_alone_and_another_one_may_be_tried() {
        let mut ladder = Ladder::default();
        ladder.give_up_draft("/models/small.gguf".into());
        assert!(ladder.has_given_up_draft(Path::new("/models/small.gguf")));
        assert!(!ladder.has_given_up_draft(Path::new("/models/other.gguf")));
        assert_eq!((ladder.launch(), ladder.is_built()), (&Launch::default(), false), "the machine is not to blame");
    }

    #[test]
    fn a_launch_is_read_back_from_its_arguments() {
        for gpu in [GpuUse::All, GpuUse::Half, GpuUse::None] {
            for cpu in [CpuUse::Best, CpuUse::Without("sapphirerapids".into()), CpuUse::Baseline] {
                let launch = Launch { gpu, cpu };
                assert_eq!(Launch::from_arguments(launch.arguments()), Some(launch));
            }
        }
        for wrong in [vec!["--avoid"], vec!["--gpu"], vec!["zen4"]] {
            assert_eq!(Launch::from_arguments(wrong.iter().map(|argument| (*argument).to_owned())), None, "{wrong:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_fault_is_told_from_a_kill_and_from_an_end() {
        use std::os::unix::process::ExitStatusExt;
        for (raw, wanted) in [(4, true), (6, true), (11, true), (9, false), (15, false), (0, false), (1 << 8, false)] {
            assert_eq!(is_crash(ExitStatus::from_raw(raw)), wanted, "{raw}");
        }
    }
}
