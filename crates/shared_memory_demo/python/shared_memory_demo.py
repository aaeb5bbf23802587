"""A worker sets one number and turns ten others around."""

import multiprocessing as mp


# ANCHOR: worker
def worker(num, arr):
    num.value = 3.14
    for index, number in enumerate(arr):
        arr[index] = -number


def main():
    num = mp.Value("d", 0.0)
    arr = mp.Array("i", range(10))

    process = mp.Process(target=worker, args=(num, arr))
    process.start()
    process.join()

    print(num.value)  # 3.14
    print(arr[:])  # [0, -1, -2, -3, -4, -5, -6, -7, -8, -9]
# ANCHOR_END: worker


if __name__ == "__main__":
    mp.set_start_method("spawn")
    main()
