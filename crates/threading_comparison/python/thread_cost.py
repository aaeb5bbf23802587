"""For each line of input: do what it asks for, and say how many seconds."""

import sys
import threading
from time import perf_counter

THREADS = 100
HOLDS = 100_000

LOCK = threading.Lock()


def nothing():
    pass


def threads():
    for _ in range(THREADS):
        thread = threading.Thread(target=nothing)
        thread.start()
        thread.join()


def lock():
    for _ in range(HOLDS):
        with LOCK:
            pass


def main():
    ways = {"threads": threads, "lock": lock}
    for line in sys.stdin:
        way = ways[line.strip()]
        start_time = perf_counter()
        way()
        print(perf_counter() - start_time, flush=True)


if __name__ == "__main__":
    main()
