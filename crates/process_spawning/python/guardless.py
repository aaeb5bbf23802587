"""A program that starts a process and has forgotten the main guard."""

import multiprocessing as mp


def greet():
    print("hello")


# Here belongs: if __name__ == "__main__":
process = mp.get_context("spawn").Process(target=greet)
process.start()
process.join()
raise SystemExit(process.exitcode)
