"""How a model server of the local cloud's own listens: on the socket that it was started with."""

from __future__ import annotations

import io
import os
from typing import Any


def serve(application: Any) -> None:
    """Answer HTTP by a WSGI application, on the socket in $LISTEN_FD, until the process is ended.

    Requests are answered in threads, connections are kept, and each request is a line of the log.
    """
    from werkzeug.serving import WSGIRequestHandler, make_server

    class KeepAlive(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body are written apart: on a kept connection the body would wait 40 ms.
        disable_nagle_algorithm = True
        rfile: Any
        _keeps = False

        def run_wsgi(self) -> None:
            # werkzeug closes every connection, since what the application leaves of a body would be
            # taken for the next request: a body that is read first leaves nothing.
            stream, self._keeps = self.rfile, _has_plain_body(self.headers)
            if self._keeps:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile = io.BytesIO(stream.read(length))
            try:
                super().run_wsgi()
            finally:
                self.rfile = stream

        def send_header(self, keyword: str, value: str) -> None:
            if self._keeps and (keyword, value) == ("Connection", "close"):
                return
            super().send_header(keyword, value)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            self.log("info", '"%s" %s %s', self.requestline, code, size)

    make_server(
        "127.0.0.1",
        0,
        application,
        threaded=True,
        request_handler=KeepAlive,
        fd=int(os.environ["LISTEN_FD"]),
    ).serve_forever()


def _has_plain_body(headers: Any) -> bool:
    """Whether a request's body is as long as it says, and comes without being asked for."""
    length = headers.get("Content-Length") or "0"
    asks_first = headers.get("Transfer-Encoding") or headers.get("Expect")
    return not asks_first and length.isascii() and length.isdigit()
