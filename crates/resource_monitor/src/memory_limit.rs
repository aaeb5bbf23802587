//! How much memory a process' control groups leave it.
//!
//! What a group uses is more than what its processes have: the contents of
//! files that they have read or written, which the kernel keeps as long as
//! there is room, count as well. Those that nobody has used for a while it
//! gives up before it kills anybody, so they are as good as free. Kubernetes
//! reckons in the same way: it calls the rest the working set.
//!
//! Source: the kernel's documentation, [version 2][two] and [version 1][one].
//!
//! [two]: https://docs.kernel.org/admin-guide/cgroup-v2.html
//! [one]: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html

use std::fs::read_to_string;
use std::path::Path;

use crate::groups::Groups;
use crate::sizing::MemoryLimit;

/// The limit that leaves the least, of the groups that a process is in: that
/// of each group holds for all the groups in it together. One that is higher
/// than what the machine has is none.
pub(crate) fn memory_limit(
    groups: &Groups,
    machine_bytes: u64,
) -> Option<MemoryLimit> {
    let directories = groups.directories("memory");
    directories
        .filter_map(|group| limit_of(&group))
        .filter(|limit| limit.limit_bytes < machine_bytes)
        .min_by_key(|limit| limit.left_bytes)
}

/// What one group says, by the names of version 2 or of version 1. For no
/// limit the former says `max`, the latter an enormous number.
fn limit_of(group: &Path) -> Option<MemoryLimit> {
    let read = |file: &str| read_to_string(group.join(file)).ok();
    let bytes = |file: &str| read(file)?.trim().parse::<u64>().ok();
    let limit_bytes =
        bytes("memory.max").or_else(|| bytes("memory.limit_in_bytes"))?;
    let used =
        bytes("memory.current").or_else(|| bytes("memory.usage_in_bytes"))?;
    let statistics = read("memory.stat").unwrap_or_default();
    let working_set = used.saturating_sub(unused_files(&statistics));
    let left_bytes = limit_bytes.saturating_sub(working_set);
    Some(MemoryLimit { limit_bytes, left_bytes })
}

/// The contents of files that nobody has used for a while. In version 1 the
/// total has those of the groups within, too; in version 2 there is only one.
fn unused_files(statistics: &str) -> u64 {
    let value = |name: &str| {
        let mut lines = statistics.lines().filter_map(|l| l.split_once(' '));
        let (_, value) = lines.find(|(its, _)| *its == name)?;
        value.parse().ok()
    };
    let bytes = value("total_inactive_file").or_else(|| value("inactive_file"));
    bytes.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use crate::groups::fake::{TWO, directories, groups};

    use super::*;

    const ONE: &str = "31 24 0:27 / TOP rw - cgroup cgroup rw,memory\n";

    /// The limit and what is left of it, on a machine with 1000 bytes.
    fn found(top: &TempDir, group: &str, mounted: &str) -> Option<(u64, u64)> {
        let limit = memory_limit(&groups(top, group, mounted), 1000)?;
        Some((limit.limit_bytes, limit.left_bytes))
    }

    #[test]
    fn what_the_kernel_can_give_up_is_left_in_version_2() {
        let statistics = "anon 300\nfile 250\ninactive_file 200\n\
                          active_file 50\ntotal_nonsense 7\n";
        for (limit, used, statistics, expected) in [
            ("900\n", "550\n", statistics, Some((900, 550))),
            ("900\n", "550\n", "anon 550\n", Some((900, 350))),
            ("900\n", "550\n", "inactive_file nonsense", Some((900, 350))),
            // Read one after the other, they need not match.
            ("900\n", "100\n", statistics, Some((900, 900))),
            ("500\n", "900\n", statistics, Some((500, 0))),
            ("max\n", "550\n", statistics, None),
            ("1000\n", "550\n", statistics, None),
            ("", "", "", None),
        ] {
            let top = directories(&[
                ("inner/memory.max", limit),
                ("inner/memory.current", used),
                ("inner/memory.stat", statistics),
            ]);
            let found = found(&top, "0::/inner\n", TWO);
            assert_eq!(found, expected, "{used} of {limit}");
        }
    }

    #[test]
    fn what_the_kernel_can_give_up_is_left_in_version_1() {
        for (limit, expected) in
            [("900\n", Some((900, 550))), ("9223372036854771712\n", None)]
        {
            let top = directories(&[
                ("inner/memory.limit_in_bytes", limit),
                ("inner/memory.usage_in_bytes", "550\n"),
                (
                    "inner/memory.stat",
                    "inactive_file 10\ntotal_inactive_file 200\n",
                ),
            ]);
            let group = "5:cpu:/elsewhere\n4:memory:/inner\n";
            assert_eq!(found(&top, group, ONE), expected, "{limit}");
        }
    }

    #[test]
    fn the_limit_that_leaves_the_least_of_all_groups_around_counts() {
        let top = directories(&[
            ("memory.max", "800"),
            ("memory.current", "700"),
            ("outer/memory.max", "max"),
            ("outer/memory.current", "600"),
            ("outer/inner/memory.max", "200"),
            ("outer/inner/memory.current", "50"),
        ]);
        let of = |group: &str| found(&top, &format!("0::{group}\n"), TWO);
        assert_eq!(of("/outer/inner"), Some((800, 100)));
        assert_eq!(of("/"), Some((800, 100)));
        assert_eq!(found(&top, "", ""), None);
    }
}
