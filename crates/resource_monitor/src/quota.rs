//! How much CPU time a process' control groups give it.
//!
//! A container does not hide the cores of the machine. It is told how much
//! time it may use in each tenth of a second, on whichever cores; when that
//! is used up, all its processes are stopped until the next tenth. That is
//! what `docker run --cpus 1.5` and a limit in Kubernetes do.
//!
//! Source: the kernel's documentation, [version 2][two] and [version 1][one].
//!
//! [two]: https://docs.kernel.org/admin-guide/cgroup-v2.html
//! [one]: https://docs.kernel.org/scheduler/sched-bwc.html

use std::fs::read_to_string;
use std::path::Path;

use crate::groups::Groups;

/// The tightest quota of the groups that a process is in, in cores: that of
/// each group holds for all the groups in it.
pub(crate) fn quota(groups: &Groups) -> Option<f64> {
    let directories = groups.directories("cpu");
    directories.filter_map(|group| quota_of(&group)).reduce(f64::min)
}

/// What one group says: `cpu.max` holds the time and the period, and `max`
/// for no quota; in version 1 each has a file, and -1 is for none.
fn quota_of(group: &Path) -> Option<f64> {
    let read = |file: &str| read_to_string(group.join(file)).ok();
    let text = read("cpu.max").or_else(|| {
        Some(read("cpu.cfs_quota_us")? + &read("cpu.cfs_period_us")?)
    })?;
    let (time, period) = text.trim().split_once(char::is_whitespace)?;
    let time = time.parse().ok().filter(|time: &f64| *time > 0.0)?;
    let period = period.trim().parse().ok().filter(|p: &f64| *p > 0.0)?;
    Some(time / period)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use crate::groups::fake::{TWO, directories, groups};

    use super::*;

    const ONE: &str = "31 24 0:27 / TOP rw - cgroup cgroup rw,cpu,cpuacct\n";

    fn found(top: &TempDir, group: &str, mounted: &str) -> Option<f64> {
        quota(&groups(top, group, mounted))
    }

    #[test]
    fn a_quota_of_version_2_is_found_in_cpu_max() {
        for (text, quota) in [
            ("150000 100000\n", Some(1.5)),
            ("10000 100000\n", Some(0.1)),
            ("200000 50000\n", Some(4.0)),
            ("max 100000\n", None),
            ("", None),
            ("nonsense\n", None),
            ("0 100000\n", None),
            ("100000 0\n", None),
        ] {
            let top = directories(&[("inner/cpu.max", text)]);
            assert_eq!(found(&top, "0::/inner\n", TWO), quota, "{text}");
        }
    }

    #[test]
    fn a_quota_of_version_1_is_found_in_two_files() {
        for (time, quota) in [("250000", Some(2.5)), ("-1", None)] {
            let top = directories(&[
                ("inner/cpu.cfs_quota_us", &format!("{time}\n")),
                ("inner/cpu.cfs_period_us", "100000\n"),
            ]);
            let group = "5:cpu,cpuacct:/inner\n4:memory:/elsewhere\n";
            assert_eq!(found(&top, group, ONE), quota, "{time}");
        }
    }

    #[test]
    fn the_tightest_quota_of_all_groups_around_counts() {
        let top = directories(&[
            ("cpu.max", "800000 100000"),
            ("outer/cpu.max", "200000 100000"),
            ("outer/inner/cpu.max", "max 100000"),
            ("outer/inner/innermost/cpu.max", "300000 100000"),
        ]);
        let of = |group: &str| found(&top, &format!("0::{group}\n"), TWO);
        assert_eq!(of("/outer/inner/innermost"), Some(2.0));
        assert_eq!(of("/outer/inner"), Some(2.0));
        assert_eq!(of("/"), Some(8.0));
        assert_eq!(of("/not/there"), Some(8.0));
    }

    #[test]
    fn without_control_groups_there_is_no_quota() {
        let top = directories(&[]);
        assert_eq!(found(&top, "0::/\n", TWO), None);
        assert_eq!(found(&top, "", ""), None);
    }
}
