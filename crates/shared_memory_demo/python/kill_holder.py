"""A process is killed in the middle of a change under the lock."""

import multiprocessing as mp
import time


# ANCHOR: kill
def hang(accounts, ready):
    with accounts.get_lock():
        accounts[0] -= 40
        ready.send(True)
        time.sleep(3600)


def main():
    context = mp.get_context("spawn")
    accounts = context.Array("q", [100, 0])
    ready, is_ready = context.Pipe(duplex=False)
    holder = context.Process(target=hang, args=(accounts, is_ready))
    holder.start()
    ready.recv()
    holder.kill()
    holder.join()
    print(f"holder  exit code {holder.exitcode}")
    # Without a limit this line would be the last.
    got_it = accounts.get_lock().acquire(timeout=2)
    print(f"parent  get_lock().acquire(timeout=2): {got_it}")
    print(f"parent  accounts {accounts.get_obj()[:]}")
# ANCHOR_END: kill


if __name__ == "__main__":
    main()
