"""Runs functions: a warm process of the function's present code and configuration, or a new one.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
One event at a time per process; more processes for more events at once, up to the function's reserved
concurrency. A process of older code, configuration or credentials is ended when it is next looked at.
Time is the machine's own: a function really runs.
"""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud import clients
from localcloud.cloud import Cloud, current
from localcloud.errors import AwsError
from localcloud.lambda_runtime import package
from localcloud.lambda_runtime.function import LambdaFunction
from localcloud.lambda_runtime.function_environment import environment
from localcloud.lambda_runtime.function_request import SERVICE
from localcloud.lambda_runtime.invocation_run import run
from localcloud.lambda_runtime.log_writer import Destination, LogWriter
from localcloud.lambda_runtime.platform_log import PlatformLog
from localcloud.lambda_runtime.worker_process import ForkServer, WorkerProcess

LOG_TAIL_BYTES = 4096
RESPONSE_LIMIT = 6_291_556


@dataclass(frozen=True)
class Invocation:
    """What an invocation answered."""

    request_id: str
    payload: bytes
    function_error: str | None
    log_tail: bytes
    version: str

    @property
    def encoded_tail(self) -> str:
        """The end of its log, as the `LogResult` header has it."""
        return base64.b64encode(self.log_tail).decode()


@dataclass
class _Warm:
    """A process with what it was started for."""

    key: tuple[str, ...]
    process: WorkerProcess
    destination: Destination


class Executor:
    """All processes of all functions of a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._fork_server = ForkServer(cloud)
        self._logs = LogWriter(cloud)
        self._lock = threading.Lock()
        self._idle: dict[str, list[_Warm]] = defaultdict(list)
        self._busy: dict[str, int] = defaultdict(int)
        cloud.at_stop(self.stop)

    def warm_up(self) -> None:
        """Start the parent of all processes in the background."""
        self._cloud.background("lambda fork server", self._fork_server.warm_up)

    def invoke(
        self,
        function: LambdaFunction,
        event: str,
        *,
        request_id: str | None = None,
        client_context: Mapping[str, Any] | None = None,
    ) -> Invocation:
        """Run `function` on `event` (JSON text) and wait for its answer.

        Raises AwsError TooManyRequestsException at the reserved concurrency, and AccessDenied when
        the role can no longer be assumed.
        """
        request_id = request_id or str(uuid.uuid4())
        name = function.function_arn
        with self._lock:
            reserved = function.reserved_concurrency
            if reserved is not None and self._busy[name] >= int(reserved):
                raise AwsError("TooManyRequestsException", "Rate Exceeded.", 429)
            self._busy[name] += 1
        try:
            return self._run(function, event, request_id, client_context)
        finally:
            with self._lock:
                self._busy[name] -= 1

    def forget(self, function_arn: str) -> None:
        """End the idle processes of a function that is deleted or changed."""
        with self._lock:
            idle = self._idle.pop(function_arn, [])
        for warm in idle:
            warm.process.kill()

    def stop(self) -> None:
        """End every idle process and write what is left of the logs."""
        with self._lock:
            idle, self._idle = (
                [warm for pool in self._idle.values() for warm in pool],
                defaultdict(list),
            )
        for warm in idle:
            warm.process.kill()
        self._logs.stop()
        _executors.pop(id(self._cloud), None)

    def _run(
        self,
        function: LambdaFunction,
        event: str,
        request_id: str,
        client_context: Mapping[str, Any] | None,
    ) -> Invocation:
        credentials = clients.role_session(function.role, function.function_name, SERVICE)
        said = PlatformLog(
            function.as_json,
            function.logging_config.get("SystemLogLevel", "INFO"),
            int(function.memory_size),
            str(function.version),
        )
        clock = self._cloud.clock
        warm = self._take(function, credentials)
        cold, lines = warm is None, []
        if warm is None:
            lines += said.init_start(clock.now())
            warm = self._start(function, credentials)
        begun = clock.now()
        ran = run(
            warm.process,
            cold=cold,
            event=event,
            request_id=request_id,
            function_arn=function.function_arn,
            timeout_seconds=float(function.timeout),
            client_context=client_context,
        )
        if ran.reusable:
            self._give_back(function, warm)
        else:
            warm.process.kill()
        lines += _split(ran.init_output) + said.start(begun, request_id) + _split(ran.output)
        lines += said.end(clock.now(), request_id, ran)
        self._logs.write(warm.destination, lines)
        return _invocation(request_id, ran.answer, lines, str(function.version))

    def _take(self, function: LambdaFunction, credentials: clients.Credentials) -> _Warm | None:
        key = _key(function, credentials)
        with self._lock:
            pool = self._idle[function.function_arn]
            stale = [warm for warm in pool if warm.key != key]
            pool[:] = [warm for warm in pool if warm.key == key]
            taken = pool.pop() if pool else None
        for warm in stale:
            warm.process.kill()
        return taken

    def _give_back(self, function: LambdaFunction, warm: _Warm) -> None:
        with self._lock:
            if not self._cloud.stopping.is_set():
                self._idle[function.function_arn].append(warm)
                return
        warm.process.kill()

    def _start(self, function: LambdaFunction, credentials: clients.Credentials) -> _Warm:
        code = package.unpacked(function.function_name, function.code_bytes)
        instance = uuid.uuid4().hex
        day = self._cloud.clock.now().strftime("%Y/%m/%d")
        own_group = function.log_group == f"/aws/lambda/{function.function_name}"
        prefix = "" if own_group else function.function_name
        stream = f"{day}/{prefix}[{function.version}]{instance}"
        process = self._fork_server.fork(
            environment(function, credentials, code, stream, self._cloud, instance)
        )
        destination = Destination(function.log_group, stream, function.region, credentials)
        return _Warm(_key(function, credentials), process, destination)


def _key(function: LambdaFunction, credentials: clients.Credentials) -> tuple[str, ...]:
    return function.function_arn, function.revision, credentials.access_key_id


def _invocation(
    request_id: str, answer: Mapping[str, Any], lines: list[str], version: str
) -> Invocation:
    function_error = None if answer["kind"] == "result" else "Unhandled"
    payload = (
        answer["payload"].encode()
        if function_error is None
        else json.dumps(answer["error"], ensure_ascii=False).encode()
    )
    if len(payload) > RESPONSE_LIMIT:
        function_error = "Unhandled"
        payload = json.dumps(
            {
                "errorMessage": "Response payload size exceeded maximum allowed payload size "
                f"({RESPONSE_LIMIT} bytes).",
                "errorType": "Function.ResponseSizeTooLarge",
            }
        ).encode()
    tail = "".join(f"{line}\n" for line in lines).encode()[-LOG_TAIL_BYTES:]
    return Invocation(request_id, payload, function_error, tail, version)


def _split(output: str) -> list[str]:
    return [line for line in output.split("\n") if line]


_executors: dict[int, Executor] = {}
_lock = threading.Lock()


def executor() -> Executor:
    """The running cloud's executor."""
    cloud = current()
    with _lock:
        known = _executors.get(id(cloud))
        if known is None:
            known = _executors[id(cloud)] = Executor(cloud)
        return known
