"""The same unsafe counter, without and with each of multiprocessing's means."""

import multiprocessing as mp

WORKERS = 4
UPDATES = 10_000


# ANCHOR: add
def add(counter):
    """Reads, and writes: not one step, but two."""
    seen = counter.value
    counter.value = seen + 1
# ANCHOR_END: add


# ANCHOR: lock
def with_each(counter, lock, _):
    for _ in range(UPDATES):
        with lock:
            add(counter)
# ANCHOR_END: lock


# ANCHOR: worker
def without(counter, _, __):
    for _ in range(UPDATES):
        add(counter)


def with_rlock(counter, lock, _):
    for _ in range(UPDATES // 2):
        with lock:
            for _ in range(2):
                with lock:
                    add(counter)


def with_bounded_semaphore(counter, semaphore, _):
    for _ in range(UPDATES):
        semaphore.acquire()
        add(counter)
        # Once too often would be an error.
        semaphore.release()


def with_condition(counter, condition, number):
    with condition:
        condition.wait_for(lambda: counter.value == number * UPDATES)
        without(counter, None, number)
        condition.notify_all()


def with_barrier(counter, barrier, number):
    for turn in range(WORKERS):
        if turn == number:
            without(counter, None, number)
        barrier.wait()


def with_events(counter, events, number):
    events[number].wait()
    without(counter, None, number)
    events[number + 1].set()
# ANCHOR_END: worker


def worker(start, count, counter, means, number):
    start.wait()
    count(counter, means, number)


def counted(context, count, means):
    counter = context.Value("q", 0, lock=False)
    start = context.Barrier(WORKERS)
    workers = [
        context.Process(
            target=worker, args=(start, count, counter, means, number)
        )
        for number in range(WORKERS)
    ]
    for process in workers:
        process.start()
    for process in workers:
        process.join()
    return counter.value


def main():
    context = mp.get_context("spawn")
    every = WORKERS * UPDATES
    print(f"{'counted':<18}{every:>10} by {WORKERS} workers")
    events = [context.Event() for _ in range(WORKERS + 1)]
    events[0].set()
    for name, count, means in [
        ("nothing", without, None),
        ("Lock", with_each, context.Lock()),
        ("RLock", with_rlock, context.RLock()),
        ("Semaphore", with_each, context.Semaphore(1)),
        ("BoundedSemaphore", with_bounded_semaphore,
         context.BoundedSemaphore(1)),
        ("Condition", with_condition, context.Condition()),
        ("Barrier", with_barrier, context.Barrier(WORKERS)),
        ("Event", with_events, events),
    ]:
        count = counted(context, count, means)
        print(f"{name:<18}{count:>10}{every - count:>10} lost")


if __name__ == "__main__":
    main()
