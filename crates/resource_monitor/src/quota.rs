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
use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, MountInfos, Process};
use procfs::{ProcResult, ProcessCGroups};

/// The quota of this process, in cores; `None` where there is none, or none
/// that we can see.
pub(crate) fn own_quota() -> Option<f64> {
    let (groups, mounts) = own_groups().ok()?;
    quota(&groups, &mounts)
}

fn own_groups() -> ProcResult<(ProcessCGroups, MountInfos)> {
    let process = Process::myself()?;
    Ok((process.cgroups()?, process.mountinfo()?))
}

// ANCHOR: quota
/// The tightest quota of the groups that a process is in: that of each group
/// holds for all the groups in it.
fn quota(groups: &ProcessCGroups, mounts: &MountInfos) -> Option<f64> {
    let directories = own_directories(groups, mounts);
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
// ANCHOR_END: quota

/// The directories of the groups, from the innermost on. There may be two
/// hierarchies at once, of which one controls the CPU time.
fn own_directories(
    groups: &ProcessCGroups,
    mounts: &MountInfos,
) -> impl Iterator<Item = PathBuf> {
    let pairs = groups.into_iter().flat_map(|group| {
        let mounted = mounts.iter().filter(|mount| {
            let controls = mount.super_options.contains_key("cpu");
            match &mount.fs_type[..] {
                "cgroup2" => group.hierarchy == 0,
                "cgroup" => controls && is_of_cpu(&group.controllers),
                _ => false,
            }
        });
        mounted.filter_map(|mount| below(mount, &group.pathname))
    });
    pairs.flat_map(|(top, inner)| {
        let ancestors: Vec<_> = inner.ancestors().map(Path::to_owned).collect();
        ancestors.into_iter().take_while(move |path| path.starts_with(&top))
    })
}

fn is_of_cpu(controllers: &[String]) -> bool {
    controllers.iter().any(|controller| controller == "cpu")
}

/// Where the group `path` is found: the top of what is mounted, and the
/// group in it. In a container only a part of the hierarchy may be mounted.
fn below(mount: &MountInfo, path: &str) -> Option<(PathBuf, PathBuf)> {
    let inner = Path::new(path).strip_prefix(&mount.root).ok()?;
    let top = mount.mount_point.clone();
    let inner = top.join(inner);
    Some((top, inner))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use procfs::FromRead as _;
    use tempfile::{TempDir, tempdir};

    use super::*;

    /// A directory that looks like control groups: files and what they say.
    fn groups(files: &[(&str, &str)]) -> TempDir {
        let top = tempdir().unwrap();
        for (file, text) in files {
            let file = top.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        top
    }

    /// The quota of a process in this group, of what is mounted so.
    fn found(top: &TempDir, group: &str, mounted: &str) -> Option<f64> {
        let top = top.path().display().to_string();
        let mounted = mounted.replace("TOP", &top);
        let groups = ProcessCGroups::from_read(group.as_bytes()).unwrap();
        let mounts = MountInfos::from_read(mounted.as_bytes()).unwrap();
        quota(&groups, &mounts)
    }

    const TWO: &str = "30 24 0:26 / TOP rw - cgroup2 cgroup2 rw\n";
    const ONE: &str = "31 24 0:27 / TOP rw - cgroup cgroup rw,cpu,cpuacct\n";

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
            let top = groups(&[("inner/cpu.max", text)]);
            assert_eq!(found(&top, "0::/inner\n", TWO), quota, "{text}");
        }
    }

    #[test]
    fn a_quota_of_version_1_is_found_in_two_files() {
        for (time, quota) in [("250000", Some(2.5)), ("-1", None)] {
            let top = groups(&[
                ("inner/cpu.cfs_quota_us", &format!("{time}\n")),
                ("inner/cpu.cfs_period_us", "100000\n"),
            ]);
            let group = "5:cpu,cpuacct:/inner\n4:memory:/elsewhere\n";
            assert_eq!(found(&top, group, ONE), quota, "{time}");
        }
    }

    #[test]
    fn the_tightest_quota_of_all_groups_around_counts() {
        let top = groups(&[
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
    fn of_a_hierarchy_that_is_mounted_in_part_the_part_is_enough() {
        let part = "30 24 0:26 /outer TOP rw - cgroup2 cgroup2 rw\n";
        let top = groups(&[("inner/cpu.max", "100000 100000")]);
        assert_eq!(found(&top, "0::/outer/inner\n", part), Some(1.0));
        assert_eq!(found(&top, "0::/elsewhere\n", part), None);
    }

    #[test]
    fn without_control_groups_there_is_no_quota() {
        let top = groups(&[]);
        assert_eq!(found(&top, "0::/\n", TWO), None);
        assert_eq!(found(&top, "", ""), None);
        let _ = own_quota();
    }
}
