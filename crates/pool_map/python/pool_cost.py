"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from time import perf_counter

WORKERS = 2
TASKS = 50_000
SPINS = 40
ITERATIONS = 100_000


def square(number):
    return number * number


def spin(iterations):
    for _ in range(iterations):
        pass


def seconds(work):
    start_time = perf_counter()
    work()
    return perf_counter() - start_time


def main():
    pool = mp.Pool(WORKERS)
    one = mp.Pool(1)
    ways = {
        "one by one": lambda: pool.map(square, range(TASKS), chunksize=1),
        "in chunks": lambda: pool.map(square, range(TASKS)),
        "one worker": lambda: one.map(spin, [ITERATIONS] * SPINS, chunksize=1),
        "two workers": lambda: pool.map(
            spin, [ITERATIONS] * SPINS, chunksize=1
        ),
    }
    for line in sys.stdin:
        print(seconds(ways[line.strip()]), flush=True)
    for each in (pool, one):
        each.close()
        each.join()


if __name__ == "__main__":
    main()
