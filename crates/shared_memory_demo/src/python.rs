//! A Python opens what we have made, by its name.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use process_spawning::interrupted;
use shared_memory_demo::{Array, Value};
use time_utils::print_line;

const ATTACH: &str = include_str!("../python/attach.py");
const CARELESS: &str = include_str!("../python/careless.py");

// ANCHOR: show
pub(crate) fn show(interpreter: &OsStr) -> anyhow::Result<()> {
    let num = Value::new(0.5)?;
    let arr = Array::new(&[1, 2, 3])?;
    let names = [num.name(), arr.name()].map(Option::unwrap_or_default);
    run_script(interpreter, ATTACH, &names)?;
    print_line(format_args!("rust    {num:?} {arr:?}"))?;
    ensure!((num.get(), arr.snapshot()) == (2.5, vec![-1, -2, -3]));
    Value::<f64>::open(names[0])?;
    Array::<i32>::open(names[1])?;
    print_line("rust    the names are still there")?;
    Ok(())
}
// ANCHOR_END: show

pub(crate) fn careless(interpreter: &OsStr) -> anyhow::Result<()> {
    let num = Value::new(0.5)?;
    let name = num.name().unwrap_or_default();
    run_script(interpreter, CARELESS, &[name])?;
    print_line(format_args!("rust    still has it: {}", num.get()))?;
    if let Err(error) = Value::<f64>::open(name) {
        print_line(format_args!("rust    {error}"))?;
    }
    Ok(())
}

fn run_script(
    interpreter: &OsStr,
    script: &str,
    names: &[&str],
) -> anyhow::Result<()> {
    let shown = interpreter.display();
    let output = Command::new(interpreter)
        .args(["-c", script])
        .args(names)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .output()
        .with_context(|| {
            format!("cannot start {shown}: name another with --interpreter")
        })?;
    if let Some(by) = interrupted() {
        // It was, too: what it says is that.
        return Err(by.into());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{shown} failed: {}", said.trim_end());
    let printed = String::from_utf8_lossy(&output.stdout);
    for line in printed.lines() {
        print_line(line)?;
    }
    Ok(())
}
