//! What the chapter on task granularity promises: the model by itself, and
//! the real program.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]
#![expect(clippy::float_cmp, reason = "figures that were read as printed")]

use std::fs;
use std::iter::repeat;
use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use figures::{Chart, Line};
use lesson_check::{Program, Transcript};
use task_granularity::{Costs, Measurement, Point, Work, chunk_sizes};
use tempfile::tempdir;
use time_utils::trace::{self, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const FEW: [&str; 6] =
    ["--workers", "2", "--tasks", "300", "--iterations", "500"];

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_task_granularity"))
}

fn twin() -> Program {
    Program::python(format!("{HERE}/python/task_granularity.py"))
}

/// What was printed, without what was measured.
fn transcript(text: &str) -> Transcript {
    Transcript::new(text)
        .mask(r"\d+ workers, \d+\.\d\d cores +", "[WORKERS] ")
        .mask(r"(?m) +\d+\.\d{3}$", " [MICROSECONDS]")
        .mask(r"(?m)^(auto|one thread|threads) .*$", "$1 [FIGURES]")
        .mask(r"(?m)( +\d+\.\d+){4}   [█│#|]+ *[█│#|]*$", " [FIGURES]")
        .mask(r"(?m)^best ", "     ")
        .mask(r"(?s)(best:|parallel d\w+ not pay) .*$", "[VERDICT]")
}

fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

// The model, on figures that are easy to follow.

const MICROSECOND: Duration = Duration::from_micros(1);

/// Tasks that one thread does in ten microseconds each. A message costs a
/// hundred, and a task in it one.
fn costs(tasks: u32, workers: usize) -> Costs {
    Costs {
        message: 100 * MICROSECOND,
        task: MICROSECOND,
        one_thread: 10 * tasks * MICROSECOND,
        workers: count(workers),
        cores: f64::from(u32::try_from(workers).unwrap()),
    }
}

/// What is predicted for even tasks, in microseconds.
fn predicted(costs: &Costs, tasks: usize, chunk_size: usize) -> u128 {
    let lengths = vec![7; tasks];
    let time = costs.predict(&lengths, count(chunk_size));
    // Rounded: shares of all the work are no whole numbers.
    (time + MICROSECOND / 2).as_micros()
}

#[test]
fn a_chunk_costs_a_message_and_its_tasks() {
    let costs = costs(2000, 2);
    // Each of the two has half of them.
    assert_eq!(predicted(&costs, 2000, 1), 1000 * (100 + 11));
    assert_eq!(predicted(&costs, 2000, 100), 10 * (100 + 100 * 11));
    assert_eq!(predicted(&costs, 2000, 1000), 100 + 1000 * 11);
}

#[test]
fn of_even_tasks_a_chunk_for_each_worker_is_best() {
    for (workers, best) in [(1, 2000), (2, 1000), (4, 500), (20, 100)] {
        let costs = costs(2000, workers);
        let sizes = chunk_sizes(count(2000)).into_iter();
        let time = |size: &NonZeroUsize| predicted(&costs, 2000, size.get());
        assert_eq!(sizes.min_by_key(time), Some(count(best)), "{workers}");
    }
}

#[test]
fn what_is_left_over_goes_to_whoever_is_free_first() {
    // Three chunks for two: 700, 700, and 600 after one of them.
    let costs = costs(2000, 2);
    assert_eq!(predicted(&costs, 2000, 700), 2 * 100 + 1300 * 11);
}

#[test]
fn one_chunk_has_one_worker_however_many_there_are() {
    for workers in [1, 2, 64] {
        for too_large in [2000, 5000] {
            let time = predicted(&costs(2000, workers), 2000, too_large);
            assert_eq!(time, 100 + 2000 * 11);
        }
    }
}

#[test]
fn one_task_is_one_message() {
    for (workers, chunk_size) in [(1, 1), (2, 1), (64, 10)] {
        assert_eq!(predicted(&costs(1, workers), 1, chunk_size), 100 + 11);
    }
}

#[test]
fn one_worker_pays_for_each_message_and_gains_nothing() {
    let costs = costs(2000, 1);
    assert_eq!(predicted(&costs, 2000, 1), 2000 * (100 + 11));
    assert_eq!(predicted(&costs, 2000, 500), 4 * 100 + 2000 * 11);
}

