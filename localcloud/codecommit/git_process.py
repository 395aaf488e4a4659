"""git's own server programs, one child process per request, streamed both ways."""

from __future__ import annotations

import contextlib
import logging
import queue
import subprocess
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from localcloud.cloud import current
from localcloud.codecommit.git_command import GitError, environment, git

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024


def advertise(directory: Path, service: str, protocol: str) -> bytes:
    """The answer to `info/refs`: what the repository has, or (version 2) what the server can do."""
    told = git(
        directory,
        service.removeprefix("git-"),
        "--stateless-rpc",
        "--advertise-refs",
        str(directory),
        more={"GIT_PROTOCOL": protocol},
    )
    if "version=2" in protocol.split(":") and service == "git-upload-pack":
        return told
    head = f"# service={service}\n"
    return f"{len(head) + 4:04x}{head}0000".encode() + told


def request_body(environ: Mapping[str, Any]) -> Iterator[bytes]:
    """A request's body in pieces, however it is sent: by length or chunked, plain or gzip."""
    pieces = _pieces(environ)
    if environ.get("HTTP_CONTENT_ENCODING") in ("gzip", "x-gzip"):
        return _unzipped(pieces)
    return pieces


def _pieces(environ: Mapping[str, Any]) -> Iterator[bytes]:
    source: IO[bytes] = environ["wsgi.input"]
    # The server decodes chunks itself and says so.
    endless = bool(environ.get("wsgi.input_terminated"))
    left = int(environ.get("CONTENT_LENGTH") or 0)
    while endless or left > 0:
        piece = source.read(CHUNK if endless else min(CHUNK, left))
        if not piece:
            return
        left -= len(piece)
        yield piece


def _unzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for piece in pieces:
        while piece:
            yield decoder.decompress(piece, CHUNK * 16)
            piece = decoder.unconsumed_tail
    yield decoder.flush()


class Exchange:
    """One request to one of git's server programs: the iterable of its answer."""

    def __init__(
        self, directory: Path, service: str, variables: Mapping[str, str], body: Iterator[bytes]
    ) -> None:
        self._cloud = current()
        self._body = body
        self._ended = False
        self._error_text = ""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed in _end)
        self._child: subprocess.Popen[bytes] = self._cloud.processes.spawn(
            ["git", service.removeprefix("git-"), "--stateless-rpc", str(directory)],
            environment=environment(variables),
            directory=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._feeder = threading.Thread(target=self._feed, name=service, daemon=True)
        self._feeder.start()
        self._first = b""

    def begin(self) -> None:
        """Wait for the answer's first piece; GitError if git fails before it has said anything."""
        self._first = self._next()
        if not self._first:
            self._end()
            if self._child.returncode != 0:
                raise GitError(self._error_text or "git failed")

    def __iter__(self) -> Iterator[bytes]:
        try:
            piece = self._first
            while piece:
                yield piece
                piece = self._next()
        finally:
            self.close()

    def close(self) -> None:
        """Called by the server at the end in any case, also when the client has gone."""
        if not self._ended and self._child.poll() is None:
            self._cloud.processes.end(self._child)
        self._end()

    def _next(self) -> bytes:
        return self._read()

    def _read(self) -> bytes:
        assert self._child.stdout is not None
        return self._child.stdout.read1(CHUNK)  # type: ignore[attr-defined, no-any-return]

    def _feed(self) -> None:
        stdin = self._child.stdin
        assert stdin is not None
        try:
            for piece in self._body:
                # When git has ended early the rest of the body is still read: the client sends it
                # before it looks at the answer.
                with contextlib.suppress(BrokenPipeError):
                    stdin.write(piece)
        except (OSError, ValueError, zlib.error) as error:
            # git sees an input that ends too early, and refuses it.
            logger.debug("a git request's body broke off: %s", error)
        finally:
            with contextlib.suppress(OSError, ValueError):
                stdin.close()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._child.wait()
        self._cloud.processes.forget(self._child.pid)
        self._feeder.join()
        self._errors.seek(0)
        self._error_text = self._errors.read().decode(errors="replace").strip()
        self._errors.close()
        if self._child.stdout is not None:
            self._child.stdout.close()
        if self._error_text:
            logger.debug("git ended with %s: %s", self._child.returncode, self._error_text)


class Push(Exchange):
    """A push: once begun it is completed and told of, whether or not its client is still there.

    A thread of its own reads what git answers (little: progress and a report), so that git never
    waits for a client that has gone, and calls `when_done` before the answer ends: whoever has seen
    a push succeed finds its events on their way.
    """

    def __init__(
        self,
        directory: Path,
        service: str,
        variables: Mapping[str, str],
        body: Iterator[bytes],
        when_done: Callable[[], None],
    ) -> None:
        super().__init__(directory, service, variables, body)
        self._when_done = when_done
        self._pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._cloud.background(f"push {directory.name}", self._keep)

    def close(self) -> None:
        """Nothing: `_keep` ends it."""

    def _next(self) -> bytes:
        return self._pieces.get()

    def _keep(self) -> None:
        try:
            while piece := self._read():
                self._pieces.put(piece)
            super()._end()
            # A cloud that stops has killed git, and has nobody to tell.
            if not self._cloud.stopping.is_set():
                self._when_done()
        finally:
            self._pieces.put(b"")

    def _end(self) -> None:
        pass
