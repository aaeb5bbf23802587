"""Makes more shared memory than there is room for, and writes to it."""

from multiprocessing.shared_memory import SharedMemory


# ANCHOR: full
def main():
    memory = SharedMemory(create=True, size=64 << 20)
    print(f"made    {memory.size} bytes", flush=True)
    memory.buf[:] = bytes(memory.size)
    print("filled  all of them")
    memory.close()
    memory.unlink()
# ANCHOR_END: full


if __name__ == "__main__":
    main()
