"""The helpers of the guide: a timing decorator, a timestamp, a busy loop."""

import argparse
from datetime import datetime
from functools import wraps
from time import perf_counter

SEED_ITERATIONS = 10**8


# ANCHOR: get_time
def get_time(func):
    """Print how long each call of `func` takes."""

    @wraps(func)
    def wrapper(*args, **kwargs):
        start_time = perf_counter()
        result = func(*args, **kwargs)
        seconds = perf_counter() - start_time
        print(f"Time taken by {func.__name__}: {seconds:.4f} seconds")
        return result

    return wrapper
# ANCHOR_END: get_time


# ANCHOR: kill_time
def timestamp():
    """The local time of day as HH:MM:SS."""
    return datetime.now().strftime("%H:%M:%S")


def kill_time(iterations=SEED_ITERATIONS):
    """Keep one core busy: go round and do nothing."""
    for _ in range(iterations):
        pass
# ANCHOR_END: kill_time


def main():
    parser = argparse.ArgumentParser(description="Times the busy loop.")
    parser.add_argument("--iterations", type=int, default=SEED_ITERATIONS)
    options = parser.parse_args()
    get_time(kill_time)(options.iterations)


if __name__ == "__main__":
    main()
