//! Two tabs: in one something runs, and the other one has to wait.

use std::thread::sleep;
use std::time::Duration;

use crate::checks::{COMMAND, MAIN};
use crate::panel::Panel;
use crate::reader::Reader;

const LASTING: &str = "cargo run -p resource_monitor";
const OTHER: &str = "cargo run -p pool_map";

const BUSY: &str =
    "something else is running: stop it first, perhaps in another tab";

pub(crate) fn the_other_tab_has_to_wait(reader: &Reader) {
    let first = reader.open("resource_monitor.html");
    let lasting = Panel::of(&first, LASTING);
    let second = reader.open("pool_map.html");
    let other = Panel::of(&second, OTHER);
    let third = reader.open("queue_ipc.html");
    let exercise = Panel::of(&third, COMMAND);

    exercise.go();
    exercise.wait_until_says("It passes: ");
    reader.assert_no_faults(&third);
    lasting.choose("what", "for longer");
    lasting.choose("workers", "2");
    lasting.go();
    lasting.wait_until_says("runs");

    other.go();
    other.wait_until_says(BUSY);
    assert!(other.shows(".live-status.is-bad"));
    assert!(!other.shows(".live-go:disabled"));
    reader.assert_only_busy(&second, "_live/run/pool_map");

    // A save waits for its turn, and what is to be read there stays there.
    exercise.forget();
    reader.place.edit(MAIN, |main| format!("{main}// Saved.\n"));
    exercise.wait_until_says("as soon as nothing else runs");
    // Longer than the server lets anybody wait for an answer.
    sleep(Duration::from_secs(3));
    let said = exercise.seen().said;
    assert!(said.len() > 1, "{said:?}");
    assert!(said.iter().all(|it| it.contains("as soon as")), "{said:?}");
    assert_eq!(exercise.get::<usize>("panel.seen.fewest"), 5);
    // It has not been told that the server is busy, either.
    reader.assert_no_faults(&third);
    assert!(!lasting.shows(".live-go:enabled"), "the run has ended");

    lasting.click(".live-stop");
    lasting.wait_until_says("stopped");
    exercise.wait_until_says("It passes: ");
    other.go();
    other.wait_until_says("ended with exit code 0");
    for page in [&first, &second, &third] {
        reader.assert_no_faults(page);
    }
    drop((first, second, third));
    reader.place.see_that_nothing_is_left();
}
