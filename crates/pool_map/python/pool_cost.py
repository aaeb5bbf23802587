"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from time import perf_counter

WORKERS = 2
TASKS = 50_000
CALLS = 10


def square(number):
    return number * number


def seconds(work):
    start_time = perf_counter()
    work()
    return perf_counter() - start_time


def main():
    pool = mp.Pool(WORKERS)
    ways = {
        "one by one": lambda: pool.map(square, range(TASKS), chunksize=1),
        "in chunks": lambda: [
            pool.map(square, range(TASKS)) for _ in range(CALLS)
        ],
    }
    for line in sys.stdin:
        print(seconds(ways[line.strip()]), flush=True)
    pool.close()
    pool.join()


if __name__ == "__main__":
    main()
