"""Workers are killed that hold what others wait for."""

import multiprocessing as mp
import threading
import time

MONEY = 200


# ANCHOR: workers
def transfer(lock, accounts, midway):
    with lock:
        accounts[0] -= 50
        midway.set()
        time.sleep(60)


def take_permit(semaphore, taken):
    with semaphore:
        taken.set()
        time.sleep(60)


def never_come(barrier, started):
    started.set()
    time.sleep(60)
# ANCHOR_END: workers


def start_and_kill(context, target, *args):
    told = context.Event()
    worker = context.Process(target=target, args=(*args, told))
    worker.start()
    told.wait()
    worker.kill()
    worker.join()


# ANCHOR: kill
def main():
    context = mp.get_context("spawn")
    lock, accounts = context.Lock(), context.Array("q", [100, 100], lock=False)
    start_and_kill(context, transfer, lock, accounts)
    # Without a limit each of these waits would be the last line.
    got = lock.acquire(timeout=2)
    print(f"lock         acquire(timeout=2): {got}")
    print(f"             {sum(accounts)} of {MONEY} are there")

    semaphore = context.Semaphore(1)
    start_and_kill(context, take_permit, semaphore)
    got = semaphore.acquire(timeout=2)
    print(f"semaphore    acquire(timeout=2): {got}")

    barrier = context.Barrier(2)
    start_and_kill(context, never_come, barrier)
    begin = time.monotonic()
    try:
        barrier.wait(timeout=2)
    except threading.BrokenBarrierError:
        waited = int(time.monotonic() - begin)
        print(f"barrier      broken, by the timeout, after {waited} seconds")
# ANCHOR_END: kill


if __name__ == "__main__":
    main()
