"""A pool at work, seen from outside, and how many workers it should have."""

import argparse
import math
import multiprocessing as mp
import os
from collections import Counter
from pathlib import Path
from time import perf_counter

MIB = 1 << 20
ITERATIONS = 8_000_000
SHARED_NUMBERS = 4 << 20
TICKS = os.sysconf("SC_CLK_TCK")
STATES = {"R": "running", "D": "waiting", "T": "stopped", "Z": "zombie"}


# What the workers do: compute for a while, and hold some memory meanwhile.
def read_through(numbers):
    global shared
    shared = numbers
    max(memoryview(shared).cast("B")[::4096])


def work(load):
    iterations, mebibytes = load
    memory = b"\1" * (mebibytes * MIB)
    for _ in range(iterations):
        pass
    del memory
    return os.getpid()


# ANCHOR: look
def fields(path):
    """The lines of a file, each a name and a value."""
    lines = Path(path).read_text().splitlines()
    parts = [line.partition(":") for line in lines]
    return {name: value.split() for name, _, value in parts}


def look(pid):
    """What a process uses; nothing where it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = fields(f"/proc/{pid}/status")
        rollup = fields(f"/proc/{pid}/smaps_rollup")
    except OSError:
        return None
    return {
        "state": STATES.get(stat[0], "sleeping"),
        "cpu": (int(stat[11]) + int(stat[12])) / TICKS,
        "rss": int(status["VmRSS"][0]) / 1024,
        "peak": int(status["VmHWM"][0]) / 1024,
        "pss": int(rollup["Pss"][0]) / 1024,
        "threads": int(status["Threads"][0]),
    }
# ANCHOR_END: look


def quota_of(group):
    """What a control group says, in cores."""
    try:
        time, period = (group / "cpu.max").read_text().split()
        return int(time) / int(period)
    except (OSError, ValueError):
        return math.inf


def cpu_quota():
    """The tightest quota of the groups around this process, version 2."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    paths = [line[3:] for line in lines if line.startswith("0::")]
    groups = [Path("/sys/fs/cgroup" + path) for path in paths]
    around = [g for group in groups for g in [group, *group.parents]]
    return min(map(quota_of, around), default=math.inf)


def limits(tasks, each):
    """How many workers each resource allows, and why."""
    cores = os.cpu_count()
    yield "cores", cores, f"logical cores: {cores}"
    allowed = len(os.sched_getaffinity(0))
    yield "affinity", allowed, f"of them for this process: {allowed}"
    quota = cpu_quota()
    if quota < math.inf:
        up = math.ceil(quota)
        why = f"{quota:.2f} seconds of CPU time a second, in cores: {up}"
        yield "quota", up, why
    else:
        yield "quota", None, "no quota of CPU time is set"
    available = int(fields("/proc/meminfo")["MemAvailable"][0]) // 1024
    budget = available * 3 // 4
    why = f"MiB available: {available}, for workers: {budget}"
    yield "memory", int(budget / each), f"{why}, for each: {each:.0f}"
    if tasks is not None:
        yield "tasks", tasks, f"tasks: {tasks}"
    else:
        yield "tasks", None, "nobody has said how many there are"


def pool_size(tasks, each):
    print("limit     workers  why")
    least, because = math.inf, None
    for resource, workers, why in limits(tasks, each):
        shown = "-" if workers is None else workers
        print(f"{resource:<10}{shown:>7}  {why}")
        if workers is not None and workers < least:
            least, because = max(workers, 1), resource
    print(f"{'the pool':<10}{least:>7}  the least of these: {because}")
    return least


def measured(context, shared):
    """The most memory that a worker has ever had, after its largest task."""
    with context.Pool(1, read_through, (shared,)) as pool:
        pid = pool.apply(work, [(0, 64)])
        return look(pid)["peak"]


class Monitor:
    """Looks at the workers of a pool, and remembers the last look."""

    def __init__(self, pool):
        # A pool has no public way to ask who its workers are.
        places = enumerate(pool._pool, 1)
        self.workers = {p.pid: f"Worker-{place}" for place, p in places}
        self.done = Counter()
        self.start = perf_counter()
        self.first = {}
        self.last = {}
        self.peaks = {}
        self.rss = self.pss = 0

    def look(self):
        now = perf_counter()
        rss = pss = 0
        for pid, name in self.workers.items():
            seen = look(pid)
            done = self.done[pid]
            begin = f"{now - self.start:7.2f}  {name:<10} {pid:>7}"
            if seen is None:
                dashes = "".join(f"{'-':>9}" for _ in range(3))
                print(f"{begin}  gone     {'-':>6}{dashes}  {done:>5}")
                continue
            cpu = "-"
            if pid in self.last:
                then, before = self.last[pid]
                cpu = round(100 * (seen["cpu"] - before) / (now - then))
            self.first.setdefault(pid, seen["cpu"])
            self.last[pid] = now, seen["cpu"]
            self.peaks[pid] = seen["peak"]
            rss += seen["rss"]
            pss += seen["pss"]
            print(
                f"{begin}  {seen['state']:<8} {cpu:>6}  {seen['rss']:>7.1f}  "
                f"{seen['pss']:>7.1f}  {seen['threads']:>7}  {done:>5}"
            )
        self.rss = max(self.rss, rss)
        self.pss = max(self.pss, pss)

    def summary(self):
        print("\nworker         PID  tasks  CPU seconds  peak RSS MiB")
        computed = 0
        for pid, name in self.workers.items():
            _, cpu = self.last[pid]
            cpu -= self.first[pid]
            computed += cpu
            print(
                f"{name:<10} {pid:>7}  {self.done[pid]:>5}  {cpu:>11.2f}  "
                f"{self.peaks[pid]:>12.1f}"
            )
        seconds = max(now for now, _ in self.last.values()) - self.start
        print(
            f"{sum(self.done.values())} tasks in {seconds:.2f} seconds, "
            f"{computed:.2f} of CPU time: {computed / seconds:.1f} cores "
            "were busy"
        )
        print(
            f"at most {self.rss:.1f} MiB in a look by RSS, {self.pss:.1f} MiB "
            "by PSS, which counts a shared page once"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--interval", type=int, default=500)
    options = parser.parse_args()

    context = mp.get_context("spawn")
    shared = context.RawArray("Q", SHARED_NUMBERS)
    size = pool_size(options.tasks, measured(context, shared))
    with context.Pool(size, read_through, (shared,)) as pool:
        tasks = options.tasks or 6 * size
        sizes = [place % 4 + 1 for place in range(tasks)]
        loads = [(size * ITERATIONS, size * 16) for size in sizes]
        monitor = Monitor(pool)

        def note(pid):
            monitor.done[pid] += 1

        print(
            "\nseconds  worker         PID  state     CPU %  RSS MiB  "
            "PSS MiB  threads  tasks"
        )
        results = [
            pool.apply_async(work, [load], callback=note) for load in loads
        ]
        monitor.look()
        next_look = perf_counter() + options.interval / 1000
        for result in results:
            while not result.ready():
                result.wait(max(next_look - perf_counter(), 0))
                if perf_counter() >= next_look:
                    monitor.look()
                    next_look += options.interval / 1000
            result.get()
        monitor.look()
        monitor.summary()


if __name__ == "__main__":
    main()
