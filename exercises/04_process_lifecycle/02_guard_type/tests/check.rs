//! What `Guard` must do, seen from outside.

use exercise_check::{Run, program};

/// Takes this path out of the scope of so many children, and sees that the
/// program can tell of it.
fn take(path: &str, children: usize) -> Run {
    let run = program!().arg(path).arg(children).run().success();
    let started = run.lines_after("Child ").count();
    run.require(
        started == children,
        format_args!("{started} of {children} children were started"),
        "each call of `start` starts a child",
        "`Command::spawn`",
    );
    run
}

/// Sees that nobody is there any more after the scope was left so.
fn nobody_is_left(path: &str, how: &str) {
    for children in [1, 3] {
        let run = take(path, children);
        let left = run.lines_after("The scope was left ").next();
        let left = left.unwrap_or_default();
        run.require(
            left.starts_with(how),
            format_args!("the scope was left {left}, not {how}"),
            format_args!("on the path `{path}` it is left {how}"),
            "leave `take` as it is: an error or a panic passes through it",
        );
        require_nobody(&run, how);
    }
}

fn require_nobody(run: &Run, how: &str) {
    let with_us = run.lines_after("Children with us: ").next();
    let with_us = with_us.unwrap_or_default();
    run.require(
        with_us == "0",
        format_args!("left {how}, and children are still there: {with_us}"),
        "no child any more, and no zombie either",
        "`drop` is what happens on every path; a child that was killed is a \
         zombie until it has been waited for, and until then it is there",
    );
}

#[test]
fn after_the_end_of_the_scope_nobody_is_left() {
    nobody_is_left("end", "by its end");
}

#[test]
fn after_an_early_return_nobody_is_left() {
    nobody_is_left("error", "by an error: No such file");
}

#[test]
fn after_a_panic_nobody_is_left() {
    nobody_is_left("panic", "by a panic");
}

#[test]
fn a_child_that_is_waited_for_ends_by_itself() {
    for children in [1, 2] {
        let run = take("wait", children);
        for code in 1..=children {
            let line = format!("A child ended: exit status: {code}");
            run.require(
                run.stdout.lines().any(|it| it == line),
                format_args!("child {code} was waited for, and did not end so"),
                format_args!("`{line}`"),
                "`wait` leaves a child its time, and returns how it ended",
            );
        }
        require_nobody(&run, "by its end");
    }
}
