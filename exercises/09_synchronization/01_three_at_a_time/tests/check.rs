//! How many downloads are under way at once, seen from outside.

use exercise_check::{Run, Signal, Span, program};
use time_utils::trace::Category;

/// How each download begins.
const DOWNLOADS: &str = "downloads file";

/// As many files as each worker downloads.
const FILES: usize = 2;

/// The most downloads that were under way at one moment.
fn most_at_once(run: &Run) -> usize {
    let downloads: Vec<&Span> = run
        .spans_of(Category::Task)
        .filter(|span| span.name == "download")
        .collect();
    let at_once = downloads.iter().map(|one| {
        let now = |other: &&&Span| {
            let goes_on = other.end.is_none_or(|end| end > one.begin);
            other.begin <= one.begin && goes_on
        };
        downloads.iter().filter(now).count()
    });
    at_once.max().unwrap_or_default()
}

#[test]
fn every_file_is_downloaded() {
    let workers = 5;
    let run = program!().args([2, workers]).run().success();
    for worker in 1..=workers {
        for file in 1..=FILES {
            let line = format!("worker_{worker} {DOWNLOADS} {file}");
            let times = run.stdout.lines().filter(|it| *it == line).count();
            run.require(
                times == 1,
                format_args!("`{line}` was printed {times} times"),
                format_args!(
                    "each of {workers} workers downloads {FILES} files, once"
                ),
                "`download_in_a_place` calls `download`",
            );
        }
    }
}

#[test]
fn never_more_than_the_limit_download_at_once() {
    for (limit, workers) in [(2, 6), (3, 8), (1, 3)] {
        let run = program!().args([limit, workers]).run().success();
        let most = most_at_once(&run);
        run.require(
            most <= limit,
            format_args!("{most} downloads were under way at once"),
            format_args!("never more than {limit}, with {workers} workers"),
            "one semaphore for all, made with the program's first argument; \
             and `let _place = …`: what `_` takes is dropped at once",
        );
    }
}

#[test]
fn all_places_are_used_and_one_that_is_killed_gives_its_place_back() {
    let (limit, workers) = (3, 5);
    let mut running = program!().args([limit, workers]).arg("stay").start();
    // They stay, so all of these are under way at once.
    let inside: Vec<_> =
        (0..limit).map(|_| running.wait_for(DOWNLOADS)).collect();
    let (name, _) = inside[0].split_once(' ').unwrap_or_default();
    running.wait_for_worker(name).signal(Signal::KILL);
    running.wait_for(DOWNLOADS);
    running.signal(Signal::KILL);
    let _ended = running.finish();
}

#[test]
fn a_download_that_fails_gives_its_place_back() {
    let workers = 2;
    let run = program!().args([1, workers]).arg("fail").run().success();
    for worker in 1..=workers {
        for line in [
            format!("worker_{worker} without file 1: no answer"),
            format!("worker_{worker} {DOWNLOADS} 2"),
        ] {
            run.require(
                run.stdout.lines().any(|it| it == line),
                format_args!("it never printed `{line}`"),
                "the first file fails, and the second one is downloaded",
                "return the error of `download`, and give the place back",
            );
        }
    }
}
