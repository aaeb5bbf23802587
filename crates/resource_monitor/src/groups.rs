//! Where the control groups of a process are found.
//!
//! Each is a directory, with a file for each of its figures and limits. A
//! process is in one group, and in all those around it.
//!
//! Source: the kernel's documentation, [version 2][two] and [version 1][one].
//!
//! [two]: https://docs.kernel.org/admin-guide/cgroup-v2.html
//! [one]: https://docs.kernel.org/admin-guide/cgroup-v1/cgroups.html

use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, MountInfos, Process};
use procfs::{ProcResult, ProcessCGroups};

/// The groups that a process is in, and what is mounted where.
pub(crate) struct Groups {
    groups: ProcessCGroups,
    mounts: MountInfos,
}

impl Groups {
    /// Those of this process.
    pub(crate) fn own() -> ProcResult<Self> {
        let process = Process::myself()?;
        let (groups, mounts) = (process.cgroups()?, process.mountinfo()?);
        Ok(Self { groups, mounts })
    }

    /// The directories of those that may limit this resource, from the
    /// innermost on. There may be two hierarchies at once, of which one
    /// limits it.
    pub(crate) fn directories(
        &self,
        controller: &str,
    ) -> impl Iterator<Item = PathBuf> {
        let pairs = (&self.groups).into_iter().flat_map(move |group| {
            let ours = group.controllers.iter().any(|own| own == controller);
            let mounted = self.mounts.iter().filter(move |mount| {
                let controls = mount.super_options.contains_key(controller);
                match &mount.fs_type[..] {
                    "cgroup2" => group.hierarchy == 0,
                    "cgroup" => controls && ours,
                    _ => false,
                }
            });
            mounted.filter_map(|mount| below(mount, &group.pathname))
        });
        pairs.flat_map(|(top, inner)| {
            let around: Vec<_> =
                inner.ancestors().map(Path::to_owned).collect();
            around.into_iter().take_while(move |path| path.starts_with(&top))
        })
    }
}

/// Where the group `path` is found: the top of what is mounted, and the
/// group in it. In a container only a part of the hierarchy may be mounted.
fn below(mount: &MountInfo, path: &str) -> Option<(PathBuf, PathBuf)> {
    let inner = Path::new(path).strip_prefix(&mount.root).ok()?;
    let top = mount.mount_point.clone();
    let inner = top.join(inner);
    Some((top, inner))
}

/// Directories that look like control groups.
#[cfg(test)]
pub(crate) mod fake {
    use std::fs;

    use procfs::FromRead as _;
    use tempfile::{TempDir, tempdir};

    use super::*;

    /// Version 2, mounted as [`groups`] expects it.
    pub(crate) const TWO: &str = "30 24 0:26 / TOP rw - cgroup2 cgroup2 rw\n";

    /// Files, and what they say.
    pub(crate) fn directories(files: &[(&str, &str)]) -> TempDir {
        let top = tempdir().unwrap();
        for (file, text) in files {
            let file = top.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        top
    }

    /// The groups of a process in `group`, of what is mounted so at `TOP`.
    pub(crate) fn groups(top: &TempDir, group: &str, mounted: &str) -> Groups {
        let top = top.path().display().to_string();
        let mounted = mounted.replace("TOP", &top);
        let groups = ProcessCGroups::from_read(group.as_bytes()).unwrap();
        let mounts = MountInfos::from_read(mounted.as_bytes()).unwrap();
        Groups { groups, mounts }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::{TWO, directories, groups};

    #[test]
    fn the_groups_around_one_are_found_up_to_what_is_mounted() {
        let top = directories(&[]);
        let found = |group: &str, mounted: &str| -> Vec<_> {
            let groups = groups(&top, group, mounted);
            groups.directories("cpu").collect()
        };
        let inner = top.path().join("inner");
        let around = [inner, top.path().to_owned()];
        assert_eq!(found("0::/inner\n", TWO), around);
        let part = TWO.replace("/ TOP", "/outer TOP");
        assert_eq!(found("0::/outer/inner\n", &part), around);
        assert!(found("0::/elsewhere\n", &part).is_empty());
        let one = "31 24 0:27 / TOP rw - cgroup cgroup rw,cpu,cpuacct\n";
        assert_eq!(found("5:cpu,cpuacct:/inner\n", one), around);
        assert!(found("4:memory:/inner\n", one).is_empty());
        assert!(found("", "").is_empty());
    }
}
