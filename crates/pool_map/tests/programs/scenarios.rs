//! Pools that are used well and badly, for the tests to watch.
//!
//! `pool_map_scenarios NAME` plays one of them. Each prints what it saw, one
//! fact a line.
//!
//! - `tasks`: what their workers can be asked to run
//! - `values`: what is asked, and what comes back
//! - `waiting`: how far ahead, for how long, and by how many at once
//! - `deaths`: workers that end
//! - `life`: how a pool begins and ends
//! - `sight`: what the system knows of this process

mod deaths;
mod life;
mod sight;
mod tasks;
mod values;
mod waiting;

use std::env;
use std::process::ExitCode;

use anyhow::bail;
use process_spawning::{exit_code, main_guard};

fn main() -> ExitCode {
    main_guard(&[
        &tasks::WORKERS,
        &tasks::NOISY,
        &tasks::MOODY,
        &tasks::LATE,
        &tasks::GRANDCHILD,
    ]);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "all sizes" => values::all_sizes(),
        "shapes" => values::shapes(),
        "unlisted" => values::unlisted(),
        "argument" => values::argument_that_cannot_be_written(),
        "results" => values::results_that_cannot_be_carried(),
        "iterator" => values::iterator_that_panics(),
        "first error" => values::first_error_when_all_are_done(),
        "told" => values::what_an_error_tells(),
        "deadlines" => waiting::deadlines(),
        "completions" => waiting::completions(),
        "task deadline" => waiting::task_deadline(),
        "task deadline of a chunk" => waiting::task_deadline_of_a_chunk(),
        "stopped and late" => waiting::stopped_and_late(),
        "no deadline for those who wait" => waiting::no_deadline_in_the_queue(),
        "cancel" => waiting::cancel(),
        "lazy" => waiting::lazy(),
        "slow first" => waiting::slow_first(),
        "slow source" => waiting::slow_source(),
        "halfway" => waiting::halfway(),
        "a million" => waiting::a_million(),
        "threads" => waiting::several_threads(),
        "long map" => waiting::for_long(waiting::Call::Map),
        "long imap" => waiting::for_long(waiting::Call::Imap),
        "long apply" => waiting::for_long(waiting::Call::Apply),
        "long completions" => waiting::for_long(waiting::Call::Completions),
        "long join" => waiting::for_long(waiting::Call::Join),
        "matrix" => deaths::matrix(),
        "result in the parent" => deaths::while_the_parent_reads(),
        "chunk" => deaths::in_a_chunk(),
        "crowd" => deaths::in_a_crowd(),
        "map" => deaths::in_a_map(),
        "idle" => deaths::while_idle(),
        "large result" => deaths::while_a_result_is_on_its_way(),
        "many deaths" => deaths::of_every_worker(),
        "no workers" => life::no_workers(),
        "too few descriptors" => life::too_few_descriptors(),
        "initializer" => life::initializer(),
        "failing initializer" => life::failing_initializer(),
        "late initializer" => life::late_initializer(),
        "one seat is empty" => life::one_seat_is_empty(),
        "third initializer" => life::third_initializer_fails(),
        "fresh worker fails" => life::fresh_worker_fails(),
        "replaced" => life::replaced(),
        "short lives" => life::short_lives(),
        "close" => life::close(),
        "terminate" => life::terminate(),
        "drop" => life::drop_a_busy_pool(),
        "stopped worker" => life::drop_with_a_stopped_worker(),
        "fifty pools" => life::fifty_pools(),
        "one core" => life::on_one_core(),
        "status" => life::status(),
        "environment" => life::environment(),
        other => bail!("no scenario `{other}`"),
    }
}
