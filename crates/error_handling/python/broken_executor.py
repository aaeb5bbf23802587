"""A worker is killed: ProcessPoolExecutor gives up everything, for good."""

import multiprocessing as mp
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool


def deadly(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def told(future):
    try:
        return future.result(timeout=10)
    except BrokenProcessPool:
        return "BrokenProcessPool"


def main():
    spawn = mp.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as executor:
        futures = {n: executor.submit(deadly, n) for n in range(1, 6)}
        for number, future in futures.items():
            print(f"{number}: {told(future)}")
        # Which of them it was, nobody says. And from now on:
        try:
            executor.submit(deadly, 6)
        except BrokenProcessPool:
            print("the same executor, again: BrokenProcessPool")


if __name__ == "__main__":
    main()
