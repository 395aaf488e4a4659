"""One invocation in one process: load the handler if need be, ask it, say how it went.

Times are the machine's own: a function really runs, and is stopped when its Timeout has passed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.lambda_runtime.worker_process import WorkerEnded, WorkerProcess, WorkerTimedOut

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
INIT_SECONDS = 10.0


@dataclass(frozen=True)
class Ran:
    """How an invocation went: `status` is success, error, failure or timeout."""

    answer: Mapping[str, Any]
    status: str
    duration_ms: float
    init_ms: float | None
    init_output: str
    output: str
    # Whether the process can take another event.
    reusable: bool

    @property
    def error_type(self) -> str | None:
        """The error's type, if there was one."""
        return None if self.status == "success" else str(self.answer["error"]["errorType"])

    @property
    def max_memory_mb(self) -> int:
        """The most memory that the process has used; 0 when it could not say."""
        return int(self.answer.get("maxRssKb", 0)) // 1024


def run(
    process: WorkerProcess,
    *,
    cold: bool,
    event: str,
    request_id: str,
    function_arn: str,
    timeout_seconds: float,
    client_context: Mapping[str, Any] | None,
) -> Ran:
    """Have `process` handle `event` (JSON text); a cold one loads its handler before."""
    init_ms, init_output = None, ""
    began, limit = time.monotonic(), INIT_SECONDS
    try:
        if cold:
            ready = process.answer(INIT_SECONDS)
            init_ms, init_output = _milliseconds(began), process.take_output()
            if ready["kind"] == "init-error":
                error = {**ready["error"], "requestId": request_id}
                answer = {"kind": "error", "error": error}
                return Ran(answer, "error", 0.0, init_ms, init_output, "", False)
        began, limit = time.monotonic(), timeout_seconds
        answer = process.ask(
            {
                "requestId": request_id,
                "event": event,
                "functionArn": function_arn,
                "deadlineMs": int((time.time() + timeout_seconds) * 1000),
                "traceId": _trace_id(),
                "clientContext": client_context,
            },
            timeout_seconds,
        )
        status, reusable = ("success" if answer["kind"] == "result" else "error"), True
        duration_ms = _milliseconds(began)
    except WorkerTimedOut:
        status, reusable, duration_ms = "timeout", False, limit * 1000
        text = f"Task timed out after {limit:.2f} seconds"
        answer = _failure("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")
    except WorkerEnded as ended:
        status, reusable, duration_ms = "failure", False, _milliseconds(began)
        answer = _failure("Runtime.ExitError", f"RequestId: {request_id} Error: {ended}")
    output = process.take_output()
    return Ran(answer, status, duration_ms, init_ms, init_output, output, reusable)


def _milliseconds(since: float) -> float:
    return (time.monotonic() - since) * 1000


def _trace_id() -> str:
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0"


def _failure(kind: str, message: str) -> dict[str, Any]:
    return {"kind": "error", "error": {"errorType": kind, "errorMessage": message}}
