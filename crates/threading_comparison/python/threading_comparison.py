"""The threading script of the guide, and the comparison with processes."""

import argparse
import multiprocessing as mp
import os
import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

LESSONS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(LESSONS / "time_utils" / "python"))

from time_utils import SEED_ITERATIONS, get_time, kill_time, timestamp

SLICE = 100_000


# ANCHOR: two_threads
def worker_task(iterations):
    name, pid = threading.current_thread().name, os.getpid()
    print(f"Starting thread: {name}, PID: {pid}, Timestamp: {timestamp()}\n", end="")
    kill_time(iterations)
    print(f"Finished thread: PID: {pid}, Timestamp: {timestamp()}\n", end="")


@get_time
def main(iterations):
    threads = [
        threading.Thread(name=name, target=worker_task, args=(iterations,))
        for name in ("Thread_1", "Thread_2")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
# ANCHOR_END: two_threads


def start_and_join(runners):
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()


def sequential(tasks, workers, iterations):
    for _ in range(tasks):
        kill_time(iterations)


# ANCHOR: threads
def threads(tasks, workers, iterations):
    start_and_join(
        [threading.Thread(target=kill_time, args=(iterations,)) for _ in range(tasks)]
    )
# ANCHOR_END: threads


# ANCHOR: work_queue
def work_queue(tasks, workers, iterations):
    waiting = queue.Queue()
    for number in range(tasks):
        waiting.put(number)

    def work():
        while True:
            try:
                waiting.get_nowait()
            except queue.Empty:
                return
            kill_time(iterations)

    start_and_join([threading.Thread(target=work) for _ in range(workers)])
# ANCHOR_END: work_queue


# ANCHOR: thread_pool
def thread_pool(tasks, workers, iterations):
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(kill_time, [iterations] * tasks))
# ANCHOR_END: thread_pool


# ANCHOR: processes
def processes(tasks, workers, iterations):
    context = mp.get_context("spawn")
    start_and_join(
        [context.Process(target=kill_time, args=(iterations,)) for _ in range(tasks)]
    )
# ANCHOR_END: processes


def threads_with_one_lock(tasks, workers, iterations):
    lock = threading.Lock()

    def work():
        left = iterations
        while left > 0:
            part = min(left, SLICE)
            with lock:
                kill_time(part)
            left -= part

    start_and_join([threading.Thread(target=work) for _ in range(tasks)])


WAYS = {
    "sequential": sequential,
    "threads": threads,
    "work queue": work_queue,
    "thread pool": thread_pool,
    "processes": processes,
    "threads, one lock": threads_with_one_lock,
}


def seconds(work, *args):
    start_time = perf_counter()
    work(*args)
    return perf_counter() - start_time


def compare(workers, iterations):
    tasks = 2 * workers
    title = f"{tasks} tasks, pools of {workers}"
    print(f"{title:<24}{'seconds':>10}{'speed-up':>10}")
    alone = None
    for name, way in WAYS.items():
        time = seconds(way, tasks, workers, iterations)
        alone = alone or time
        print(f"{name:<24}{time:>10.4f}{alone / time:>10.2f}")


def compare_creation():
    context = mp.get_context("spawn")
    times = {
        name: median(
            seconds(start_and_join, [kind(target=kill_time, args=(0,))])
            for _ in range(21)
        )
        for name, kind in (("thread", threading.Thread), ("process", context.Process))
    }
    print(f"{'to create and join one':<24}{'µs':>10}{'ratio':>10}")
    for name, time in times.items():
        ratio = time / times["thread"]
        print(f"{name:<24}{time * 1e6:>10.0f}{ratio:>10.1f}")


def parse_options():
    parser = argparse.ArgumentParser(description="Compares threads with processes.")
    cores = os.cpu_count() or 1
    parser.add_argument("--workers", type=int, default=max(cores, 2))
    parser.add_argument("--iterations", type=int, default=SEED_ITERATIONS)
    return parser.parse_args()


if __name__ == "__main__":
    options = parse_options()
    main(options.iterations)
    print()
    compare(options.workers, options.iterations)
    print()
    compare_creation()
