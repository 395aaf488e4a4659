"""Runs a program and, when it has ended, ends whatever that left running.

`python keeper.py program arguments …`: between the server and a program that starts other programs (a
build's shell). The program's streams, environment and directory are this process's own; it answers
with the program's exit status, or dies of the same signal. See `process_tree`; it must start fast.
"""

import contextlib
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
import process_tree  # type: ignore[import-not-found]

# The modules of the local cloud have names that others might have.
del sys.path[0]


def main() -> None:
    """Run the program that argv names to its end."""
    process_tree.adopt_orphans()
    # Not ignored: a program would inherit that. The program itself decides what they do.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    # What this interpreter ignores the program must not inherit.
    ignored = [signal.SIGPIPE, signal.SIGXFSZ]
    child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, setsigdef=ignored)
    # The program's alone: who writes to it must see that it has ended.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    ended, status = 0, 0
    while ended != child:
        ended, status = os.waitpid(-1, 0)
    process_tree.kill_below([os.getpid()])
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        os._exit(code)
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)


if __name__ == "__main__":
    main()
