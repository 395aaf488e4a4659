"""Every call and its verdict, as lines of JSON under the state directory (`iam/calls.jsonl`).

One line: `{"caller", "principal", "action", "resource", "allowed", "reason", "time"}`. What allows is
compared with what was used by `make iam-report`.
"""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import IO

from localcloud.cloud import Cloud, current
from localcloud.iam.authorization.caller import Caller
from localcloud.iam.authorization.decision import Verdict

FILE = ("iam", "calls.jsonl")

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_open: tuple[Cloud, IO[str]] | None = None


def path() -> Path:
    """Where the calls of the running cloud are."""
    return current().directory(*FILE[:-1]) / FILE[-1]


def record(caller: Caller, action: str, resource: str, verdict: Verdict) -> None:
    """Write one call down. The cloud's calls to itself that need no permission are not recorded."""
    if caller.kind == "internal":
        return
    line = {
        "caller": caller.arn,
        "principal": caller.principal_arn or caller.arn,
        "action": action,
        "resource": resource,
        "allowed": verdict.allowed,
        "reason": ""
        if verdict.allowed
        else f"{'explicit deny in' if verdict.explicit else 'no'} {verdict.kind}",
        "time": current().clock.now().isoformat(),
    }
    try:
        with _lock:
            _file().write(json.dumps(line) + "\n")
    except OSError as error:
        # The disk is full, say: the call itself needs no disk.
        logger.warning("the call %s by %s was not recorded: %s", action, caller.arn, error)


def _file() -> IO[str]:
    global _open
    cloud = current()
    if _open is None or _open[0] is not cloud:
        if _open is not None:
            _open[1].close()
        # Line by line, so that a reader sees each call at once.
        _open = (cloud, path().open("a", encoding="utf-8", buffering=1))
    return _open[1]
