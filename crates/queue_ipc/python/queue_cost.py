"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from time import perf_counter

ITEMS = 20_000


def produce(requests, queue):
    while requests.recv():
        for number in range(ITEMS):
            queue.put(number)


def consume(queue, answers):
    while True:
        for _ in range(ITEMS):
            if queue.get() is None:
                return
        answers.send(True)


def time_to_parent(requests, queue):
    requests.send(True)
    start_time = perf_counter()
    for _ in range(ITEMS):
        queue.get()
    return perf_counter() - start_time


def time_to_worker(queue, answers):
    start_time = perf_counter()
    for number in range(ITEMS):
        queue.put(number)
    answers.recv()
    return perf_counter() - start_time


def main():
    results, tasks = mp.Queue(), mp.Queue()
    requests, asked = mp.Pipe()
    answers, answering = mp.Pipe()
    producer = mp.Process(target=produce, args=(asked, results))
    consumer = mp.Process(target=consume, args=(tasks, answering))
    producer.start()
    consumer.start()
    for line in sys.stdin:
        if line == "to parent\n":
            print(time_to_parent(requests, results), flush=True)
        if line == "to worker\n":
            print(time_to_worker(tasks, answers), flush=True)
    requests.send(False)
    tasks.put(None)
    producer.join()
    consumer.join()


if __name__ == "__main__":
    main()
