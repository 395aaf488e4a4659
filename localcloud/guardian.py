"""A process that outlives a killed server just long enough to end the server's children.

The server writes the process groups it starts to this process's standard input. When that pipe
closes, because the server ended in whatever way (SIGKILL included), every group still listed is
killed, so that a killed demo leaves nothing running. It imports almost nothing: it must start fast.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    """Read `+<pgid>` and `-<pgid>` lines until the pipe closes, then kill what is still listed."""
    # A terminal's Ctrl-C goes to the whole foreground group; wait for the pipe to close instead.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, number = line[0], int(line[1:])
        if sign == "+":
            groups.add(number)
        else:
            groups.discard(number)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
