"""A process whose parent was killed: with Python, it goes on."""

import multiprocessing as mp
import os
import signal
import time


# ANCHOR: orphan
def work_on(connection):
    connection.send(os.getpid())
    # It shall be seen, but not stay.
    time.sleep(10)


def parent(connection):
    context = mp.get_context("spawn")
    context.Process(target=work_on, args=(connection,)).start()
    time.sleep(10)
# ANCHOR_END: orphan


def parent_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[1]


def main():
    receiver, sender = mp.Pipe(duplex=False)
    context = mp.get_context("spawn")
    process = context.Process(target=parent, args=(sender,))
    process.start()
    child = receiver.recv()
    print("a child of multiprocessing.Process:")
    try:
        print(f"  with its parent:      alive, child of PID {parent_of(child)}")
        process.kill()
        process.join()
        print(f"  without its parent:   alive, child of PID {parent_of(child)}")
    finally:
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
