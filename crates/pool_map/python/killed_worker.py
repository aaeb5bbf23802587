"""Pool.map with a task that kills its worker: it never returns."""

import multiprocessing as mp
import os
import signal


def deadly(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def main():
    with mp.get_context("spawn").Pool(2) as pool:
        # As map does it; but map would wait without a deadline.
        squares = pool.map_async(deadly, [1, 2, 3, 4, 5])
        try:
            print(squares.get(timeout=3))
        except mp.TimeoutError:
            print("after 3 seconds: no results, no error")
        # A fresh worker has come. Nobody told the one who waits.
        print("the same pool, again:", pool.map(deadly, [4, 5, 6]))
        print("the first map has returned:", squares.ready())


if __name__ == "__main__":
    main()
