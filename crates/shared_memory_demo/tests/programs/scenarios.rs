//! Shared memory that is used well and badly, for the tests to watch.
//!
//! `shared_memory_demo_scenarios NAME` plays one of them. Each sees for
//! itself whether its promise holds, and prints `kept` at its end.

mod counting;
mod deaths;
mod endings;
mod opening;
mod sharing;
mod workers;

use std::env;
use std::process::ExitCode;

use anyhow::bail;
use process_spawning::{exit_code, main_guard};
use shared_memory_demo::Backing::{Memfd, Named};
use time_utils::print_line;

fn main() -> ExitCode {
    main_guard(&workers::ALL);
    let mut arguments = env::args().skip(1);
    let scenario = arguments.next().unwrap_or_default();
    exit_code(play(&scenario, arguments.next().as_deref()))
}

fn play(scenario: &str, argument: Option<&str>) -> anyhow::Result<()> {
    match (scenario, argument) {
        ("open", Some(what)) => return opening::open(what),
        ("hand over", Some(what)) => return opening::hand_over(what),
        ("make", Some(bytes)) => return opening::make(bytes.parse()?),
        _ => {}
    }
    match scenario {
        "sums, named" => counting::sums(Named),
        "sums, memfd" => counting::sums(Memfd),
        "threads" => counting::threads(),
        "moments" => counting::moments(),
        "types, named" => sharing::types(Named),
        "types, memfd" => sharing::types(Memfd),
        "moved, named" => sharing::moved(Named),
        "moved, memfd" => sharing::moved(Memfd),
        "passed on, named" => sharing::passed_on(Named),
        "passed on, memfd" => sharing::passed_on(Memfd),
        "empty" => sharing::empty(),
        "layout" => sharing::layout(),
        "two of one name" => sharing::two_of_one_name(),
        "completed" => opening::completed(),
        "signals" => opening::signals(),
        "too many" => opening::too_many(),
        "nested" => deaths::nested(),
        "panicked" => deaths::panicked(),
        "abandoned, named" => deaths::abandoned(Named),
        "abandoned, memfd" => deaths::abandoned(Memfd),
        "killed on the way" => deaths::killed_on_the_way(),
        "workers at random" => deaths::workers_at_random(),
        "owners at random" => deaths::owners_at_random(),
        "killed worker that owns" => deaths::killed_worker_that_owns(),
        "another /proc" => deaths::another_proc(),
        "return" => endings::finish(),
        "fail" => endings::fail(),
        "panic" => endings::panic(),
        "wait" => endings::wait(),
        "compute" => endings::compute(),
        "wait for the lock" => endings::wait_for_the_lock(),
        "alone" => endings::alone(),
        other => bail!("no scenario `{other}`"),
    }?;
    print_line("kept")?;
    Ok(())
}
