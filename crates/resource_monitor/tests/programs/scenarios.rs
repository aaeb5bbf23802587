//! Workers that are busy, idle, large, stopped and killed, looked at for the
//! tests.
//!
//! `resource_monitor_scenarios NAME` plays one of them. Each prints what it
//! saw, one fact a line, or fails.
//!
//! - `workers`: what they do
//! - `looks`: what is seen of them

mod looks;
mod workers;

use std::env;
use std::process::ExitCode;

use anyhow::bail;
use process_spawning::{exit_code, main_guard};

fn main() -> ExitCode {
    main_guard(&[&workers::LIVE, &workers::WORKERS]);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "first look" => looks::first_look(),
        "busy and idle" => looks::busy_and_idle(),
        "memory" => looks::memory(),
        "without PSS" => looks::without_pss(),
        "stopped" => looks::stopped(),
        "zombie" => looks::zombie(),
        "killed" => looks::killed(),
        "replaced" => looks::replaced(),
        "forgotten" => looks::forgotten(),
        "nobody" => looks::nobody(),
        "twice" => looks::twice(),
        "threads" => looks::threads(),
        "switches" => looks::switches(),
        "belongings" => looks::belongings(),
        "one core" => looks::one_core(),
        other => bail!("no such scenario: {other}"),
    }
}
