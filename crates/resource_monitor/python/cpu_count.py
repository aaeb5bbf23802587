"""Pool() of a process that may use one core: it counts all of them."""

import multiprocessing as mp
import os


def main():
    # As `taskset`, a batch system, or a container with a CPU set does it.
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    with mp.get_context("spawn").Pool() as pool:
        print("os.cpu_count():           ", os.cpu_count())
        print("len(os.sched_getaffinity):", len(os.sched_getaffinity(0)))
        print("workers of Pool():        ", len(pool._pool))


if __name__ == "__main__":
    main()
