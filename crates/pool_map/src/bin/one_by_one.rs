//! Two more ways to ask a pool: for one task that is waited for later, and for
//! tasks that depend on what has come back.

use std::process::ExitCode;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;

const SQUARE: Task<i64, i64> = Task::new("square", square);
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

fn square(number: i64) -> anyhow::Result<i64> {
    number.checked_mul(number).context("the square has over 64 bits")
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

// ANCHOR: run
fn run() -> anyhow::Result<()> {
    let pool = Pool::new(WORKERS)?;
    let later = pool.apply_async(SQUARE, 12)?;
    // Now do something else, and then wait for it.
    print_line(later.get()?)?; // 144

    let mut asked = pool.completions(SQUARE);
    for (place, number) in [2, 3, 5].into_iter().enumerate() {
        asked.submit(place, &number)?;
    }
    let mut large = [0; 3];
    // Whichever is done first: `None` is no deadline.
    while let Some((place, result)) = asked.next_before(None)? {
        match result? {
            square if square < 1000 => asked.submit(place, &square)?,
            square => large[place] = square,
        }
    }
    print_line(format_args!("{large:?}"))?; // [65536, 6561, 390625]
    Ok(())
}
// ANCHOR_END: run
