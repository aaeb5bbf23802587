"""The public names of Python's multiprocessing, one a line: what the lookup
table must know."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import (
    connection, managers, pool, queues, shared_memory, sharedctypes,
    synchronize,
)

MODULES = {
    "": multiprocessing,
    "shared_memory.": shared_memory,
    "connection.": connection,
    "pool.": pool,
    "managers.": managers,
}

CLASSES = {
    "Process": multiprocessing.Process,
    "Queue": queues.Queue,
    "JoinableQueue": queues.JoinableQueue,
    "SimpleQueue": queues.SimpleQueue,
    "Connection": connection.Connection,
    "Listener": connection.Listener,
    "Pool": pool.Pool,
    "ThreadPool": pool.ThreadPool,
    "AsyncResult": pool.AsyncResult,
    "IMapIterator": pool.IMapIterator,
    "SharedMemory": shared_memory.SharedMemory,
    "ShareableList": shared_memory.ShareableList,
    "Value": sharedctypes.Synchronized,
    "Array": sharedctypes.SynchronizedArray,
    "Lock": synchronize.Lock,
    "RLock": synchronize.RLock,
    "Semaphore": synchronize.Semaphore,
    "BoundedSemaphore": synchronize.BoundedSemaphore,
    "Event": synchronize.Event,
    "Condition": synchronize.Condition,
    "Barrier": synchronize.Barrier,
    "BaseManager": managers.BaseManager,
    "SyncManager": managers.SyncManager,
    "SharedMemoryManager": managers.SharedMemoryManager,
    "BaseProxy": managers.BaseProxy,
    "Token": managers.Token,
    "ProcessPoolExecutor": ProcessPoolExecutor,
}

for prefix, module in MODULES.items():
    for name in module.__all__:
        print(prefix + name)

print("ProcessPoolExecutor")
for owner, cls in CLASSES.items():
    for name in dir(cls):
        if not name.startswith("_"):
            print(f"{owner}.{name}")
