"""A consumer is killed while it waits in get(): nobody gets anything more."""

import multiprocessing as mp
import queue


# ANCHOR: kill
def wait_in_get(items):
    items.get()


def get(items):
    try:
        print(f"other consumer    got {items.get(timeout=2)}", flush=True)
    except queue.Empty:
        print("other consumer    get(timeout=2): Empty", flush=True)


def holds_the_lock(items):
    """Whether somebody is in get(), which locks the queue for all others."""
    if items._rlock.acquire(block=False):
        items._rlock.release()
        return False
    return True


def main():
    context = mp.get_context("spawn")
    items = context.Queue()
    killed = context.Process(target=wait_in_get, args=(items,))
    killed.start()
    while not holds_the_lock(items):
        killed.join(0.01)
    killed.kill()
    killed.join()
    print("killed consumer   held the lock of get()", flush=True)
    items.put("an item")
    other = context.Process(target=get, args=(items,))
    other.start()
    other.join()
    print(f"parent            items in the queue: {items.qsize()}")
# ANCHOR_END: kill


if __name__ == "__main__":
    main()