#[test]
fn where_cores_are_missing_only_computing_takes_longer() {
    let costs = Costs { cores: 1.0, ..costs(2000, 2) };
    assert_eq!(predicted(&costs, 2000, 1000), 100 + 1000 * (1 + 2 * 10));
    // One chunk has a core for itself.
    assert_eq!(predicted(&costs, 2000, 2000), 100 + 2000 * 11);
}

#[test]
fn without_costs_it_is_the_computing_divided_by_the_workers() {
    let nothing = Duration::ZERO;
    let costs = Costs { message: nothing, task: nothing, ..costs(2000, 4) };
    for chunk_size in [1, 5, 100, 500] {
        assert_eq!(predicted(&costs, 2000, chunk_size), 2000 * 10 / 4);
    }
}

#[test]
fn no_tasks_and_tasks_of_no_length_are_predicted_too() {
    let costs = costs(2000, 2);
    assert_eq!(costs.predict(&[], count(1)), Duration::ZERO);
    assert_eq!(costs.predict(&[0, 0], count(1)), 101 * MICROSECOND);
}

fn work(tasks: usize, uneven: bool) -> Work {
    let iterations = NonZeroU64::new(1900).unwrap();
    Work { tasks: count(tasks), iterations, uneven }
}

#[test]
fn uneven_work_is_as_much_and_its_long_tasks_come_last() {
    let (even, uneven) = (work(100, false), work(100, true));
    assert_eq!(even.lengths(), [1900; 100]);
    let lengths = uneven.lengths();
    assert_eq!(lengths[..90], [1000; 90]);
    assert_eq!(lengths[90..], [10_000; 10]);
    let total = |work: Work| work.lengths().into_iter().sum::<u64>();
    assert_eq!(total(even), total(uneven));
    for tasks in [1, 2, 3, 9, 11, 15, 99, 2001] {
        let [even, uneven] = [false, true].map(|it| total(work(tasks, it)));
        // Each may have lost a part of a round.
        assert!((even - tasks as u64..=even).contains(&uneven), "{tasks}");
    }
}

#[test]
fn uneven_tasks_may_be_as_short_and_as_long_as_any() {
    for (iterations, lengths) in
        [(1, [1, 1, 2]), (u64::MAX, [u64::MAX / 4, u64::MAX / 4, u64::MAX])]
    {
        let iterations = NonZeroU64::new(iterations).unwrap();
        let work = Work { tasks: count(3), iterations, uneven: true };
        assert_eq!(work.lengths(), lengths);
    }
}

#[test]
fn of_uneven_tasks_too_large_chunks_are_as_slow_as_too_small_ones() {
    let lengths = work(2000, true).lengths();
    let costs = costs(2000, 2);
    let time = |size| costs.predict(&lengths, count(size));
    // The second half holds all the long ones.
    let half = 100 + 1000 + 20_000 * 28 / 38;
    assert_eq!(time(1000).as_micros(), half);
    for better in [50, 100] {
        assert!(time(better) < time(1) && time(better) < time(1000));
    }
}

// What a measurement comes to.

/// A measurement in which processes take so many microseconds, and threads
/// do not matter.
fn measurement(work: Work, costs: Costs, by_processes: &[u32]) -> Measurement {
    let (tasks, lengths) = (work.tasks, work.lengths());
    let point = |chunk_size, time| Point {
        chunk_size,
        messages: tasks.get().div_ceil(chunk_size.get()),
        measured: time * MICROSECOND,
        predicted: costs.predict(&lengths, chunk_size),
    };
    let last = *by_processes.last().unwrap();
    let times = by_processes.iter().copied().chain(repeat(last));
    let points = chunk_sizes(tasks).into_iter().zip(times);
    let points: Vec<_> = points.map(|(size, time)| point(size, time)).collect();
    let automatic = points[0];
    Measurement { work, costs, threads: MICROSECOND, automatic, points }
}

