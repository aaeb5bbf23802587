//! What stands in memory that processes share, read from outside, as lesson 8
//! lays it out.

use std::collections::BTreeMap;
use std::fs::{self, read_dir};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The first bytes of such memory.
const MAGIC: &[u8] = b"MPSHARED";

/// Where its type stands: the letter that Python's `struct` has for it.
const TYPE: usize = 12;

/// Where its numbers begin.
const NUMBERS: usize = 64;

/// The numbers in each piece of lesson 8's memory that all of these processes
/// have open. Others may write meanwhile: let them come to rest first.
#[must_use]
pub fn shared_numbers(pids: &[u32]) -> Vec<Vec<f64>> {
    let mut open = pids.iter().map(|pid| open_files(*pid));
    let mut shared = open.next().unwrap_or_default();
    for others in open {
        shared.retain(|file, _| others.contains_key(file));
    }
    shared.values().filter_map(|path| numbers(path)).collect()
}

/// The files that a process has open, by device and inode. A memfd is one of
/// them.
fn open_files(pid: u32) -> BTreeMap<(u64, u64), PathBuf> {
    let descriptors = read_dir(format!("/proc/{pid}/fd"));
    let paths = descriptors.into_iter().flatten().flatten().map(|it| it.path());
    let files = paths.filter_map(|path| {
        let about = fs::metadata(&path).ok()?;
        // To open a pipe could take for ever.
        about.is_file().then(|| ((about.dev(), about.ino()), path))
    });
    files.collect()
}

/// `None` where it is something else.
fn numbers(path: &Path) -> Option<Vec<f64>> {
    let bytes = fs::read(path).ok()?;
    if !bytes.starts_with(MAGIC) {
        return None;
    }
    let (header, numbers) = bytes.split_at_checked(NUMBERS)?;
    Some(match header[TYPE] {
        b'?' | b'B' => numbers.iter().map(|byte| f64::from(*byte)).collect(),
        b'i' => each(numbers, |it| f64::from(i32::from_ne_bytes(it))),
        b'I' => each(numbers, |it| f64::from(u32::from_ne_bytes(it))),
        b'q' => each(numbers, |it| rounded(i64::from_ne_bytes(it).into())),
        b'Q' => each(numbers, |it| rounded(u64::from_ne_bytes(it).into())),
        b'd' => each(numbers, f64::from_ne_bytes),
        _ => return None,
    })
}

fn each<const BYTES: usize>(
    numbers: &[u8],
    read: impl Fn([u8; BYTES]) -> f64,
) -> Vec<f64> {
    numbers.as_chunks().0.iter().map(|bytes| read(*bytes)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "exercises count to less")]
fn rounded(number: i128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use shared_memory_demo::{Array, Backing};

    use super::*;

    #[test]
    fn numbers_are_read_with_a_name_and_without() {
        let this = std::process::id();
        let named = Array::new(&[1_i64, -2, 3]).unwrap();
        let nameless = Array::new_in(Backing::Memfd, &[0.5]).unwrap();
        let both = shared_numbers(&[this, this]);
        assert!(both.contains(&vec![1.0, -2.0, 3.0]), "{both:?}");
        assert!(both.contains(&vec![0.5]), "{both:?}");
        drop((named, nameless));
    }

    #[test]
    fn what_only_one_has_open_is_not_shared() {
        let alone = Array::new(&[7_u8, 9]).unwrap();
        let nobody = shared_numbers(&[std::process::id(), 1]);
        assert!(!nobody.contains(&vec![7.0, 9.0]), "{nobody:?}");
        drop(alone);
    }
}
