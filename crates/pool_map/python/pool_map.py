"""The squares of some numbers, by threads and by processes."""

import argparse
import multiprocessing as mp
from multiprocessing.pool import ThreadPool


# ANCHOR: pool
def square(number):
    return number * number


def by_processes(numbers):
    with mp.get_context("spawn").Pool() as pool:
        return pool.map(square, numbers)
# ANCHOR_END: pool


def by_threads(numbers):
    with ThreadPool() as pool:
        return pool.map(square, numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", default="1,2,3,4,5")
    numbers = [int(n) for n in parser.parse_args().numbers.split(",")]
    print("threads:  ", by_threads(numbers))
    print("processes:", by_processes(numbers))


if __name__ == "__main__":
    main()
