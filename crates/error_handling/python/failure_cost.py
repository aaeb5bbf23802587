"""For each line of input: do what it asks for, and say how many seconds."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from time import perf_counter

WORKERS = 2
TASKS = 20_000
ENDS = 10


def square(number):
    return number * number


def end():
    os._exit(3)


def squares(executor):
    for _ in executor.map(square, range(TASKS)):
        pass


def ends():
    executor = ProcessPoolExecutor(WORKERS)
    for _ in range(ENDS):
        try:
            executor.submit(end).result()
        except BrokenProcessPool:
            executor.shutdown()
            executor = ProcessPoolExecutor(WORKERS)
        executor.submit(square, 5).result()
    executor.shutdown()


def main():
    executor = ProcessPoolExecutor(WORKERS)
    executor.submit(square, 5).result()
    ways = {"squares": lambda: squares(executor), "ends": ends}
    for line in sys.stdin:
        start_time = perf_counter()
        ways[line.strip()]()
        print(perf_counter() - start_time, flush=True)
    executor.shutdown()


if __name__ == "__main__":
    main()
