"""A game of ping-pong between two processes, over one pipe."""

import argparse
import multiprocessing as mp


# ANCHOR: child
def play(parent):
    while True:
        try:
            ball = parent.recv()
        except EOFError:
            break
        print(f"child:  received {ball}", flush=True)
        parent.send("pong")
    print("child:  the other end is gone, the game is over", flush=True)
# ANCHOR_END: child


# ANCHOR: parent
def play_with_a_child(rounds):
    ours, theirs = mp.Pipe()
    child = mp.get_context("spawn").Process(target=play, args=(theirs,))
    child.start()
    # Or the child's death would be no end of the file here.
    theirs.close()
    for number in range(1, rounds + 1):
        print(f"parent: round {number}", flush=True)
        ours.send("ping")
        print(f"parent: received {ours.recv()}", flush=True)
    print("parent: closes its end", flush=True)
    ours.close()
    child.join()
    print(f"parent: the child ended: exit code {child.exitcode}")
# ANCHOR_END: parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    play_with_a_child(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
