"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

WORKERS = 2
MESSAGES = 2000
TASKS = 100_000
SHARE = TASKS // WORKERS


def nothing(number):
    return number


def seconds(work):
    start_time = perf_counter()
    work()
    return perf_counter() - start_time


def main():
    messages, tasks = [0] * MESSAGES, [0] * TASKS
    with mp.Pool(WORKERS) as pool, ProcessPoolExecutor(WORKERS) as executor:
        ways = {
            "pool, messages": lambda: pool.map(nothing, messages, chunksize=1),
            "pool, tasks": lambda: pool.map(nothing, tasks, chunksize=SHARE),
            "executor, messages": lambda: list(executor.map(nothing, messages)),
            "executor, tasks": lambda: list(
                executor.map(nothing, tasks, chunksize=SHARE)
            ),
        }
        for line in sys.stdin:
            print(seconds(ways[line.strip()]), flush=True)


if __name__ == "__main__":
    main()
