//! Bytes that can be used without swapping, and that there are.

use std::path::Path;

/// Bytes free, where the system tells: the machine's, or this process's control group's where that has less.
pub fn available() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| machine_free(&text));
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = group_free(&groups, Path::new("/sys/fs/cgroup"));
    match (machine, group) {
        (Some(machine), Some(group)) => Some(machine.min(group)),
        (machine, group) => machine.or(group),
    }
}

/// Bytes that there are, free or not: the machine's, or what this process's control group may take where that is less.
pub fn total() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| in_meminfo(&text, "MemTotal:"));
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = group_least(&groups, Path::new("/sys/fs/cgroup"), limit_of);
    machine.map(|machine| group.map_or(machine, |group| machine.min(group)))
}

fn machine_free(meminfo: &str) -> Option<u64> {
    in_meminfo(meminfo, "MemAvailable:")
}

fn in_meminfo(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// Where a version of control groups keeps what.
struct Files {
    limit: &'static str,
    used: &'static str,
    /// Of what is used, what the kernel would give back: pages of files.
    given_back: [&'static str; 2],
}

const VERSION_1: Files = Files {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    given_back: ["total_inactive_file", "total_active_file"],
};
const VERSION_2: Files =
    Files { limit: "memory.max", used: "memory.current", given_back: ["inactive_file", "active_file"] };

/// The least that any of this process's groups, or a group that those lie in, has left.
fn group_free(groups: &str, mounted: &Path) -> Option<u64> {
    group_least(groups, mounted, free_in)
}

/// The least of a measure over this process's groups and the groups that those lie in. `groups` is `/proc/self/cgroup`.
/// Inside a container the outer groups cannot be seen and the inner one is the mounted folder.
fn group_least(groups: &str, mounted: &Path, measure: fn(&Path, &Files) -> Option<u64>) -> Option<u64> {
    let of_line = |line: &str| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let (root, files) = match controllers {
            "" => (mounted.to_owned(), VERSION_2),
            some if some.split(',').any(|controller| controller == "memory") => (mounted.join("memory"), VERSION_1),
            _ => return None,
        };
        let group = Path::new(path.trim_start_matches('/'));
        group.ancestors().filter_map(|group| measure(&root.join(group), &files)).min()
    };
    groups.lines().filter_map(of_line).min()
}

fn free_in(group: &Path, files: &Files) -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(group.join(name)).ok();
    let limit = limit_of(group, files)?;
    let used: u64 = read(files.used)?.trim().parse().ok()?;
    let statistics = read("memory.stat").unwrap_or_default();
    let given_back = files.given_back.iter().filter_map(|name| statistic(&statistics, name));
    Some(limit.saturating_sub(used.saturating_sub(given_back.sum())))
}

fn limit_of(group: &Path, files: &Files) -> Option<u64> {
    // "max" is no number and no limit.
    std::fs::read_to_string(group.join(files.limit)).ok()?.trim().parse().ok()
}

fn statistic(statistics: &str, name: &str) -> Option<u64> {
    statistics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn the_kernels_own_estimate_is_read() {
        let table = [
            ("MemTotal:  100 kB\nMemAvailable:     2048 kB\n", Some(2 << 20)),
            ("MemAvailable: 18446744073709551615 kB", None),
            ("MemAvailable: many kB", None),
            ("MemFree: 1 kB", None),
        ];
        for (text, wanted) in table {
            assert_eq!(machine_free(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_tightest_group_counts_and_pages_of_files_are_free() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, files: &[(&str, String)]| {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
            for (name, text) in files {
                std::fs::write(folder.path().join(path).join(name), text).unwrap();
            }
        };
        write("user", &[("memory.max", "max\n".into()), ("memory.current", "5\n".into())]);
        let inner = [
            ("memory.max", format!("{}\n", 4 * GIB)),
            ("memory.current", format!("{}\n", 3 * GIB)),
            ("memory.stat", format!("anon 7\ninactive_file {GIB}\nactive_file {}\nfile 9\n", GIB / 2)),
        ];
        write("user/app", &inner);
        let old = [
            ("memory.limit_in_bytes", format!("{}", 2 * GIB)),
            ("memory.usage_in_bytes", format!("{GIB}")),
            ("memory.stat", format!("inactive_file 1\ntotal_inactive_file {}\n", GIB / 4)),
        ];
        write("memory", &old);
        let table = [
            ("0::/user/app\n", Some(2 * GIB + GIB / 2)),
            ("0::/user\n", None),
            ("0::/\n", None),
            ("5:cpu,cpuacct:/\n4:memory:/gone/inside/a/container\n", Some(GIB + GIB / 4)),
            ("4:memory:/\n0::/user/app", Some(GIB + GIB / 4)),
            ("", None),
            ("nonsense", None),
        ];
        for (groups, wanted) in table {
            assert_eq!(group_free(groups, folder.path()), wanted, "{groups:?}");
        }
    }
}
