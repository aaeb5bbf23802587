"""Errors of other processes, told: what the parent gets, and what it does not."""

import multiprocessing as mp
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, TimeoutError
from concurrent.futures.process import BrokenProcessPool

SPAWN = mp.get_context("spawn")


# ANCHOR: catch
def catch():
    try:
        1 / 0
    except Exception as error:
        print(f"Error in worker: {error}", file=sys.stderr)
# ANCHOR_END: catch


def raise_it():
    1 / 0


# ANCHOR: fail
def fail(way):
    if way == "fails":
        return count_lines("numbers.txt")
    if way == "panics":
        return [7, 8, 9][3]
    if way == "exits":
        os._exit(3)
    if way == "aborts":
        os.abort()
    if way == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    while way == "never ends":
        pass
    return 25


def count_lines(file):
    with open(file) as lines:
        return len(list(lines))
# ANCHOR_END: fail


# ANCHOR: told
def told(way):
    executor = ProcessPoolExecutor(1, mp_context=SPAWN)
    try:
        return f"the result {executor.submit(fail, way).result(timeout=1)}"
    except BrokenProcessPool:
        return "no result: BrokenProcessPool"
    except TimeoutError:
        # The task goes on. Nobody but us would end it.
        for worker in executor._processes.values():
            worker.kill()
        return "no result after 1s"
    except Exception as error:
        return f"error: {error}"
    finally:
        executor.shutdown()
# ANCHOR_END: told


def main():
    for what, target in [("catches", catch), ("returns", raise_it)]:
        process = SPAWN.Process(target=target)
        process.start()
        process.join()
        code = process.exitcode
        print(f"a worker that {what} its error: exit code {code}")
    print("\na task that …  and what its parent gets")
    ways = ["returns", "fails", "panics", "exits", "aborts"]
    for way in ways + ["is killed", "never ends"]:
        print(f"{way:<15}{told(way)}", flush=True)


if __name__ == "__main__":
    main()
