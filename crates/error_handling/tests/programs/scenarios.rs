//! Supervised runs in which much goes wrong, for the tests to watch.
//!
//! `error_handling_scenarios NAME` plays one of them, and fails where it does
//! not go as promised.
//!
//! - `tasks`: what the workers can be asked to run
//! - `failures`: tasks that fail, each in its way
//! - `storms`: workers that end, one after the other

mod failures;
mod storms;
mod tasks;

use std::env;
use std::process::ExitCode;

use anyhow::bail;
use process_spawning::{exit_code, main_guard};

fn main() -> ExitCode {
    main_guard(&[&tasks::WORKERS, &tasks::SHORT_LIVED]);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "nothing fails" => failures::nothing(),
        "nothing to do" => failures::nothing_to_do(),
        "flaky" => failures::flaky(),
        "error" => failures::error(),
        "panic" => failures::panic(),
        "poison" => failures::poison(),
        "late" => failures::late(),
        "argument" => failures::argument(),
        "mixed" => failures::mixed(),
        "long" => failures::for_long(),
        "killed from outside" => storms::killed_from_outside(),
        "storm" => storms::storm(),
        "much poison" => storms::much_poison(),
        "one healthy worker" => storms::one_healthy_worker(),
        "no fresh worker" => storms::no_fresh_worker(),
        other => bail!("no scenario `{other}`"),
    }
}
