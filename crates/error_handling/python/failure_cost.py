"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from time import perf_counter

WORKERS = 2
TASKS = 20_000
ENDS = 10
FORK = mp.get_context("fork")


def square(number):
    return number * number


def end():
    os._exit(3)


def new_executor():
    return ProcessPoolExecutor(WORKERS, mp_context=FORK)


def squares(executor):
    for _ in executor.map(square, range(TASKS)):
        pass


def ends():
    executor = new_executor()
    for _ in range(ENDS):
        try:
            executor.submit(end).result()
        except BrokenProcessPool:
            executor.shutdown()
            executor = new_executor()
        executor.submit(square, 5).result()
    executor.shutdown()


def main():
    executor = new_executor()
    executor.submit(square, 5).result()
    ways = {"squares": lambda: squares(executor), "ends": ends}
    for line in sys.stdin:
        start_time = perf_counter()
        ways[line.strip()]()
        print(perf_counter() - start_time, flush=True)
    executor.shutdown()


if __name__ == "__main__":
    main()
