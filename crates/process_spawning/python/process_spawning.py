"""The main script of the guide: two functions, each in its own process."""

import argparse
import multiprocessing as mp
import os
import sys
from pathlib import Path

LESSONS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(LESSONS / "time_utils" / "python"))

from time_utils import SEED_ITERATIONS, get_time, kill_time, timestamp


def parse_options():
    parser = argparse.ArgumentParser(description="Keeps cores busy.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=SEED_ITERATIONS)
    return parser.parse_args()


# ANCHOR: task
def worker_task(param, iterations):
    name, pid = mp.current_process().name, os.getpid()
    print(f"Starting process: {name}, PID: {pid}, Timestamp: {timestamp()}")
    kill_time(iterations)
    print(f"Finished process: PID: {pid}, Timestamp: {timestamp()}")
# ANCHOR_END: task


# ANCHOR: main
@get_time
def main():
    options = parse_options()
    processes = [
        mp.Process(
            name=f"Process_{number}",
            target=worker_task,
            args=(f"arg{number}", options.iterations),
        )
        for number in range(1, options.workers + 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
# ANCHOR_END: main
