//! A worker sets one number and turns ten others around.

use std::process::ExitCode;

use process_spawning::{Process, Target, exit_code, main_guard};
use shared_memory_demo::{Array, Value};
use time_utils::print_line;

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

// ANCHOR: worker
const WORKER: Target<(Value<f64>, Array<i32>)> = Target::new("worker", worker);

#[expect(clippy::unnecessary_wraps, reason = "a target may fail")]
fn worker((num, arr): (Value<f64>, Array<i32>)) -> anyhow::Result<()> {
    #[expect(clippy::approx_constant, reason = "as in the Python original")]
    num.set(3.14);
    for number in &arr {
        number.set(-number.get());
    }
    Ok(())
}

fn run() -> anyhow::Result<()> {
    let num = Value::new(0.0)?;
    let arr = Array::new(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])?;

    let mut process =
        Process::target(WORKER).start((num.clone(), arr.clone()))?;
    process.join()?;

    print_line(num.get())?; // 3.14
    print_line(format_args!("{:?}", arr.snapshot()))?; // [0, -1, … -9]
    Ok(())
}
// ANCHOR_END: worker
