"""How a model server of the local cloud's own listens: on the socket that it was started with."""

from __future__ import annotations

import os
from typing import Any


def serve(application: Any) -> None:
    """Answer HTTP by a WSGI application, on the socket in $LISTEN_FD, until the process is ended.

    Requests are answered in threads, connections are kept, and each request is a line of the log.
    """
    from werkzeug.serving import WSGIRequestHandler, make_server

    class KeepAlive(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

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
