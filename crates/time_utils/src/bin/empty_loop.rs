//! Two loops that do nothing: one vanishes, one does not.

use std::process::ExitCode;

use time_utils::{SEED_ITERATIONS, exit_code, spin, timed};

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    timed("an empty loop", || for _ in 0..SEED_ITERATIONS {})?;
    timed("a loop with black_box", || spin(SEED_ITERATIONS))?;
    Ok(())
}
