use std::fs;
use std::thread::available_parallelism;

/// The machine, as far as it says why a model does or does not run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// The system as it calls itself: "Ubuntu 24.04.1 LTS".
    pub system: String,
    /// The kernel's version; `None` where the system does not tell it so.
    pub kernel: Option<String>,
    /// "x86_64".
    pub architecture: String,
    /// Threads that run at once.
    pub cores: Option<usize>,
    /// All of the memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// What of it can be had now, in bytes.
    pub free_bytes: Option<u64>,
}

impl Machine {
    /// This one. What the system does not tell is `None`. The machine's own name and the person's are not looked at.
    pub fn this() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let memory = read("/proc/meminfo").unwrap_or_default();
        Self {
            system: read("/etc/os-release").and_then(|text| pretty_name(&text)).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
            architecture: std::env::consts::ARCH.to_owned(),
            cores: available_parallelism().ok().map(Into::into),
            memory_bytes: bytes_of(&memory, "MemTotal"),
            free_bytes: bytes_of(&memory, "MemAvailable"),
        }
    }
}

/// `PRETTY_NAME` of an `os-release`.
fn pretty_name(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty())
}

/// A line of `/proc/meminfo`, which counts in kibibytes.
fn bytes_of(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_called_as_it_calls_itself() {
        let table = [
            ("NAME=\"Ubuntu\"\nPRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\n", Some("Ubuntu 24.04.1 LTS")),
            ("PRETTY_NAME='Debian GNU/Linux 12 (bookworm)'", Some("Debian GNU/Linux 12 (bookworm)")),
            ("PRETTY_NAME=\"\"\n", None),
            ("NAME=x\n", None),
        ];
        for (text, wanted) in table {
            assert_eq!(pretty_name(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn memory_is_told_in_bytes() {
        let text = "MemTotal:       16316420 kB\nMemFree: 1 kB\nMemAvailable:    8000000 kB\n";
        let table = [
            ("MemTotal", Some(16_316_420 * 1024)),
            ("MemAvailable", Some(8_000_000 * 1024)),
            ("Mem", None),
            ("SwapTotal", None),
        ];
        for (name, wanted) in table {
            assert_eq!(bytes_of(text, name), wanted, "{name}");
        }
        assert_eq!(bytes_of("MemTotal: 99999999999999999999 kB", "MemTotal"), None);
        assert_eq!(bytes_of(&format!("MemTotal: {} kB", u64::MAX), "MemTotal"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_has_cores_and_memory() {
        let this = Machine::this();
        assert!(this.cores > Some(0) && this.memory_bytes > Some(1 << 20) && this.free_bytes <= this.memory_bytes, "{this:?}");
    }
}
