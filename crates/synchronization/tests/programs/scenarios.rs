//! What waits for each other, well and badly, for the tests to watch.
//!
//! `synchronization_scenarios NAME` plays one of them. Each sees for itself
//! whether its promise holds, and prints `kept` at its end.

mod deaths;
mod locks;
mod meetings;
mod news;
mod passing;
mod permits;
mod waits;
mod workers;

use std::env;
use std::process::ExitCode;

use anyhow::bail;
use process_spawning::{AnyTarget, exit_code, main_guard};
use time_utils::print_line;

const TARGETS: [&dyn AnyTarget; 30] = [
    &workers::HOLD,
    &workers::WAIT,
    &workers::NOTHING,
    &locks::SEE_TAKEN,
    &locks::COUNT,
    &locks::PANIC,
    &permits::SEE_NONE,
    &news::ANSWER,
    &news::SLEEP,
    &news::UNTIL_FOUR,
    &news::PRODUCE,
    &news::CONSUME,
    &meetings::PASS,
    &meetings::ONCE,
    &meetings::SEE_BROKEN,
    &meetings::FAIL,
    &meetings::TWICE,
    &passing::MIDDLE,
    &passing::IDLE,
    &waits::REST,
    &deaths::LOCK_LOOP,
    &deaths::RLOCK_LOOP,
    &deaths::PERMIT_LOOP,
    &deaths::BOUNDED_LOOP,
    &deaths::EVENT_LOOP,
    &deaths::STORE_LOOP,
    &deaths::BARRIER_LOOP,
    &deaths::GO_ON,
    &passing::SEE_ONE,
    &passing::KEEP,
];

fn main() -> ExitCode {
    main_guard(&TARGETS);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "lock" => locks::lock(),
        "lock twice" => locks::lock_twice(),
        "lock of another" => locks::lock_of_another(),
        "rlock" => locks::rlock(),
        "panicked" => locks::panicked(),
        "rlock abandoned" => locks::rlock_abandoned(),
        "exact" => locks::exact(),
        "semaphore" => permits::semaphore(),
        "woken" => permits::woken(),
        "bounded" => permits::bounded(),
        "limits" => permits::limits(),
        "event" => news::event(),
        "set and clear" => news::set_and_clear(),
        "notify" => news::notify(),
        "wait for" => news::wait_for(),
        "condition timeouts" => news::condition_timeouts(),
        "guard of another lock" => news::guard_of_another_lock(),
        "bounded buffer" => news::bounded_buffer(),
        "thousand passes" => meetings::thousand_passes(),
        "action" => meetings::action(),
        "few parties" => meetings::few_parties(),
        "abort" => meetings::abort(),
        "reset" => meetings::reset(),
        "abort and reset" => meetings::abort_and_reset(),
        "barrier timeout" => meetings::timeout(),
        "left early" => meetings::left_early(),
        "run again" => meetings::run_again(),
        "maker alone" => meetings::maker_alone(),
        "maker leaves" => meetings::maker_leaves(),
        "party killed" => meetings::killed(),
        "many" => passing::many(),
        "nothing left" => passing::nothing_left(),
        "grandchild killed" => passing::grandchild_killed(),
        "middle killed" => passing::middle_killed(),
        "stopped holder" => passing::stopped_holder(),
        "twice" => passing::twice(),
        "never came" => passing::never_came(),
        "kept" => passing::kept(),
        "notified in vain" => deaths::notified_in_vain(),
        "rest" => waits::rest(),
        "kill in lock" => deaths::lock(),
        "kill in rlock" => deaths::rlock(),
        "kill in semaphore" => deaths::semaphore(),
        "kill in bounded" => deaths::bounded(),
        "kill in event" => deaths::event(),
        "kill in condition" => deaths::condition(),
        "kill in barrier" => deaths::barrier(),
        other => match other.strip_prefix("wait in ") {
            Some(name) => waits::for_ever(name),
            None => bail!("no scenario `{other}`"),
        },
    }?;
    print_line("kept")?;
    Ok(())
}
