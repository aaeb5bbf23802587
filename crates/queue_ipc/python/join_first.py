"""A worker is joined before anything that it put is got: a deadlock."""

import multiprocessing as mp

BYTES = 1 << 20


# ANCHOR: join_first
def put(queue):
    queue.put(bytes(BYTES))
    print(f"worker  puts {BYTES} bytes", flush=True)


def main():
    context = mp.get_context("spawn")
    queue = context.Queue()
    worker = context.Process(target=put, args=(queue,))
    worker.start()
    # Without a limit this line would be the last.
    worker.join(3)
    assert worker.exitcode is None, worker.exitcode
    print("parent  joins it first, for 3 seconds: it is still alive")
    print(f"parent  gets {len(queue.get())} bytes")
    worker.join()
    print(f"parent  joins it again: exit code {worker.exitcode}")
# ANCHOR_END: join_first


if __name__ == "__main__":
    main()