#[test]
fn the_best_is_the_fastest_and_the_first_of_several() {
    let times = [30_000, 10_000, 10_000, 40_000];
    let measurement = measurement(work(2000, false), costs(2000, 2), &times);
    assert_eq!(measurement.best().chunk_size, count(2));
    let verdict = measurement.verdict().to_string();
    assert_eq!(verdict, "best: chunks of 2, 2.00 times as fast as one thread");
}

/// What is said of tasks that processes do no faster than one thread.
fn reason(work: Work, costs: Costs) -> String {
    let by_processes = costs.one_thread.as_micros().try_into().unwrap();
    let verdict = measurement(work, costs, &[by_processes]).verdict();
    let verdict = verdict.to_string();
    verdict.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn where_it_does_not_pay_the_verdict_says_why() {
    let usual = costs(2000, 2);
    for (costs, why) in [
        (
            Costs { cores: 1.0, ..usual },
            "because only one of them can compute at a time",
        ),
        // Two workers pass tasks on at once: half of it for each task.
        (
            Costs { task: 12 * MICROSECOND, ..usual },
            "because other cores save only 5.0µs of a 10.0µs task; \
             passing it on costs 6.0µs",
        ),
        (
            // Then it does not matter how many cores there are.
            Costs { task: 22 * MICROSECOND, cores: 1.0, ..usual },
            "because other cores save only 0.0ns of a 10.0µs task; \
             passing it on costs 11.0µs",
        ),
        // Hardly two cores are no reason to speak of messages.
        (
            Costs { cores: 1.15, ..usual },
            "because other cores save only 1.3µs of a 10.0µs task; \
             passing it on costs 500.0ns",
        ),
        // Of a task of two nanoseconds, parts of one count.
        (
            Costs { one_thread: 4 * MICROSECOND, cores: 1.25, ..usual },
            "because other cores save only 0.4ns of a 2.0ns task; \
             passing it on costs 500.0ns",
        ),
    ] {
        assert_eq!(reason(work(2000, false), costs), why);
    }
}

#[test]
fn a_task_that_is_most_of_the_work_is_the_reason() {
    let why =
        "because one task is most of the work, and workers cannot share it";
    for tasks in [1, 2] {
        // Long ones, so that nothing else could be it.
        let costs =
            Costs { one_thread: Duration::from_secs(10), ..costs(1, 2) };
        assert_eq!(reason(work(tasks, true), costs), why);
    }
    assert_eq!(reason(work(1, false), costs(1, 2)), why);
}

#[test]
fn so_little_work_that_a_message_takes_as_long_is_the_reason() {
    assert_eq!(
        reason(work(20, false), costs(20, 2)),
        "because all the work takes only as long as 2.0 waits for a message"
    );
}

#[test]
fn where_the_model_promises_a_gain_the_verdict_is_to_measure_again() {
    // To pass a task on may cost more than the half of it that is saved: two
    // workers do that at once.
    let dear = Costs { task: 6 * MICROSECOND, ..costs(2000, 2) };
    for (costs, predicted) in [(costs(2000, 2), "11.1ms"), (dear, "16.1ms")] {
        let slow = measurement(work(2000, false), costs, &[19_000]);
        assert_eq!(
            slow.verdict().to_string(),
            format!(
                "parallel did not pay this time: one thread took 20.0ms, \
                 processes 19.0ms.\nThe model says {predicted}: if somebody \
                 else was at work, measure again"
            )
        );
    }
}

// The demonstration.

#[test]
fn the_demonstration_prints_what_the_book_shows() {
    let run = demonstration().run().success().quiet();
    transcript(&run.stdout).assert_matches(format!("{HERE}/output.txt"));
}

#[test]
fn with_tiny_tasks_it_says_that_parallel_does_not_pay() {
    let run = demonstration().args(["--iterations", "1"]).run().success();
    let run = run.quiet();
    assert!(run.stdout.contains("\nparallel does not pay here: "), "{run}");
    assert!(run.stdout.contains(",\nbecause other cores save only "), "{run}");
    transcript(&run.stdout).assert_matches(format!("{HERE}/tiny.txt"));
}

#[test]
fn uneven_tasks_are_measured_as_the_book_shows() {
    let run = demonstration().arg("--uneven").run().success().quiet();
    transcript(&run.stdout).assert_matches(format!("{HERE}/uneven.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    for uneven in [None, Some("--uneven")] {
        let twin = twin().args(FEW).args(uneven).run().success().quiet();
        let ours = demonstration().args(FEW).args(uneven).run().success();
        let marks = |text: &str| text.matches(['│', '|']).count();
        assert_eq!(marks(&twin.stdout), marks(&ours.stdout), "{twin}");
        let without_mark = |text: &str| text.replace("(GIL)", "(rayon)");
        transcript(&ours.stdout)
            .assert_same(&without_mark(&twin.stdout), "the twin");
    }
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_refuses_what_we_refuse() {
    for option in ["--tasks", "--iterations", "--workers", "--rounds"] {
        twin().assert_refuses(&[option, "0"]);
    }
}

#[test]
#[ignore = "needs python3"]
fn the_book_shows_what_pythons_executor_takes() {
    let run = twin().args(["--executor", "--workers", "2"]).run().success();
    Transcript::new(run.quiet().stdout)
        .mask(r"(?m) +\d+\.\d{3} ms$", " [MILLISECONDS]")
        .assert_matches(format!("{HERE}/python/executor.txt"));
}

/// The rows of a table: the mark, and the numbers behind it.
fn rows(stdout: &str) -> Vec<(&str, Vec<f64>)> {
    let rows = stdout.lines().skip_while(|line| !line.contains("messages"));
    let rows = rows.skip(1).take_while(|line| !line.is_empty());
    let split = rows.filter_map(|row| row.split_at_checked(4));
    let rows = split.map(|(mark, numbers)| {
        let words = numbers.split_whitespace();
        (mark.trim(), words.map_while(|word| word.parse().ok()).collect())
    });
    rows.filter(|(_, numbers): &(_, Vec<_>)| numbers.len() == 6).collect()
}

#[test]
fn the_table_adds_up() {
    let run = demonstration().args(FEW).run().success().quiet();
    let mut rows = rows(&run.stdout);
    let (mark, automatic) = rows.pop().expect("rows");
    assert_eq!((mark, automatic[0], automatic[1]), ("auto", 38.0, 8.0));
    let sizes: Vec<_> = rows.iter().map(|(_, numbers)| numbers[0]).collect();
    assert_eq!(sizes, [1., 2., 5., 10., 20., 50., 100., 200., 300.]);
    for (_, numbers) in &rows {
        let &[size, messages, time, predicted, ratio, _] = &numbers[..] else {
            panic!("{run}")
        };
        assert_eq!(messages, (300.0 / size).ceil(), "{run}");
        assert!(time > 0.0 && predicted > 0.0, "{run}");
        // Both have been rounded.
        assert!((time / predicted - ratio).abs() < 0.05 * ratio, "{run}");
    }
    let best: Vec<_> = rows.iter().filter(|row| row.0 == "best").collect();
    let times = rows.iter().map(|(_, numbers)| numbers[2]);
    assert_eq!(best.len(), 1, "{run}");
    assert_eq!(times.reduce(f64::min), Some(best[0].1[2]), "{run}");
}

#[test]
fn the_measurement_is_what_the_table_shows() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("measurement.json");
    let to = ["--measurement".as_ref(), file.as_os_str()];
    let run = demonstration().args(FEW).args(to).run().success().quiet();
    assert_shows(&run.stdout, &fs::read_to_string(file).unwrap());
}

#[test]
fn the_books_table_and_chart_are_of_one_run() {
    let [table, chart] = ["output.txt", "measurement.json"]
        .map(|file| fs::read_to_string(format!("{HERE}/{file}")).unwrap());
    assert_shows(&table, &chart);
}

fn assert_shows(table: &str, chart: &str) {
    let chart: Chart = serde_json::from_str(chart).unwrap();
    let mut rows = rows(table);
    let automatic = rows.pop().expect("rows");
    assert_eq!(automatic.0, "auto");
    for (line, column) in [("measured", 2), ("predicted", 3)] {
        let is_it = |it: &&Line| it.name == line;
        let line = chart.lines.iter().find(is_it).expect("a line");
        let drawn = line
            .points
            .iter()
            .map(|(size, time)| (*size, format!("{:.3}", time * 1e3)));
        let shown = rows.iter().map(|(_, numbers)| {
            (numbers[0], format!("{:.3}", numbers[column]))
        });
        assert!(drawn.eq(shown), "{chart:?}\n{table}");
    }
    let best = rows.iter().find(|row| row.0 == "best").expect("the best");
    assert_eq!(chart.mark.point.0, best.1[0]);
}

#[test]
fn a_measurement_that_cannot_be_written_is_told() {
    let nowhere = ["--measurement", "/dev/full"];
    let run = demonstration().args(FEW).args(nowhere).run().code(1);
    assert!(run.stderr.contains("cannot write to /dev/full: "), "{run}");
}

#[test]
fn few_tasks_for_many_workers_and_many_for_one_are_both_fine() {
    for (tasks, workers) in [("1", "1"), ("1", "3"), ("5", "3"), ("30", "1")] {
        let run = demonstration()
            .args(["--tasks", tasks, "--workers", workers])
            .args(["--rounds", "1", "--ahead", "16", "--uneven"])
            .run()
            .success()
            .quiet();
        let title = format!("{tasks} tasks, {workers} workers, ");
        assert!(run.stdout.starts_with(&title), "{run}");
    }
}

#[test]
#[ignore = "needs python3"]
fn bars_are_of_letters_on_a_terminal_without_blocks() {
    for (language, [bar, other]) in [("C", ['#', '█']), ("C.UTF-8", ['█', '#'])]
    {
        let run = Program::python(format!("{HERE}/tests/on_a_terminal.py"))
            .arg(env!("CARGO_BIN_EXE_task_granularity"))
            .args(FEW)
            .env("LC_ALL", language)
            .env("TERM", "xterm")
            .run()
            .success();
        assert!(run.stdout.contains(bar), "{run}");
        assert!(!run.stdout.contains(other), "{run}");
    }
}

#[test]
#[ignore = "needs python3"]
fn bars_are_as_long_as_standard_output_lets_them_be() {
    // Only standard input is a terminal, and one without room for a bar.
    let run = Program::python(format!("{HERE}/tests/from_a_terminal.py"))
        .arg(env!("CARGO_BIN_EXE_task_granularity"))
        .args(FEW)
        .run()
        .success();
    assert!(run.stdout.contains(['#', '█']), "{run}");
}

#[test]
fn in_the_trace_each_chunk_is_one_piece_of_work() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let run = demonstration()
        .args(["--tasks", "20", "--only", "2,15", "--workers", "2"])
        .env(trace::VARIABLE, &file)
        .run()
        .success()
        .quiet();
    let lines: Vec<_> = run.stdout.lines().collect();
    let ["chunks of 2: ", "chunks of 15: "] = lines[..]
        .iter()
        .map(|line| line.split_inclusive(": ").next().unwrap())
        .collect::<Vec<_>>()[..]
    else {
        panic!("{run}")
    };
    let events = trace::read(&file).unwrap();
    let chunks = events
        .iter()
        .filter(|event| event.ph == Phase::Begin && event.name == "compute");
    assert_eq!(chunks.count(), 10 + 2, "{events:?}");
}

#[test]
fn ctrl_c_ends_it_with_exit_code_130() {
    let for_ever = ["--iterations", "9000000000000000000", "--workers", "2"];
    // While it computes itself, and while it waits for its workers.
    for mode in [&[][..], &["--only", "1"]] {
        let mut running = demonstration().args(for_ever).args(mode).start();
        running.wait_for_descendants(2);
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    demonstration().args(FEW).assert_quiet_without_a_reader();
}

#[test]
fn a_reader_that_goes_away_in_the_middle_ends_it_quietly() {
    let mut running = demonstration().args(FEW).start();
    running.wait_for("cores");
    running.close_stdout();
    let _ = running.finish().success().quiet();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().args(FEW).assert_tells_of_a_full_disk();
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--tasks", "0"][..],
        &["--tasks", "100001"],
        &["--iterations", "0"],
        &["--workers", "257"],
        &["--ahead", "17"],
        &["--only", "0"],
        &["--nonsense"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}
