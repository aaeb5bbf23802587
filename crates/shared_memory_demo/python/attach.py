"""Opens what a Rust program has made, by its name: reads, and writes back."""

import struct
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

HEADER = "=8sIIQ"
HEADER_BYTES = 64


# ANCHOR: attach
def attach(name):
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    memory = SharedMemory(name)
    # It would remove the name when we end, though others made it.
    resource_tracker.unregister(memory._name, "shared_memory")
    return memory


def numbers(memory, typecode):
    magic, version, kind, count = struct.unpack_from(HEADER, memory.buf)
    assert magic == b"MPSHARED", magic
    assert version == 1, version
    assert chr(kind) == typecode, chr(kind)
    end = HEADER_BYTES + count * struct.calcsize(typecode)
    return memory.buf[HEADER_BYTES:end].cast(typecode)


def main():
    num_memory, arr_memory = map(attach, sys.argv[1:])
    # Views must be released before the memory can be closed.
    with numbers(num_memory, "d") as num, numbers(arr_memory, "i") as arr:
        print("python ", num[0], list(arr))
        num[0] = 2.5
        for index, number in enumerate(arr):
            arr[index] = -number
    num_memory.close()
    arr_memory.close()
# ANCHOR_END: attach


if __name__ == "__main__":
    main()
