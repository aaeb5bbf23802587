"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from time import perf_counter

WORKERS = 4
UPDATES = 1_000_000
NUMBERS = 1_000_000


def count(counter, requests, answers):
    while requests.recv():
        for _ in range(UPDATES):
            with counter.get_lock():
                counter.value += 1
        answers.send(True)


def open_memory(requests, answers):
    while name := requests.recv():
        memory = SharedMemory(name)
        memory.buf[0] += 1
        answers.send(True)
        memory.close()


def time_of_all(workers, request):
    start_time = perf_counter()
    for requests, _ in workers:
        requests.send(request)
    for _, answers in workers:
        answers.recv()
    return perf_counter() - start_time


def time_to_open(worker):
    start_time = perf_counter()
    memory = SharedMemory(create=True, size=4096)
    time_of_all([worker], memory.name)
    memory.close()
    memory.unlink()
    return perf_counter() - start_time


def time_to_negate(numbers):
    start_time = perf_counter()
    for index in range(NUMBERS):
        numbers[index] = -numbers[index]
    return perf_counter() - start_time


def start(target, *args):
    asked, requests = mp.Pipe(duplex=False)
    answers, answering = mp.Pipe(duplex=False)
    args = (*args, asked, answering)
    mp.Process(target=target, args=args, daemon=True).start()
    return requests, answers


def main():
    # One for all, or each worker's would warn of what is not its own.
    resource_tracker.ensure_running()
    counter = mp.Value("q", 0)
    counting = [start(count, counter) for _ in range(WORKERS)]
    opening = start(open_memory)
    numbers = mp.Array("i", range(NUMBERS))
    for line in sys.stdin:
        if line == "count\n":
            print(time_of_all(counting, True), flush=True)
        if line == "negate\n":
            print(time_to_negate(numbers), flush=True)
        if line == "negate without lock\n":
            print(time_to_negate(numbers.get_obj()), flush=True)
        if line == "open\n":
            print(time_to_open(opening), flush=True)


if __name__ == "__main__":
    main()
