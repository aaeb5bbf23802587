"""The same work in chunks of one task, of two, of five, and so on."""

import argparse
import multiprocessing as mp
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from math import ceil
from multiprocessing.pool import ThreadPool
from statistics import median
from time import perf_counter

MESSAGES = 1000
TASKS = 50_000
LONG = 200_000
WORTH = 1.1


def compute(iterations):
    for _ in range(iterations):
        pass
    return iterations


def seconds(results_of, lengths, *chunk_size):
    start_time = perf_counter()
    results = list(results_of(compute, lengths, *chunk_size))
    elapsed = perf_counter() - start_time
    assert results == lengths, "not every task was done once"
    return elapsed


def chunks(lengths, size):
    return [lengths[at : at + size] for at in range(0, len(lengths), size)]


def predict(costs, lengths, chunk_size):
    parts = chunks(lengths, chunk_size)
    crowd = max(min(len(parts), costs["workers"]) / costs["cores"], 1)
    done = [0] * costs["workers"]
    for part in parts:
        computing = costs["one thread"] * sum(part) / sum(lengths) * crowd
        passing = costs["task"] * len(part)
        # Whoever is free first gets it.
        first = done.index(min(done))
        done[first] += costs["message"] + passing + computing
    return max(done)


def lengths_of(tasks, iterations, uneven):
    if not uneven:
        return [iterations] * tasks
    long = ceil(tasks / 10)
    parts = tasks - long + long * 10

    def share(of):
        return max(tasks * iterations * of // parts, 1)

    return [share(1)] * (tasks - long) + [share(10)] * long


def chunk_sizes(tasks):
    steps = (step * 10**zeros for zeros in range(6) for step in (1, 2, 5))
    return [size for size in steps if size < tasks] + [tasks]


def automatic_chunk_size(tasks, workers):
    return ceil(tasks / (4 * workers))


# ANCHOR: trials
def trials_of(pool, threads, lengths, workers):
    empty, long = [0] * TASKS, [LONG] * workers
    trials = {
        "one thread": (map, lengths),
        "threads": (threads.map, lengths),
        "one core": (map, long[:1]),
        "all cores": (pool.map, long, 1),
        "messages": (pool.map, empty[:MESSAGES], 1),
        "tasks": (pool.map, empty, ceil(TASKS / workers)),
    }
    sizes = chunk_sizes(len(lengths))
    for size in (*sizes, automatic_chunk_size(len(lengths), workers)):
        trials[size] = (pool.map, lengths, size)
    return trials
# ANCHOR_END: trials


def in_turns(trials, rounds):
    times = [[seconds(*trial) for trial in trials.values()] for _ in range(rounds)]
    return dict(zip(trials, map(median, zip(*times))))


def costs_of(times, workers):
    message = times["messages"] * workers / MESSAGES
    cores = workers * times["one core"] / times["all cores"]
    return {
        "message": message,
        "task": max(times["tasks"] - message, 0) * workers / TASKS,
        "one thread": times["one thread"],
        "workers": workers,
        "cores": min(max(cores, 1), workers),
    }


def print_costs(costs, tasks):
    workers, cores = costs["workers"], costs["cores"]
    title = f"{tasks} tasks, {workers} workers, {cores:.2f} cores"
    print(f"{title:<42}{'µs each':>10}")
    for name, time in (
        ("a task, by one thread", costs["one thread"] / tasks),
        ("to pass a task on", costs["task"]),
        ("to report, and wait for the next message", costs["message"]),
    ):
        print(f"{name:<42}{time * 1e6:>10.3f}")


def bars(longest):
    letters = max(min(shutil.get_terminal_size().columns - 62, 60), 0)

    def length(time):
        return max(int(letters * time / longest), 1)

    def draw(time, end=None):
        bar = ("█" * length(time)).ljust(letters)[:letters]
        if end is not None and letters:
            mark = length(end)
            bar = f"{bar[:mark - 1]}│{bar[mark:]}"
        return bar.rstrip()

    return draw


def print_times(costs, times, lengths, best):
    tasks, alone = len(lengths), times["one thread"]
    sizes = chunk_sizes(tasks)
    predicted = {size: predict(costs, lengths, size) for size in times if size in sizes}
    automatic = automatic_chunk_size(tasks, costs["workers"])
    predicted[automatic] = predict(costs, lengths, automatic)
    ways = {"one thread": alone, "threads (GIL)": times["threads"]}
    shown = [times[size] for size in predicted]
    draw = bars(max(*predicted.values(), *shown, *ways.values()))

    print(
        f"{'chunk':>10}{'messages':>10}{'ms':>10}"
        f"{'predicted':>11}{'ratio':>8}{'speed-up':>10}"
    )
    rows = [("best" if size == best else "", size) for size in sizes]
    for mark, size in (*rows, ("auto", automatic)):
        time, expected = times[size], predicted[size]
        print(
            f"{mark:<4}{size:>6}{ceil(tasks / size):>10}{time * 1e3:>10.3f}"
            f"{expected * 1e3:>11.3f}{time / expected:>8.2f}"
            f"{alone / time:>10.2f}   {draw(time, expected)}"
        )
    for name, time in ways.items():
        print(
            f"{name:<20}{time * 1e3:>10.3f}{'':>19}{alone / time:>10.2f}   {draw(time)}"
        )


def reason(costs, lengths):
    if max(lengths) * WORTH >= sum(lengths):
        return "one task is most of the work, and workers cannot share it"
    doing = costs["one thread"] / len(lengths)
    # All workers pass tasks on at the same time.
    passing = costs["task"] / costs["workers"]
    if doing > passing and costs["cores"] < WORTH:
        return "only one of them can compute at a time"
    computing = doing / costs["cores"]
    if doing < WORTH * (computing + passing):
        return (
            f"other cores save only {(doing - computing) * 1e6:.1f}µs "
            f"of a {doing * 1e6:.1f}µs task; "
            f"passing it on costs {passing * 1e6:.1f}µs"
        )
    messages = costs["one thread"] / costs["message"]
    return f"all the work takes only as long as {messages:.1f} waits for a message"


def verdict(costs, times, lengths, best):
    sizes, alone = chunk_sizes(len(lengths)), times["one thread"]
    if alone >= WORTH * times[best]:
        speed_up = alone / times[best]
        return f"best: chunks of {best}, {speed_up:.2f} times as fast as one thread"
    sizes.append(automatic_chunk_size(len(lengths), costs["workers"]))
    predicted = min(predict(costs, lengths, size) for size in sizes)
    one_thread, processes = f"{alone * 1e3:.1f}ms", f"{times[best] * 1e3:.1f}ms"
    if alone >= WORTH * predicted:
        return (
            f"parallel did not pay this time: one thread took {one_thread}, "
            f"processes {processes}.\nThe model says {predicted * 1e3:.1f}ms: "
            "if somebody else was at work, measure again"
        )
    return (
        f"parallel does not pay here: one thread takes {one_thread}, "
        f"processes {processes},\nbecause {reason(costs, lengths)}"
    )


def compare(lengths, workers, rounds):
    tasks = len(lengths)
    with mp.get_context("spawn").Pool(workers) as pool, ThreadPool(workers) as threads:
        times = in_turns(trials_of(pool, threads, lengths, workers), rounds)
    costs = costs_of(times, workers)
    best = min(chunk_sizes(tasks), key=times.get)
    print_costs(costs, tasks)
    print()
    print_times(costs, times, lengths, best)
    print()
    print(verdict(costs, times, lengths, best))


# ANCHOR: executor
def by_executor(lengths, workers):
    with ProcessPoolExecutor(workers, mp.get_context("spawn")) as executor:
        list(executor.map(compute, [0] * workers))  # It starts them late.
        for chunk_size in (1, automatic_chunk_size(len(lengths), workers)):
            start_time = perf_counter()
            list(executor.map(compute, lengths, chunksize=chunk_size))
            elapsed = perf_counter() - start_time
            print(f"executor.map, chunksize={chunk_size:<6}{elapsed * 1e3:>10.3f} ms")
# ANCHOR_END: executor


def count(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=count, default=2000)
    # A round takes Python some forty times as long as it takes Rust.
    parser.add_argument("--iterations", type=count, default=1000)
    parser.add_argument("--uneven", action="store_true")
    parser.add_argument("--workers", type=count, default=os.cpu_count())
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--executor", action="store_true")
    return parser.parse_args()


def main():
    options = parse_options()
    lengths = lengths_of(options.tasks, options.iterations, options.uneven)
    if options.executor:
        by_executor(lengths, options.workers)
    else:
        compare(lengths, options.workers, options.rounds)


if __name__ == "__main__":
    main()
