//! The timelines of the chapters, drawn again from their traces.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use figures::{Caption, Timeline, WIDTH};
use lesson_check::Program;
use tempfile::TempDir;
use time_utils::trace::{self, Category};
use workspace_build::Workspace;

use crate::chapter::Chapter;
use crate::{charts, root};

/// How wide a figure is on a phone, in pixels.
const NARROW: u32 = 360;

struct Picture {
    /// Its file, in `book/src/figures`.
    name: &'static str,
    /// The trace of a real run, in `crates`.
    trace: &'static str,
    /// What wrote it; `MP_TRACE` named the file.
    command: &'static str,
    title: &'static str,
    description: &'static str,
}

const PICTURES: &[Picture] = &[
    Picture {
        name: "time_utils",
        trace: "time_utils/trace.jsonl",
        command: "cargo run -p time_utils",
        title: "One task of one process",
        description: "A single bar, kill_time, in the lane of one process.",
    },
    Picture {
        name: "process_spawning",
        trace: "process_spawning/trace.jsonl",
        command: "cargo run -p process_spawning",
        title: "Two processes at once",
        description: "The main process sends each worker its argument. Both \
                      workers compute at the same time. The main process \
                      waits, first for the one, then for the other.",
    },
    Picture {
        name: "threading_comparison",
        trace: "threading_comparison/trace.jsonl",
        command: "cargo run -p threading_comparison -- --only threads",
        title: "Two threads at once",
        description: "Two threads of one process compute at the same time, \
                      from their beginning to their end.",
    },
    Picture {
        name: "one_lock",
        trace: "threading_comparison/one_lock.jsonl",
        command: "cargo run -p threading_comparison -- --only \
                  one-lock --iterations 20000000",
        title: "Two threads with one lock",
        description: "Two threads compute in slices, never both at once: \
                      where one has a bar, the other has a gap.",
    },
    Picture {
        name: "process_lifecycle",
        trace: "process_lifecycle/trace.jsonl",
        command: "cargo run -p process_lifecycle",
        title: "Every way for a process to end",
        description: "Eight workers, one after the other. The three that \
                      return, fail or panic end by themselves. The others \
                      are cut off, dashed, each with what its parent saw. \
                      The last does not listen when it is terminated, and is \
                      killed at last.",
    },
    Picture {
        name: "pipe_ipc",
        trace: "pipe_ipc/trace.jsonl",
        command: "cargo run -p pipe_ipc",
        title: "Ping-pong between two processes",
        description: "Three times an arrow leads from the main process to \
                      its child, and one back. While the one hits the ball, \
                      the other waits for it.",
    },
    Picture {
        name: "queue_ipc",
        trace: "queue_ipc/trace.jsonl",
        command: "cargo run -p queue_ipc -- --items 6 --iterations 6000000",
        title: "Two producers, three consumers, one queue",
        description: "An arrow leads from the producer of each item to the \
                      consumer that gets it, and one from there to the main \
                      process, with the result.",
    },
    Picture {
        name: "pool_map",
        trace: "pool_map/trace.jsonl",
        command: "cargo run -p pool_map -- --backend processes \
                  --numbers 1,2,3,4,5,6 --workers 2 --slow 20 --chunk-size 1",
        title: "Six tasks and two workers",
        description: "Both workers compute squares at the same time, one \
                      after the other. The main process sends each worker \
                      its next task when it has told the result of the last.",
    },
    Picture {
        name: "shared_memory_demo",
        trace: "shared_memory_demo/trace.jsonl",
        command: "cargo run -p shared_memory_demo -- --kill-holder",
        title: "A lock whose holder is killed",
        description: "The holder is cut off, dashed, in the middle of half a \
                      change. The next one has waited for the lock. It gets \
                      it at that moment, and mends what is half done.",
    },
    Picture {
        name: "synchronization",
        trace: "synchronization/trace.jsonl",
        command: "cargo run -p synchronization -- --philosophers \
                  --meals 3 --bites 20000000",
        title: "Five philosophers, five forks",
        description: "Each of five processes eats three times. Before that \
                      it often waits for a lock, which is a fork that its \
                      neighbour holds. No two neighbours eat at the same \
                      time; two that sit apart do.",
    },
    Picture {
        name: "error_handling",
        trace: "error_handling/trace.jsonl",
        command: "cargo run -p error_handling -- --supervised --deadline 100",
        title: "Ten tasks, of which three are lost",
        description: "Two workers do tasks. Two of them abort, and two are \
                      killed at a deadline, each in a task that is cut off, \
                      dashed. A fresh worker takes the place of each, and \
                      goes on.",
    },
    Picture {
        name: "task_granularity",
        trace: "task_granularity/trace.jsonl",
        command: "cargo run -p task_granularity -- --only 2,15 \
                  --tasks 20 --iterations 10000000 --workers 2",
        title: "Twenty tasks in chunks of 2, and in chunks of 15",
        description: "In chunks of two, both workers compute nearly to the \
                      same moment. With one chunk of fifteen and one of \
                      five, the second worker has nothing to do while the \
                      first computes on.",
    },
    Picture {
        name: "resource_monitor",
        trace: "resource_monitor/trace.jsonl",
        command: "cargo run -p resource_monitor -- --kill-worker \
                  --workers 2 --tasks 8 --interval 250 --memory-per-worker 100",
        title: "Two workers, looked at four times a second",
        description: "The main process looks at its workers at even \
                      distances, whatever they are at. After the second \
                      look one worker is cut off, dashed, and a third one \
                      takes its place.",
    },
];

