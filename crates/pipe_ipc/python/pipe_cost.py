"""For each line of input: do what it asks for, and say how many seconds."""

import multiprocessing as mp
import sys
from time import perf_counter

ROUND_TRIPS = 2_000
BLOCKS = 200
BLOCK = bytes(1 << 20)


def echo(connection):
    while (message := connection.recv()) is not None:
        connection.send(message)


def send_blocks(connection):
    while connection.recv():
        for _ in range(BLOCKS):
            connection.send_bytes(BLOCK)


def time_round_trips(connection):
    start_time = perf_counter()
    for number in range(ROUND_TRIPS):
        connection.send(number)
        connection.recv()
    return perf_counter() - start_time


def time_blocks(connection):
    connection.send(True)
    start_time = perf_counter()
    for _ in range(BLOCKS):
        connection.recv_bytes()
    return perf_counter() - start_time


def main():
    ours, theirs = mp.Pipe()
    echoer = mp.Process(target=echo, args=(theirs,))
    echoer.start()
    blocks, sender_end = mp.Pipe()
    sender = mp.Process(target=send_blocks, args=(sender_end,))
    sender.start()
    for line in sys.stdin:
        if line == "round trips\n":
            print(time_round_trips(ours), flush=True)
        if line == "blocks\n":
            print(time_blocks(blocks), flush=True)
    ours.send(None)
    blocks.send(False)
    echoer.join()
    sender.join()


if __name__ == "__main__":
    main()
