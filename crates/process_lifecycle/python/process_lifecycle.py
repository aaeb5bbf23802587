"""One line for each way for a process to end, and what its parent saw."""

import multiprocessing as mp
import os
import signal
import sys
import time


def work_on():
    while True:
        pass


def fail():
    raise ZeroDivisionError("nothing to divide by")


def panic():
    raise AssertionError("this should not happen")


def ignore(ready):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready.set()
    work_on()


# ANCHOR: end_within
def end_within(process, patience):
    """Wait, then ask, then insist."""
    process.join(patience)
    if process.exitcode is None:
        process.terminate()
        process.join(patience)
    if process.exitcode is None:
        process.kill()
        process.join()
# ANCHOR_END: end_within


def describe(exitcode):
    if exitcode >= 0:
        return f"exit code {exitcode}"
    number = -exitcode
    return f"signal {number} ({signal.Signals(number).name})"


def main():
    context = mp.get_context("spawn")
    ready = context.Event()
    ways = [
        ("return", time.time, (), mp.Process.join),
        ("error", fail, (), mp.Process.join),
        ("panic", panic, (), mp.Process.join),
        ("exit(3)", sys.exit, (3,), mp.Process.join),
        ("abort", os.abort, (), mp.Process.join),
        ("terminate", work_on, (), mp.Process.terminate),
        ("kill", work_on, (), mp.Process.kill),
        ("ignore terminate", ignore, (ready,), None),
    ]
    print("way to end        what the parent saw")
    for name, target, args, end in ways:
        process = context.Process(target=target, args=args)
        process.start()
        if end is None:
            ready.wait()
            end_within(process, 0.005)
        else:
            end(process)
        process.join()
        print(f"{name:<18}{describe(process.exitcode)}")


if __name__ == "__main__":
    main()
