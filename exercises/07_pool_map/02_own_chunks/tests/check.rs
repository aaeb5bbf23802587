//! What `chunks` and `squares` must do, seen from outside.

use exercise_check::{Run, program};

/// Numbers of which the first ones take longest.
fn numbers(count: i64) -> Vec<i64> {
    (0..count).map(|place| place * 20 + 1).collect()
}

fn run(workers: usize, numbers: &[i64]) -> Run {
    program!().arg(workers).args(numbers).run()
}

/// Who takes which chunk.
fn taken(run: &Run) -> Vec<(u32, Vec<i64>)> {
    let chunks = run.said().filter_map(|(pid, what)| {
        Some((pid, list(what.strip_prefix("takes ")?)))
    });
    chunks.collect()
}

/// The numbers in `[1, 2, 3]`.
fn list(text: &str) -> Vec<i64> {
    let numbers = text.trim_matches(['[', ']']).split(", ");
    numbers.filter_map(|number| number.parse().ok()).collect()
}

fn require_squares(run: &Run, numbers: &[i64]) {
    let squares: Vec<_> = numbers.iter().map(|it| it * it).collect();
    let printed = run.stdout.lines().last().unwrap_or_default();
    let expected = format!("the last line is {squares:?}");
    let result = list(printed);
    run.require(
        result.len() == numbers.len(),
        format_args!(
            "of {} numbers it gave {} squares",
            numbers.len(),
            result.len()
        ),
        &expected,
        "what is left over when the numbers do not divide evenly",
    );
    let sorted = |mut list: Vec<i64>| {
        list.sort_unstable();
        list
    };
    run.require(
        result == squares || sorted(result) != sorted(squares.clone()),
        "the squares are complete, and in another order than the numbers",
        &expected,
        "which chunk a result belongs to: the first one often takes longest",
    );
    run.require(
        printed == format!("{squares:?}"),
        format_args!("the last line is `{printed}`"),
        &expected,
        "how `squares` puts the results together",
    );
}

#[test]
fn the_squares_are_complete_and_in_order() {
    for (workers, count) in [(3, 7), (2, 8), (4, 5), (1, 3), (3, 10)] {
        let numbers = numbers(count);
        let run = run(workers, &numbers).success();
        require_squares(&run, &numbers);
    }
}

#[test]
fn there_may_be_more_workers_than_numbers() {
    for (workers, count) in [(4, 2), (3, 1)] {
        let numbers = numbers(count);
        let run = run(workers, &numbers);
        run.require(
            run.exit_code() == Some(0),
            format_args!("{count} numbers were too few for {workers} workers"),
            "some workers have nothing to do, and all squares are there",
            "what the length of a chunk is then",
        );
        require_squares(&run, &numbers);
    }
}

#[test]
fn there_may_be_no_numbers() {
    let run = run(2, &[]);
    let code = run
        .exit_code()
        .map_or("a signal".to_owned(), |code| format!("exit code {code}"));
    run.require(
        code == "exit code 0",
        format_args!("without any number it ended with {code}"),
        "no numbers, no squares: []",
        "what the length of a chunk is then",
    );
    require_squares(&run, &[]);
}

#[test]
fn no_chunk_is_longer_than_it_must_be() {
    for (workers, count) in [(3, 7), (4, 7), (2, 8), (4, 2)] {
        let run = run(workers, &numbers(count));
        let taken = taken(&run);
        run.require(
            taken.len() <= workers,
            format_args!("it sent {} chunks to {workers} workers", taken.len()),
            "no more than one chunk for each worker",
            "how long a chunk is: the division must round up",
        );
        let longest = taken.iter().map(|(_, chunk)| chunk.len()).max();
        let longest = longest.unwrap_or_default();
        let allowed = count.unsigned_abs().div_ceil(workers as u64);
        run.require(
            longest as u64 <= allowed,
            format_args!(
                "{count} numbers for {workers} workers, and one of them got \
                 {longest}"
            ),
            format_args!("none gets more than {allowed}"),
            "where the rest goes",
        );
    }
}

#[test]
fn each_number_is_sent_once_and_to_a_worker() {
    let numbers = numbers(7);
    let run = run(3, &numbers);
    let taken = taken(&run);
    run.require(
        taken.iter().all(|(pid, _)| *pid != run.pid),
        "chunks were squared in the parent itself",
        "workers square them",
        "a function that is called runs here; `pool` has to be asked for the \
         task `SQUARE_ALL`",
    );
    let chunks = taken.into_iter().map(|(_, chunk)| chunk);
    let mut sent: Vec<_> = chunks.flatten().collect();
    sent.sort_unstable();
    run.require(
        sent == numbers,
        format_args!("the workers got {sent:?}"),
        format_args!("each number once: {numbers:?}"),
        "where one chunk ends, and the next one begins",
    );
}

#[test]
fn the_chunks_are_under_way_at_the_same_time() {
    let run = run(2, &[0; 6]);
    let said: Vec<_> = run.said().collect();
    // Of two that are under way at once, the second has begun before the
    // first was done.
    let begins = |what: &str| what.starts_with("takes ");
    let overlap = said.windows(2).any(|lines| {
        let [(first, a), (second, b)] = lines else { return false };
        first != second && begins(a) && begins(b)
    });
    run.require(
        overlap,
        "no two chunks were under way at the same time",
        "2 workers, each at a chunk of its own",
        "ask for all chunks before you wait for the first result",
    );
}
