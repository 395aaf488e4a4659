"""An HTTP/1.1 connection to a container, kept from one request to the next.

Written for the way of every invocation: it takes a third of the time of urllib3, stops an answer that
comes in drops when time is up, and reads no more of one than may be passed on. Responses are read as
https://www.rfc-editor.org/rfc/rfc9112 says: by length, in chunks, or to the end of the connection.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HEAD_BYTES = 1 << 16
_READ_BYTES = 1 << 16
_WITHOUT_BODY = frozenset({204, 304})


class NotListening(Exception):
    """Nothing listens at the port: nothing of a request has reached anybody."""


class BrokenOff(Exception):
    """The connection ended before the answer did, or what came is no HTTP."""


class Late(Exception):
    """Time was up before the answer was whole."""


class TooLarge(Exception):
    """The answer's body is larger than wanted; `status` is its status."""

    def __init__(self, status: int) -> None:
        super().__init__("the answer is too large")
        self.status = status


@dataclass(frozen=True)
class Response:
    """A whole response. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One connection to a port of this machine, in use by one request at a time."""

    def __init__(self, port: int, timeout_seconds: float) -> None:
        """Connect. Raises NotListening."""
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), timeout_seconds)
        except OSError as error:
            raise NotListening(str(error)) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._deadline = 0.0
        self.is_reusable = True
        """Whether another request can be sent once an answer is whole."""

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def is_stale(self) -> bool:
        """Whether the other side has ended a connection that nobody uses."""
        self._socket.setblocking(False)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True  # its end, or what no request has asked for

    def exchange(self, message: bytes, deadline: float, most_bytes: int) -> Response:
        """Send a request and read the answer, until `deadline` (of time.monotonic).

        Raises BrokenOff, Late or TooLarge; the connection is of no more use then.
        """
        self._deadline = deadline
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(message)
        except TimeoutError as error:
            raise Late from error
        except OSError as error:
            raise BrokenOff(str(error)) from error
        try:
            return self._response(most_bytes)
        except ValueError as error:
            raise BrokenOff(f"no HTTP: {error}") from error

    def _response(self, most_bytes: int) -> Response:
        version, status, headers = self._head()
        while 100 <= status < 200:
            version, status, headers = self._head()
        pieces: list[bytes] = []
        size = 0
        for piece in self._body(status, headers):
            size += len(piece)
            if size > most_bytes:
                raise TooLarge(status)
            pieces.append(piece)
        if version != "HTTP/1.1" or headers.get("connection", "").lower() == "close":
            self.is_reusable = False
        return Response(status, headers, b"".join(pieces))

    def _head(self) -> tuple[str, int, dict[str, str]]:
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > _HEAD_BYTES:
                raise BrokenOff("the answer's headers are too long")
            self._read()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status = first.split(" ", 2)[:2]
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return version, int(status), headers

    def _body(self, status: int, headers: Mapping[str, str]) -> Iterator[bytes]:
        if status in _WITHOUT_BODY:
            return
        if "chunked" in headers.get("transfer-encoding", "").lower():
            yield from self._chunks()
        elif "content-length" in headers:
            yield from self._exactly(int(headers["content-length"]))
        else:
            self.is_reusable = False
            yield from self._rest()

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            if not self._buffer:
                self._read()
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            yield from self._exactly(size)
            self._line()
        while self._line():  # trailers
            pass

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            self._read()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _rest(self) -> Iterator[bytes]:
        while self._buffer or self._receive():
            piece, self._buffer = self._buffer, b""
            yield piece

    def _read(self) -> None:
        if not self._receive():
            raise BrokenOff("the connection was closed")

    def _receive(self) -> bool:
        """Wait for more of the answer; False at its end."""
        try:
            self._socket.settimeout(self._left())
            piece = self._socket.recv(_READ_BYTES)
        except TimeoutError as error:
            raise Late from error
        except OSError as error:
            raise BrokenOff(str(error)) from error
        self._buffer += piece
        return bool(piece)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Late
        return left
