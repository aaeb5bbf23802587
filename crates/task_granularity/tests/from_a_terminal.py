"""Runs a program whose standard input, and nothing else, is a terminal."""

import fcntl
import pty
import struct
import subprocess
import sys
import termios

ROWS, COLUMNS = 24, 40

if __name__ == "__main__":
    _, terminal = pty.openpty()
    size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    program = subprocess.run(
        sys.argv[1:], stdin=terminal, stderr=subprocess.DEVNULL
    )
    sys.exit(program.returncode)
