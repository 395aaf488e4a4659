"""The HTTP server: moto's dispatcher with our services, and the git remote, on one port."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Callable, Iterable
from typing import IO, Any
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from localcloud import clients, cloud, moto_patches, registration, remains
from localcloud.clock import Clock
from localcloud.codecommit import git_server
from localcloud.http_errors import refuse
from localcloud.http_faults import Faults
from localcloud.http_hosts import Hosts
from localcloud.http_limits import SILENCE_SECONDS, Limits
from localcloud.organizations.models import make_account
from localcloud.settings import Settings

logger = logging.getLogger(__name__)

# How long a stop may go unnoticed by the thread that waits for connections.
POLL_SECONDS = 0.05


class PortInUse(Exception):
    """Another program listens on the port that was asked for."""


class StateInUse(Exception):
    """Another local cloud keeps its files in the directory that was asked for."""


class QuietRequestHandler(MotoRequestHandler):
    """Requests are not narrated on the terminal, and connections are kept open (HTTP/1.1)."""

    protocol_version = "HTTP/1.1"
    timeout = SILENCE_SECONDS

    def run_wsgi(self) -> None:
        try:
            urlsplit(self.path)
        except ValueError:
            self.send_error(400, "Bad Request")
            return
        super().run_wsgi()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        logger.debug("%s %s", self.requestline, code)


class Application:
    """Sends git's requests to the repositories and all else to moto's dispatcher, if it may ask."""

    def __init__(self, host: str = "localhost") -> None:
        self._hosts = Hosts(host)
        self._aws = Limits(Faults(DomainDispatcherApplication(create_backend_app)))

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        objection = self._hosts.objection(environ)
        if objection is not None:
            return refuse(environ, start_response, 403, "AccessDenied", objection)
        if git_server.is_git_request(environ):
            return git_server.application(environ, start_response)
        # Nobody is another account by saying so.
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        # moto's own controls: some of them write files where the server was started.
        if str(environ.get("PATH_INFO", "")).startswith("/moto-api"):
            return refuse(environ, start_response, 404, "NotFound", "moto's own API is not served")
        return self._aws(environ, start_response)


class Server:
    """A local cloud that serves in a thread of this process."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._clock = clock
        self.remains: str | None = None
        """What the start found of a cloud that did not end by itself."""
        self._http: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._lock_file: IO[str] | None = None

    def start(self) -> None:
        """Bind the port, empty the state directory, serve. Raises PortInUse or StateInUse."""
        self._lock_state()
        registration.register()
        moto_patches.apply()
        # Bind before anything is thrown away: a second start by mistake must not harm the first.
        try:
            self._http = make_server(
                self.settings.host,
                self.settings.port,
                Application(self.settings.host),
                threaded=True,
                request_handler=QuietRequestHandler,
            )
        except (OSError, SystemExit) as error:
            self._unlock_state()
            raise PortInUse(
                f"port {self.settings.port} on {self.settings.host} is in use"
            ) from error
        self.remains = remains.described(self.settings.state_dir)
        cloud.start(self.settings, self._clock)
        remains.mark(self.settings.state_dir)
        for account in self.settings.accounts:
            make_account(account, manager=self.settings.account_id, region=self.settings.region)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(POLL_SECONDS,), name="http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop everything: what runs, its processes, the port."""
        cloud.stop()
        remains.unmark(self.settings.state_dir)
        clients.forget_sessions()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
        if self._thread is not None:
            self._thread.join()
        self._unlock_state()

    def _lock_state(self) -> None:
        self.settings.state_dir.mkdir(parents=True, exist_ok=True)
        self._lock_file = (self.settings.state_dir / "lock").open("w")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock_file.close()
            raise StateInUse(
                f"another local cloud keeps its files in {self.settings.state_dir}"
            ) from error

    def _unlock_state(self) -> None:
        if self._lock_file is not None:
            self._lock_file.close()
