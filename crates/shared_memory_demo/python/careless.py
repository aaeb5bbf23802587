"""Opens what a Rust program has made, and takes the name along."""

import struct
import sys
from multiprocessing.shared_memory import SharedMemory


# ANCHOR: careless
def main():
    memory = SharedMemory(sys.argv[1])
    print("python ", *struct.unpack_from("d", memory.buf, 64))
    memory.close()
# ANCHOR_END: careless


if __name__ == "__main__":
    main()
