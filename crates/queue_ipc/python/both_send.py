"""Two send a large message before either receives: neither comes back."""

import multiprocessing as mp

BYTES = 1 << 20


# ANCHOR: exchange
def exchange(name, connection, ready, sent):
    ready.wait()
    print(f"{name}  sends {BYTES} bytes", flush=True)
    connection.send_bytes(bytes(BYTES))
    sent.set()
    connection.recv_bytes()
# ANCHOR_END: exchange


def main():
    context = mp.get_context("spawn")
    ends = context.Pipe()
    ready, sent = context.Barrier(2), context.Event()
    workers = [
        context.Process(target=exchange, args=("worker", end, ready, sent))
        for end in ends
    ]
    for worker in workers:
        worker.start()
    try:
        # Without a limit this line would be the last.
        has_sent = sent.wait(5)
        print(f"parent  waits for 5 seconds: has either sent? {has_sent}")
        alive = sum(worker.is_alive() for worker in workers)
        print(f"parent  ends {alive} workers that would wait for ever")
    finally:
        for worker in workers:
            worker.kill()
            worker.join()


if __name__ == "__main__":
    main()
