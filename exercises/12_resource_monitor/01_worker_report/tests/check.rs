//! What `hold` and `report` must do, seen from outside.

use std::fs;
use std::ops::Range;
use std::thread::sleep;
use std::time::{Duration, Instant};

use exercise_check::{Member, Run, Running, Signal, program};

/// Some hundredths of a second.
const TURNS: u64 = 200_000_000;
/// No machine is done with so many in less than this.
const LEAST_SECONDS: f64 = 0.02;

/// What a worker needs for itself, in MiB: something, and not so much.
const FOR_ITSELF: Range<f64> = 0.5..40.0;

/// What the program says of its worker.
struct Report {
    run: Run,
    pid: u32,
    mebibytes: f64,
    seconds: f64,
}

fn report(mebibytes: u32, turns: u64) -> Report {
    let run = program!().arg(mebibytes).arg(turns).run().success();
    match read(&run) {
        Some((pid, mebibytes, seconds)) => {
            Report { run, pid, mebibytes, seconds }
        }
        None => run.fail(
            "no line reports of the worker",
            "a line such as `Worker_1, PID 12346: 102 MiB, 0.21 s`",
            "the line is printed by the parent, in `report`",
        ),
    }
}

/// The PID, the MiB and the seconds in the line on the worker.
fn read(run: &Run) -> Option<(u32, f64, f64)> {
    let line = run.lines_after("Worker_1, PID ").next()?;
    let (pid, rest) = line.split_once(": ")?;
    let (mebibytes, rest) = rest.split_once(" MiB, ")?;
    let seconds = rest.strip_suffix(" s")?;
    Some((pid.parse().ok()?, mebibytes.parse().ok()?, seconds.parse().ok()?))
}

#[test]
fn it_is_the_worker_that_is_reported_of() {
    let Report { run, pid, .. } = report(0, 0);
    run.require(
        pid != run.pid,
        "the PID in the report is that of the parent",
        "the worker's: the parent looks at another process",
        "`process.pid()`, and what `Monitor::look` is given",
    );
    let worker = run.worker("Worker_1").pid;
    run.require(
        pid == worker,
        format_args!("the report says PID {pid}"),
        format_args!("PID {worker}, that of Worker_1"),
        "`process.pid()`",
    );
}

#[test]
fn the_memory_is_that_which_the_worker_holds() {
    let Report { run, mebibytes: own, .. } = report(0, 0);
    run.require(
        FOR_ITSELF.contains(&own),
        format_args!("a worker that holds nothing is said to have {own} MiB"),
        "a few MiB, for the program itself",
        "whether that was measured, in which unit, and which figure it is: \
         most of the virtual size is no memory at all",
    );
    for held in [30, 150] {
        let Report { run, mebibytes, .. } = report(held, TURNS);
        let held = f64::from(held);
        run.require(
            mebibytes >= own + held - 2.0,
            format_args!(
                "it reports {mebibytes} MiB of a worker that was to hold {held}"
            ),
            format_args!("{own} MiB of its own, and {held} more"),
            "whether the worker says that it is ready when every page has \
             been written, and keeps them until the parent has looked",
        );
        run.require(
            mebibytes <= own + held + 4.0,
            format_args!(
                "it reports {mebibytes} MiB: too many, for a worker with {held}"
            ),
            format_args!("{own} MiB of its own, and {held} more"),
            "a MiB is 1024 times 1024 bytes",
        );
    }
}

#[test]
fn the_time_is_what_the_worker_has_computed() {
    let Report { run, seconds, .. } = report(0, TURNS);
    run.require(
        seconds >= LEAST_SECONDS,
        format_args!("it reports {seconds} s for {TURNS} turns"),
        "what the worker has computed: some hundredths of a second",
        "whose time it is, and whether the worker has done its turns by then",
    );
    let worker = run.worker("Worker_1");
    let lived = worker
        .end
        .map_or(Duration::MAX, |end| Duration::from_micros(end - worker.begin));
    // The system counts in hundredths of a second.
    let most = lived.as_secs_f64() + 0.1;
    run.require(
        seconds <= most,
        format_args!("it reports {seconds} s of a worker with one thread"),
        format_args!("less than it lived: {:.2} s", lived.as_secs_f64()),
        "the unit of the figure: seconds",
    );
}

#[test]
fn a_worker_that_is_killed_before_is_an_error() {
    let mut running = program!().arg(30).arg(u64::MAX).start();
    let worker = running.wait_for_worker("Worker_1");
    wait_until_it_computes(&running, worker.pid);
    worker.signal(Signal::KILL);
    let run = running.finish();
    run.require(
        run.lines_after("Worker_1, PID ").next().is_none(),
        "the worker was killed before it was ready, and was reported of",
        "no report, and an error",
        "what `recv` returns when the other side has ended",
    );
    run.require(
        run.exit_code() == Some(1),
        "the worker was killed, and the program did not end with an error",
        "an error, and exit code 1",
        "what `recv` and `join` return",
    );
}

/// By its time in `/proc/PID/stat`: it computes until it is killed.
fn wait_until_it_computes(running: &Running, pid: u32) {
    const TICKS: u64 = 5;
    let is_alive = |it: &Member| it.pid == pid && it.state != 'Z';
    let deadline = Instant::now() + Duration::from_secs(8);
    while running.descendants().iter().any(is_alive)
        && ticks(pid) < Some(TICKS)
        && Instant::now() < deadline
    {
        sleep(Duration::from_millis(5));
    }
}

/// The fourteenth of the figures: behind the name, which may have spaces, it
/// is the twelfth.
fn ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    behind_name.split_whitespace().nth(11)?.parse().ok()
}
