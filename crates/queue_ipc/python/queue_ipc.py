"""A worker puts one item; then several share the work of one queue."""

import multiprocessing as mp

ITEMS = 12
PRODUCERS = 2
CONSUMERS = 3


# ANCHOR: one_item
def worker(queue, value):
    queue.put(value * value)


def one_item():
    queue = mp.Queue()
    process = mp.Process(target=worker, args=(queue, 5))
    process.start()
    result = queue.get()
    process.join()
    print(result)  # 25
# ANCHOR_END: one_item


# ANCHOR: work
def produce(share, items):
    for item in share:
        items.put(item)


def consume(items, squares):
    # Python's queue has no end: a None for each consumer stands for it.
    while (item := items.get()) is not None:
        squares.put((item, item * item))
    squares.put(None)
# ANCHOR_END: work


# ANCHOR: squares
def all_squares():
    items, squares = mp.Queue(), mp.Queue()
    consumers = [
        mp.Process(target=consume, args=(items, squares))
        for _ in range(CONSUMERS)
    ]
    producers = [
        mp.Process(target=produce, args=(share, items)) for share in shares()
    ]
    for process in consumers + producers:
        process.start()
    # A None must be the last that is put, and only joining tells.
    for process in producers:
        process.join()
    for _ in consumers:
        items.put(None)
    result = []
    for _ in consumers:
        result += iter(squares.get, None)
    # Only now: a consumer ends when all that it put is got.
    for process in consumers:
        process.join()
    return result
# ANCHOR_END: squares


def shares():
    begins = [n * ITEMS // PRODUCERS for n in range(PRODUCERS + 1)]
    return [range(*ends) for ends in zip(begins, begins[1:])]


def tell(squares):
    items = [item for item, square in squares if square == item * item]
    times = [items.count(item) for item in range(ITEMS)]
    print(f"{f'{PRODUCERS} producers put':<18}{ITEMS:>6} items")
    print(f"{f'{CONSUMERS} consumers got':<18}{len(items):>6} items")
    print(f"{'got by nobody':<18}{times.count(0):>6} items")
    twice = sum(count > 1 for count in times)
    print(f"{'got twice':<18}{twice:>6} items")


def main():
    mp.set_start_method("spawn")
    one_item()
    tell(all_squares())


if __name__ == "__main__":
    main()
