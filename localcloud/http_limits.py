"""Bounds on what a request may cost: its body's size, the time it may stall, how many at once.

The body is read before anything else is done with a request, to a file once it is larger than
`IN_MEMORY`: what is too large is refused by its declared length, unread, or once that much has come of
a body without one; and a client that stalls holds up nobody but itself (moto's dispatcher would read
a form's body with its lock held). Git's bodies go to git as they come (`receive.maxInputSize`).

AWS's own limits, where known:
Lambda: 50 MB zipped, sent as base64, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
(the number of bytes and the text were observed); S3: 5 GB in one put,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html; InvokeEndpoint: 25 MB,
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html. For all
others the bound is ours.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from localcloud.http_errors import refuse, service_of

MEBIBYTE = 1 << 20
IN_MEMORY = 8 * MEBIBYTE
CHUNK = 1 << 16
# Functions, jobs and builds call back into the server while a request waits for them: a request too
# many is refused, which SDKs repeat, and never queued, which could wait for itself.
REQUESTS_AT_ONCE = 512
# How long a connection may be silent while the server waits for the request, or for its answer to go.
SILENCE_SECONDS = 300
S3_PUT = 5 << 30
LAMBDA_REQUEST = 70_167_211
INVOKE_ENDPOINT = 25 * MEBIBYTE
OTHERS = 64 * MEBIBYTE

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class _TooLarge(Exception):
    """More has come than is allowed."""


class _BrokenOff(Exception):
    """Less has come than was announced."""


def limit_of(environ: dict[str, Any]) -> tuple[int, str, str]:
    """A request's largest body in bytes, and the code and text of the refusal."""
    service, path = service_of(environ), str(environ.get("PATH_INFO", ""))
    if service == "s3":
        text = "Your proposed upload exceeds the maximum allowed size"
        return S3_PUT, "EntityTooLarge", text
    if service == "lambda":
        operation = "UpdateFunctionCode" if path.endswith("/code") else "CreateFunction"
        text = f"Request must be smaller than {LAMBDA_REQUEST} bytes for the {operation} operation"
        return LAMBDA_REQUEST, "RequestEntityTooLargeException", text
    limit = INVOKE_ENDPOINT if path.endswith("/invocations") else OTHERS
    return limit, "RequestEntityTooLargeException", f"Request must be smaller than {limit} bytes"


class Limits:
    """Wraps the application that answers all requests but git's."""

    def __init__(self, application: Wsgi, at_once: int = REQUESTS_AT_ONCE) -> None:
        self._application = application
        self._free = threading.BoundedSemaphore(at_once)
        self._at_once = at_once

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        limit, code, text = limit_of(environ)
        try:
            declared = _declared_length(environ)
        except ValueError:
            message = "the Content-Length header is not a length"
            return refuse(environ, start_response, 400, "InvalidRequest", message)
        if declared > limit:
            return refuse(environ, start_response, _status(code), code, text)
        if not self._free.acquire(blocking=False):
            message = f"the local cloud already answers {self._at_once} requests: try again"
            return refuse(environ, start_response, 503, "ServiceUnavailable", message)
        try:
            return self._answer(environ, start_response, declared, limit)
        except _TooLarge:
            return refuse(environ, start_response, _status(code), code, text)
        except _BrokenOff as error:
            return refuse(environ, start_response, 400, "IncompleteBody", str(error))
        finally:
            # The answer is whole by now: moto's are not made while they are sent.
            self._free.release()

    def _answer(
        self, environ: dict[str, Any], start_response: StartResponse, declared: int, limit: int
    ) -> Iterable[bytes]:
        # Closed when the last reference goes: moto may still read it while it answers.
        body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        size = 0
        for piece in _pieces(environ, declared):
            size += len(piece)
            if size > limit:
                raise _TooLarge
            body.write(piece)
        body.seek(0)
        environ["wsgi.input"] = body
        environ["wsgi.input_terminated"] = True
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(size)
        return self._application(environ, start_response)


def _declared_length(environ: dict[str, Any]) -> int:
    if environ.get("wsgi.input_terminated"):
        return 0  # chunked: it is known when all has come
    text = str(environ.get("CONTENT_LENGTH") or "0")
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text[:20])


def _pieces(environ: dict[str, Any], declared: int) -> Iterator[bytes]:
    source: IO[bytes] = environ["wsgi.input"]
    endless = bool(environ.get("wsgi.input_terminated"))
    left = declared
    try:
        while endless or left > 0:
            piece = source.read(CHUNK if endless else min(CHUNK, left))
            if not piece:
                break
            left -= len(piece)
            yield piece
    except (OSError, ValueError) as error:
        raise _BrokenOff(f"the request's body cannot be read: {error}") from error
    if not endless and left > 0:
        raise _BrokenOff("the request's body is shorter than its Content-Length says")


def _status(code: str) -> int:
    # S3 says 400: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    return 400 if code == "EntityTooLarge" else 413
