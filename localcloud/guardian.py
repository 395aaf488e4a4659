"""A process that outlives a killed server just long enough to end the server's children.

The server writes the processes it starts to this process's standard input. When that pipe closes,
because the server ended in whatever way (SIGKILL included), every process still listed is killed with
all that it started (`process_tree`), so that a killed demo leaves nothing running. It imports almost
nothing: it must start fast.
"""

import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
import process_tree  # type: ignore[import-not-found]

# The modules of the local cloud have names that others might have.
del sys.path[0]


def main() -> None:
    """Read `+<pid>` and `-<pid>` lines until the pipe closes, then kill what is still listed."""
    # A terminal's Ctrl-C goes to the whole foreground group; wait for the pipe to close instead.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    roots: set[int] = set()
    for line in sys.stdin:
        sign, number = line[0], int(line[1:])
        if sign == "+":
            roots.add(number)
        else:
            roots.discard(number)
    process_tree.kill_trees(roots)


if __name__ == "__main__":
    main()
