"""A process that has boto3 imported and forks itself into functions' processes.

Importing boto3 takes a few hundred milliseconds, forking takes a few: a function starts quickly and
still has a process, an environment and a working directory of its own. One control socket (file
descriptor in argv) brings requests with two descriptors each, the worker's channel and its log pipe;
each is answered with the new process's id. `{"ended": pid}` is answered with how a process ended;
`{"gone": pid}` ends what such a process has left running.

It runs with `-I -S`: no site-packages, no `PYTHON…` variables. What AWS's runtime provides lies in one
folder of links (argv too), so that a function can import boto3 and nothing else that happens to be
installed here, and not this package.
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html (runtime includes the SDK)
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Between a process's closing its channel and its end.
ENDING_SECONDS = 1.0


def main() -> None:
    """Serve the control socket until it closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    provided, package_root = sys.argv[2], sys.argv[3]
    sys.path.insert(0, package_root)
    from localcloud import process_tree
    from localcloud.lambda_runtime import worker

    sys.path.remove(package_root)
    # A function must not find this package, whose modules it is not meant to see.
    for name in [name for name in sys.modules if name.split(".")[0] == "localcloud"]:
        del sys.modules[name]
    needed = frozenset(sys.modules)
    sys.path.append(provided)
    _import_sdk()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    process_tree.adopt_orphans()
    ended: dict[int, int] = {}
    workers: set[int] = set()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
        if not data:
            process_tree.kill_below([os.getpid()])
            return
        request = json.loads(data)
        _reap(ended)
        if "ended" in request:
            status = _status_of(request["ended"], ended)
            control.sendall(f"{status}\n".encode())
            continue
        if "gone" in request:
            workers -= {request["gone"], *ended}
            # What a process that has ended by itself left running was its own child; now it is ours.
            process_tree.kill_below([os.getpid()], spare=workers)
            control.sendall(b"0\n")
            continue
        child = os.fork()
        if child == 0:
            control.close()
            status = 1
            try:
                process_tree.adopt_orphans()
                _become_worker(request, descriptors, needed, worker)
                status = 0
            except SystemExit as left:
                status = left.code if isinstance(left.code, int) else int(bool(left.code))
            finally:
                with contextlib.suppress(Exception):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(status)
        for descriptor in descriptors:
            os.close(descriptor)
        workers.add(child)
        control.sendall(f"{child}\n".encode())


def _reap(ended: dict[int, int]) -> None:
    """Collect how processes have ended, so that none stays behind as a zombie."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            ended[found[0]] = os.waitstatus_to_exitcode(found[1])


def _status_of(pid: int, ended: dict[int, int]) -> int:
    """The exit status of a process that is ending; negative: the signal that killed it."""
    deadline = time.monotonic() + ENDING_SECONDS
    while pid not in ended and time.monotonic() < deadline:
        time.sleep(0.002)
        _reap(ended)
    return ended.pop(pid, 0)


def _import_sdk() -> None:
    import boto3  # noqa: F401
    import botocore.client
    import botocore.httpsession
    import botocore.parsers
    import botocore.session  # noqa: F401


def _become_worker(
    request: dict[str, Any], descriptors: list[int], needed: frozenset[str], worker: Any
) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    channel, log = socket.socket(fileno=descriptors[0]), descriptors[1]
    # A program that the function starts must not hold it open after the function has ended.
    channel.set_inheritable(False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    tempfile.tempdir = None
    random.seed()
    task_root = request["environment"]["LAMBDA_TASK_ROOT"]
    os.chdir(task_root)
    sys.path.insert(0, task_root)
    _forget_shadowed(Path(task_root), needed)
    worker.run(channel)


def _forget_shadowed(task_root: Path, needed: frozenset[str]) -> None:
    """Let the function's own modules win over what was imported before them, as on AWS."""
    own = {entry.stem if entry.is_file() else entry.name for entry in task_root.iterdir()}
    for name in list(sys.modules):
        if name.split(".")[0] in own and name not in needed:
            del sys.modules[name]


if __name__ == "__main__":
    main()
