//! A name left in `/dev/shm`. Alone in its file, because cargo runs file
//! after file: other tests would think that the name is theirs.

mod common;

use std::fs::remove_file;
use std::process::id;

use common::{assert_all_gone, examination};

#[test]
fn a_name_left_in_shared_memory_is_told() {
    let name = format!("misbehaving-{}", id());
    let mut running = examination("shared_memory").arg(&name).start();
    let trouble = running.end().expect_err("the name is still there");
    remove_file(format!("/dev/shm/{name}")).unwrap();
    assert!(trouble.to_string().contains(&name), "{trouble}");
    let [_, seen] = running.printed();
    assert!(seen.contains("it left names in /dev/shm"), "{seen}");
    assert!(seen.contains(&name), "{seen}");
    assert_all_gone("shared_memory");
}
