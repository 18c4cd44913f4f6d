"""Start a program that ends when the process that started it ends, however that one ends.

    python tether.py PARENT_PID SIGNAL PROGRAM [ARGUMENT…]

Run as a file: it imports nothing but the standard library and becomes the program, so a tethered
program costs no second process. Where the kernel has no such signal (not Linux) the program simply
runs; an ordinary stop reaches it all the same.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, number, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before the kernel was told
        os.kill(os.getpid(), signal.SIGKILL)
    os.execvp(program[0], program)  # noqa: S606 - as its caller asks


if __name__ == "__main__":
    main()
