"""A parent that keeps its copy of the child's end: no end of the file."""

import multiprocessing as mp
import os
import signal


def die(connection):
    connection.send("one message")
    os.kill(os.getpid(), signal.SIGKILL)


def main():
    ours, theirs = mp.Pipe()
    child = mp.get_context("spawn").Process(target=die, args=(theirs,))
    child.start()
    # Here `theirs.close()` is missing.
    print("received", ours.recv())
    child.join()
    print("the child is dead, its exit code", child.exitcode)
    # Where this says False, `recv` would wait, and wait for ever.
    print("after a second, something to receive:", ours.poll(1))
    theirs.close()
    print("with our copy closed, something to receive:", ours.poll(1))


if __name__ == "__main__":
    main()
