//! Queues that are used well and badly, for the tests to watch.
//!
//! `queue_ipc_scenarios NAME` plays one of them. Each sees for itself whether
//! its promise holds, and prints `kept` at its end.

mod deaths;
mod limits;
mod sharing;
mod tasks;
mod workers;

use std::env;
use std::process::ExitCode;

use anyhow::bail;
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;

fn main() -> ExitCode {
    main_guard(&workers::ALL);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "maxsize blocks" => limits::maxsize_blocks(),
        "full and empty here" => limits::full_and_empty_here(),
        "full in a producer" => limits::full_in_a_producer(),
        "empty in a consumer" => limits::empty_in_a_consumer(),
        "unwritable items" => limits::unwritable_items(),
        "put after close" => limits::put_after_close(),
        "huge and empty items" => limits::huge_and_empty_items(),
        "signals" => limits::signals(),
        "exactly once" => sharing::exactly_once(1),
        "exactly once, fetched" => sharing::exactly_once(16),
        "in order" => sharing::in_order(),
        "closed after the last" => sharing::closed_after_the_last(),
        "joined before drained" => sharing::joined_before_drained(),
        "both put first" => sharing::both_put_first(),
        "a hundred queues" => sharing::a_hundred_queues(),
        "all tasks done" => tasks::all_done(),
        "done too often" => tasks::done_too_often(),
        "lost tasks" => tasks::lost(),
        "keeper works" => tasks::keeper_works(),
        "passed on" => sharing::passed_on(),
        "lost with a full queue" => tasks::lost_with_a_full_queue(),
        "killed at random" => deaths::killed_at_random(),
        "killed while waiting" => deaths::killed_while_waiting(),
        "killed with fetched items" => deaths::killed_with_fetched_items(),
        "killed producer" => deaths::killed_producer(),
        "keeper" => deaths::keeper(),
        "wait in get" => deaths::wait_in_get(),
        "wait in put" => deaths::wait_in_put(),
        "get for ever" => deaths::get_for_ever(),
        "wait in join" => deaths::wait_in_join(),
        other => bail!("no scenario `{other}`"),
    }?;
    print_line("kept")?;
    Ok(())
}
