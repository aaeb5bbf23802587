//! What the exercises' checks say of the answers: each wrong one fails with
//! its message, and so does the stub. (That the solutions pass is a test of
//! each solution's own package.)

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial, run};
use solutions::{Example, Task, tasks};

/// So many wrong answers belong to every exercise, at least.
const FEWEST: usize = 4;

/// Most of the time a check waits: for processes, and for those that hang.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let tasks = match tasks() {
        Ok(tasks) => tasks,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let trials = tasks.into_iter().map(Arc::new).flat_map(|task| trials(&task));
    run(&arguments, trials.collect()).exit_code()
}

fn trials(task: &Arc<Task>) -> Vec<Trial> {
    let Task { name, .. } = &**task;
    let own = |what: &str, test: fn(&Task) -> Result<(), Failed>| {
        let task = Arc::clone(task);
        Trial::test(format!("{name}::{what}"), move || test(&task))
    };
    let mut trials = vec![
        own("has_enough_wrong_answers", has_enough_wrong_answers),
        own("example_is_a_real_run", example_is_a_real_run),
        // Wherever somebody has worked on the exercise, it is another.
        own("stub_is_the_exercise", stub_is_the_exercise)
            .with_ignored_flag(true),
    ];
    for at in 0..task.answers.len() {
        let answer = &task.answers[at];
        if answer.name != "solution" {
            let (title, task) =
                (format!("{name}::{}", answer.name), task.clone());
            trials.push(Trial::test(title, move || is_told(&task, at)));
        }
    }
    trials
}

fn is_told(task: &Task, at: usize) -> Result<(), Failed> {
    let answer = &task.answers[at];
    let expected = task.expected(answer)?.unwrap_or_default();
    let verdict = task.check(answer)?;
    if verdict.passed {
        return Err("it passes the checks".into());
    }
    if !verdict.told.contains(&expected) {
        let output = verdict.told;
        return Err(format!(
            "a learner is not told\n    {expected}\nbut\n{output}"
        )
        .into());
    }
    Ok(())
}

fn has_enough_wrong_answers(task: &Task) -> Result<(), Failed> {
    let directory = task.directory.join("wrong");
    let files = fs::read_dir(directory)?.count();
    // Beside the solution and the stub.
    let built = task.answers.len().saturating_sub(2);
    if files != built {
        return Err(format!("{files} files, but {built} programs").into());
    }
    if built < FEWEST {
        return Err(format!("{built} wrong answers, not {FEWEST}").into());
    }
    Ok(())
}

fn example_is_a_real_run(task: &Task) -> Result<(), Failed> {
    let solution = task.answer("solution")?;
    let readme = task.exercise().join("README.md");
    for example in Example::all(&readme, &task.name)? {
        example.assert_true(&solution.program);
    }
    Ok(())
}

fn stub_is_the_exercise(task: &Task) -> Result<(), Failed> {
    let stub = fs::read_to_string(task.directory.join("stub.rs"))?;
    let exercise = fs::read_to_string(task.exercise().join("src/main.rs"))?;
    if stub != exercise {
        return Err("stub.rs and the exercise differ".into());
    }
    Ok(())
}
