//! Waiting: it can be interrupted, and costs nothing.

use std::time::Duration;

use anyhow::ensure;
use process_spawning::Target;
use rustix::time::{ClockId, clock_gettime};
use time_utils::print_line;

use crate::workers::{Thing, WAIT, holder, join_all, start};

/// Waits in the thing of this name, which never comes; so does a worker.
pub(crate) fn for_ever(name: &str) -> anyhow::Result<()> {
    let thing = match Thing::named(name)? {
        // For two of three.
        Thing::Barrier(_) => Thing::Barrier(synchronization::Barrier::new(3)?),
        thing => thing,
    };
    let _holder = match &thing {
        Thing::Barrier(_) => None,
        thing => Some(holder(thing.clone())?),
    };
    let _worker = start(1, WAIT, &thing)?;
    print_line("waiting")?;
    thing.wait()
}

const SECOND: Duration = Duration::from_secs(1);

fn cpu_time() -> anyhow::Result<Duration> {
    Ok(clock_gettime(ClockId::ProcessCPUTime).try_into()?)
}

/// Waits for a second in vain, with next to no work for the processor.
pub(crate) const REST: Target<Thing> = Target::new("rest", |thing| {
    let before = cpu_time()?;
    ensure!(thing.waits_in_vain(SECOND)?, "it came");
    let used = cpu_time()?.saturating_sub(before);
    ensure!(used < Duration::from_millis(20), "{used:?} of work in a second");
    Ok(())
});

pub(crate) fn rest() -> anyhow::Result<()> {
    let (mut holders, mut resting) = (Vec::new(), Vec::new());
    for thing in Thing::all()? {
        if !matches!(thing, Thing::Barrier(_)) {
            holders.push(holder(thing.clone())?);
        }
        resting.extend(start(1, REST, &thing)?);
    }
    join_all(resting)
}
