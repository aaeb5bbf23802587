//! A check of a program, as an exercise's test makes it, with a short
//! deadline: `examination PROGRAM ARGUMENT…`. What a learner
//! would see is on standard error.

use std::env::args;
use std::time::Duration;

use exercise_check::Program;

/// Far longer than the program needs to begin to hang, with others beside it.
const DEADLINE: Duration = Duration::from_secs(5);

fn main() {
    let program = args().nth(1).expect("a program");
    let program = Program::new(&program).args(args().skip(2));
    let _ = program.deadline(DEADLINE).run().success();
}
