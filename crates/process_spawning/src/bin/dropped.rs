//! A program that starts processes as one does in Python, and keeps none of
//! them: each is ended at the semicolon.

use std::process::ExitCode;

use process_spawning::{Process, Target, exit_code, main_guard};

const WORK: Target<u64> = Target::new("work", |turns| {
    time_utils::spin(turns);
    time_utils::print_line("a worker is done")?;
    Ok(())
});

fn main() -> ExitCode {
    main_guard(&[&WORK]);
    exit_code(run())
}

#[expect(unused_must_use, reason = "the mistake that is shown")]
// ANCHOR: dropped
fn run() -> anyhow::Result<()> {
    let turns = 1_000_000_000;
    for number in 1..=2 {
        // Wrong: nobody keeps the process, so the semicolon ends it.
        Process::target(WORK).start(turns)?;
        time_utils::print_line(format_args!("started worker {number}"))?;
    }
    Ok(())
}
// ANCHOR_END: dropped
