"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from time import perf_counter

WORKERS = 4
UPDATES = 100_000
ALONE = 100_000
TRIPS = 2_000


def count(begin, end, value):
    while True:
        begin.wait()
        for _ in range(UPDATES):
            with value.get_lock():
                value.value += 1
        end.wait()


def time_count(begin, end, value):
    value.value = 0
    begin.wait()
    start_time = perf_counter()
    end.wait()
    seconds = perf_counter() - start_time
    assert value.value == WORKERS * UPDATES, value.value
    return seconds


def time_alone(lock):
    start_time = perf_counter()
    for _ in range(ALONE):
        with lock:
            pass
    return perf_counter() - start_time


def answer_events(ask, answer):
    while True:
        ask.wait()
        ask.clear()
        answer.set()


def time_events(ask, answer):
    start_time = perf_counter()
    for _ in range(TRIPS):
        ask.set()
        answer.wait()
        answer.clear()
    return perf_counter() - start_time


def answer_condition(condition, turn):
    while True:
        with condition:
            condition.wait_for(lambda: turn.value == 1)
        with condition:
            turn.value = 0
            condition.notify()


def time_condition(condition, turn):
    start_time = perf_counter()
    for _ in range(TRIPS):
        with condition:
            turn.value = 1
            condition.notify()
        with condition:
            condition.wait_for(lambda: turn.value == 0)
    return perf_counter() - start_time


def with_partner(time, target, *args):
    partner = mp.Process(target=target, args=args)
    partner.start()
    try:
        time(*args)
        return time(*args)
    finally:
        partner.kill()
        partner.join()


def main():
    begin, end = mp.Barrier(WORKERS + 1), mp.Barrier(WORKERS + 1)
    value, lock = mp.Value("q", 0), mp.Lock()
    workers = [
        mp.Process(target=count, args=(begin, end, value), daemon=True)
        for _ in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    for line in sys.stdin:
        what = line.strip()
        if what == "count":
            seconds = time_count(begin, end, value)
        elif what == "alone":
            seconds = time_alone(lock)
        elif what == "events":
            events = mp.Event(), mp.Event()
            seconds = with_partner(time_events, answer_events, *events)
        else:
            turn = mp.Value("i", 0, lock=False)
            means = mp.Condition(), turn
            seconds = with_partner(time_condition, answer_condition, *means)
        print(seconds, flush=True)
    for worker in workers:
        worker.kill()
        worker.join()


if __name__ == "__main__":
    main()
