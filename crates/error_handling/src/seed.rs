//! The guide's worker that divides by zero.

use std::io::{self, Write as _};

use anyhow::Context as _;
use process_spawning::{Process, Target};
use time_utils::print_line;

// ANCHOR: catch
pub(crate) const CATCH: Target<()> = Target::new("catch", |()| {
    if let Err(error) = divide(1, 0) {
        writeln!(io::stderr(), "Error in worker: {error:#}")?;
    }
    Ok(())
});

fn divide(dividend: i64, divisor: i64) -> anyhow::Result<i64> {
    dividend.checked_div(divisor).context("division by zero")
}
// ANCHOR_END: catch

// ANCHOR: return
pub(crate) const RETURN: Target<()> = Target::new("return", |()| {
    divide(1, 0)?;
    Ok(())
});
// ANCHOR_END: return

pub(crate) fn show() -> anyhow::Result<()> {
    for (what, target) in [("catches", CATCH), ("returns", RETURN)] {
        let mut process = Process::target(target).start(())?;
        let exit = process.join()?;
        print_line(format_args!("a worker that {what} its error: {exit}"))?;
    }
    Ok(())
}