#[test]
fn every_timeline_is_drawn_from_its_trace() {
    for Picture { name, trace, title, description, .. } in PICTURES {
        let events = trace::read(root().join("crates").join(trace)).unwrap();
        let timeline = Timeline::from_events(&events);
        assert_shown(name, |id, width| {
            timeline.to_svg(&Caption { id, title, description }, width)
        });
    }
}

/// Sees that a figure of the book is what is drawn of its id and its width,
/// both the one for wide pages and the one for phones.
pub(crate) fn assert_shown(name: &str, draw: impl Fn(&str, u32) -> String) {
    let narrow = format!("{name}.narrow");
    for (id, width) in [(name, WIDTH), (&narrow, NARROW)] {
        let drawn = draw(&id.replace('.', "-"), width);
        assert_same(&format!("{id}.svg"), &drawn);
    }
}

/// Sees that a file beside the figures is what is made of their data; or
/// makes it so, if that is wanted.
pub(crate) fn assert_same(name: &str, drawn: &str) {
    let file = format!("book/src/figures/{name}");
    let overwrite =
        std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    if overwrite {
        fs::write(root().join(&file), drawn).unwrap();
    }
    let shown = fs::read_to_string(root().join(&file)).unwrap_or_default();
    assert!(shown == drawn, "{file} is not what its data draw");
}

/// What is drawn by hand, because it shows parts and no data.
const SKETCHES: [&str; 2] = ["parts_of_a_process", "queue_keeper"];

#[test]
fn every_figure_of_the_book_is_known() {
    let timelines = PICTURES.iter().map(|picture| picture.name.to_owned());
    let sketches = SKETCHES.map(str::to_owned);
    let known: Vec<_> =
        timelines.chain(charts::names()).chain(sketches).collect();
    let figures = fs::read_dir(root().join("book/src/figures")).unwrap();
    for entry in figures {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.split_once('.').unwrap().0.to_owned();
        assert!(known.contains(&name), "{file}: from which data?");
    }
}

/// The reader can make each of them: what stands below it says how.
#[test]
fn every_figure_names_the_command_that_makes_it() {
    for Picture { name, command, .. } in PICTURES {
        assert_said(name, command);
    }
    for (name, command) in charts::commands() {
        assert_said(&name, &command);
    }
}

fn assert_said(name: &str, command: &str) {
    let figure = format!("{{{{#include figures/{name}.svg}}}}");
    let chapters = Chapter::all(&root().join("book/src"));
    let chapters = chapters.iter().filter(|it| it.text().contains(&figure));
    let mut shown = 0;
    for chapter in chapters {
        for (_, after) in chapter
            .text()
            .match_indices(&figure)
            .map(|(at, _)| chapter.text().split_at(at))
        {
            let below = after.split("</div>").nth(1).unwrap_or_default();
            let below = below.split_once("\n## ").map_or(below, |it| it.0);
            let said = below.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_said = said.contains(&format!("`{command}`"));
            assert!(is_said, "{}: {name}: no `{command}`", chapter.name());
            shown += 1;
        }
    }
    assert!(shown > 0, "no chapter shows {name}");
}

/// So a reader who types the command gets what is shown, with other times.
#[test]
#[ignore = "needs the programs of all lessons"]
fn the_command_of_every_timeline_writes_such_a_trace() {
    let workspace = Workspace::build().unwrap();
    for Picture { name, trace, command, .. } in PICTURES {
        let directory = TempDir::new().unwrap();
        let written = directory.path().join("trace.jsonl");
        let mut words = command.split_whitespace();
        let cargo: Vec<_> = words.by_ref().take(3).collect();
        assert_eq!(cargo, ["cargo", "run", "-p"], "{name}");
        let program = workspace.program(words.next().unwrap()).unwrap();
        let program = Program::new(program)
            .args(words.skip_while(|word| *word == "--"))
            .env("MP_TRACE", &written)
            .env("RUST_BACKTRACE", "0");
        // Some end with an error on purpose.
        let run = program.run();
        let shown = root().join("crates").join(trace);
        let [again, shown] = [&written, &shown].map(|it| kinds_of_bars(it));
        assert_eq!(again, shown, "{name}: {run:?}");
    }
}

/// What there are bars of, without the numbers in their names: which of them
/// there are differs from run to run. So does whether anybody has to wait.
fn kinds_of_bars(trace: &Path) -> BTreeSet<String> {
    let timeline = Timeline::from_events(&trace::read(trace).unwrap());
    let bars = timeline.lanes.iter().flat_map(|lane| &lane.bars);
    let bars = bars.filter(|bar| bar.category != Category::Wait);
    let names = bars.map(|bar| bar.name.replace(char::is_numeric, ""));
    names.collect()
}
