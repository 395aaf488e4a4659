"""Inside a function's process: loads the handler, then answers one invocation after another.

The process is forked by `fork_server.py`; it talks to the cloud over one socket, in messages of a
four-byte length and JSON. Errors have the form that AWS's Python runtime answers:
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
Only the standard library may be imported here: the process has nothing else of ours.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.lambda_runtime.worker_context import LambdaContext
from localcloud.lambda_runtime.worker_logging import RequestIds, set_up, write_error

Handler = Callable[[Any, LambdaContext], Any]
LENGTH = struct.Struct("!I")


class InitError(Exception):
    """The handler could not be loaded; carries the error in Lambda's form."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["errorMessage"])
        self.error = error


def send(channel: socket.socket, message: Mapping[str, Any]) -> None:
    """Write one message."""
    data = json.dumps(message).encode()
    channel.sendall(LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Read one message; None at the end."""
    header = _exactly(channel, LENGTH.size)
    if header is None:
        return None
    body = _exactly(channel, LENGTH.unpack(header)[0])
    return None if body is None else dict(json.loads(body))


def _exactly(channel: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        part = channel.recv(min(count - len(data), 1 << 20))
        if not part:
            return None
        data += part
    return bytes(data)


def run(channel: socket.socket) -> None:
    """Serve until the channel closes; the environment is already the function's own."""
    environment = os.environ
    as_json = environment.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    ids = set_up(environment)
    try:
        handler = load_handler(environment["_HANDLER"])
    except InitError as failure:
        write_error(failure.error, as_json)
        send(channel, {"kind": "init-error", "error": failure.error})
        return
    send(channel, {"kind": "ready"})
    while (invocation := receive(channel)) is not None:
        answer = _answer(handler, invocation, environment, ids, as_json)
        sys.stdout.flush()
        sys.stderr.flush()
        send(channel, answer)


def _answer(
    handler: Handler,
    invocation: Mapping[str, Any],
    environment: Mapping[str, str],
    ids: RequestIds,
    as_json: bool,
) -> dict[str, Any]:
    request_id = str(invocation["requestId"])
    ids.request_id = request_id
    os.environ["_X_AMZN_TRACE_ID"] = str(invocation["traceId"])
    try:
        context = LambdaContext(invocation, environment)
        result = handler(json.loads(invocation["event"]), context)
        payload = _marshal(result)
    except InitError as failure:
        error = {**failure.error, "requestId": request_id}
    except BaseException as raised:
        if isinstance(raised, SystemExit):  # on AWS the runtime ends with it
            raise
        error = _describe(raised, request_id)
    else:
        return {"kind": "result", "payload": payload, "maxRssKb": max_rss_kb()}
    write_error(error, as_json)
    return {"kind": "error", "error": error, "maxRssKb": max_rss_kb()}


def _marshal(result: Any) -> str:
    try:
        return json.dumps(result, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InitError(
            _error("Runtime.MarshalError", f"Unable to marshal response: {error}")
        ) from error


def load_handler(name: str) -> Handler:
    """The function `module.function` (or `folder/module.function`); InitError in Lambda's words."""
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        message = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        raise InitError(_error("Runtime.MalformedHandlerName", message))
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise InitError(_error("Runtime.ImportModuleError", message)) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module_name}': {error}"
        raise InitError(_error("Runtime.UserCodeSyntaxError", message, trace)) from error
    except Exception as error:
        raise InitError(_describe(error, "")) from error
    try:
        handler: Handler = getattr(module, function_name)
    except AttributeError:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise InitError(_error("Runtime.HandlerNotFound", message)) from None
    return handler


def _error(kind: str, message: str, trace: list[str] | None = None) -> dict[str, Any]:
    return {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": trace or []}


def _describe(error: BaseException, request_id: str) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    # The runtime's own frames are left out.
    own = [
        frame
        for frame in frames
        if not frame.filename.startswith("<frozen importlib")
        and frame.filename not in RUNTIME_FILES
    ]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.StackSummary.from_list(own).format(),
    }


RUNTIME_FILES = frozenset({__file__, importlib.__file__})


def max_rss_kb() -> int:
    """The most memory that the process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // 1024 if sys.platform == "darwin" else used
