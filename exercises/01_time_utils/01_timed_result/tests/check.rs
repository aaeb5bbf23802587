//! What `get_time` must do, seen from outside.

use std::time::{Duration, Instant};

use exercise_check::{Run, program};

/// The seconds in the report on `name`.
fn seconds(run: &Run, name: &str) -> f64 {
    let start = format!("Time taken by {name}: ");
    let Some(rest) = run.lines_after(&start).next() else {
        run.fail(
            format_args!("no line begins with `{start}`"),
            "a report for each of the two calls, with its name",
            "the name that `get_time` is given",
        );
    };
    let number = rest.strip_suffix(" seconds").unwrap_or(rest);
    let digits = number.split_once('.').map_or(0, |(_, digits)| digits.len());
    match number.parse() {
        Ok(seconds) if digits == 4 && rest.ends_with(" seconds") => seconds,
        _ => run.fail(
            format_args!("`{rest}` are no seconds with four digits"),
            "`0.0501 seconds`, for example",
            "`Duration::as_secs_f64`, and `{:.4}`",
        ),
    }
}

#[test]
fn each_call_is_reported_under_its_name() {
    let run = program!().args([0, 5, 7]).run().success();
    seconds(&run, "sum");
    seconds(&run, "largest");
}

#[test]
fn the_report_tells_how_long_the_call_took() {
    let begin = Instant::now();
    let run = program!().args([200, 5, 7]).run().success();
    let all = begin.elapsed();
    let reported = seconds(&run, "sum");
    run.require(
        reported >= 0.2,
        format_args!("{reported} seconds are reported for a pause of 200 ms"),
        "at least 0.2 seconds",
        "whether the clock is read before the call and after it",
    );
    run.require(
        reported <= all.as_secs_f64(),
        format_args!(
            "{reported} seconds are reported, and the program took {all:.1?}"
        ),
        "no more than the whole program took",
        "which unit is printed",
    );
}

#[test]
fn the_function_is_called_once() {
    let run = program!().args([0, 5, 7]).run().success();
    let calls = run.lines_after("summing").count();
    run.require(
        calls == 1,
        format_args!("`sum` was called {calls} times"),
        "one call, which is timed and whose result is kept",
        "keep the result in a variable",
    );
}

#[test]
fn the_result_is_what_the_function_returned() {
    for numbers in [[3, 9, 4], [-5, -1, -7]] {
        let run = program!().arg(0).args(numbers).run().success();
        let sum: i32 = numbers.iter().sum();
        let expected =
            format!("sum: {sum}, largest: {:?}", numbers.iter().max());
        run.require(
            run.stdout.lines().last() == Some(&expected),
            format_args!("the last line is not `{expected}`"),
            "the results of both functions",
            "what `get_time` returns",
        );
    }
}

#[test]
fn a_failure_is_timed_and_not_lost() {
    let begin = Instant::now();
    let run = program!().arg(100).run().code(1);
    let reported = seconds(&run, "sum");
    run.require(
        reported >= 0.1 && begin.elapsed() >= Duration::from_millis(100),
        format_args!(
            "{reported} seconds are reported for a failure after 100 ms"
        ),
        "at least 0.1 seconds: a call that fails takes time, too",
        "the order: call, report, return",
    );
    run.require(
        run.stderr.contains("nothing to sum"),
        "the error's words are lost",
        "`there is nothing to sum` on standard error",
        "return what the function returned, whatever it is",
    );
}
