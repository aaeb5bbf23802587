"""Start and join one process for each line of input, and say how long."""

import multiprocessing as mp
import sys
from time import perf_counter


def nothing():
    pass


def main():
    context = mp.get_context(sys.argv[1])
    for _ in sys.stdin:
        start_time = perf_counter()
        process = context.Process(target=nothing)
        process.start()
        process.join()
        print(perf_counter() - start_time, flush=True)


if __name__ == "__main__":
    main()
