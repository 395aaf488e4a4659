"""Running a container: the one way in which jobs and endpoints start what their image stands for.

A container is a directory on the host whose `ml` appears as `/opt/ml` and whose `tmp` appears as
`/tmp`, a program, and an environment; it runs in a process group of its own and is forked from a warm
parent (`warm_parents`), so that it starts in milliseconds. A model server, for example:

    directory = ContainerDirectory(current().directory("sagemaker", "endpoints", name))
    directory.make("model")                           # then unpack model.tar.gz into it
    listener = socket.create_server(("127.0.0.1", 0))  # 8080 in a container is one port of many here
    container = start(
        framework=images.require_serving(image_uri).framework,
        program=Function("localcloud.sagemaker.endpoints.serving.server:main", ()),
        directory=directory,
        environment={**model_environment, "AWS_REGION": region},
        sockets={"LISTEN_FD": listener.fileno()},      # its number in the child is in $LISTEN_FD
        on_output=lambda lines: log_groups.append(group, stream, lines, ...),
    )
    listener.close()
    ...
    container.stop(grace_seconds=30)                   # SIGTERM, then SIGKILL

The function runs in the child with the framework imported, `localcloud` importable, and `/opt/ml`,
`/tmp`, `os.environ` and the working directory as the container's; returning ends it with exit code 0.
It must import nothing of `localcloud` that is heavy, and nothing of moto.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localcloud import safe_paths
from localcloud.cloud import current
from localcloud.sagemaker.containers.frameworks import Framework
from localcloud.sagemaker.containers.warm_parents import Child, thread_limits, warm_parents

_READ_BYTES = 1 << 16
# A process that left its group may hold the output open after the container has ended.
_OUTPUT_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Command:
    """A command line, as an image's ENTRYPOINT and CMD: `("python3", "/opt/ml/…/script.py", …)`."""

    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A program of the local cloud's own: `package.module:function`, called with string arguments."""

    target: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContainerDirectory:
    """A container's files on the host. `path` must not be shared with another container."""

    path: Path

    def __post_init__(self) -> None:
        self.ml.mkdir(parents=True, exist_ok=True)
        self.temporary.mkdir(parents=True, exist_ok=True)

    @property
    def ml(self) -> Path:
        """What the container sees as `/opt/ml`."""
        return self.path / "ml"

    @property
    def temporary(self) -> Path:
        """What the container sees as `/tmp`."""
        return self.path / "tmp"

    def make(self, *parts: str) -> Path:
        """A directory below `/opt/ml`, made if it is not there; its path on the host."""
        path = self.ml.joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def host_path(self, container_path: str) -> Path:
        """Where `/opt/ml/…` lies on the host. Raises UnsafePath for what lies elsewhere."""
        if container_path.rstrip("/") == "/opt/ml":
            return self.ml
        if not container_path.startswith("/opt/ml/"):
            raise safe_paths.UnsafePath(container_path, "is not below /opt/ml")
        return safe_paths.below(self.ml, container_path.removeprefix("/opt/ml/").strip("/"))

    def written_path(self, container_path: str) -> Path:
        """`host_path`, for what the container has made; UnsafePath if a link there leads out."""
        path = self.host_path(container_path)
        if not safe_paths.is_inside(path, self.ml):
            raise safe_paths.UnsafePath(
                container_path, "is behind a link that leads out of /opt/ml"
            )
        return path


@dataclass
class Container:
    """A started container. `exit_code` is None while it runs; ended by signal n it is 128 + n."""

    pid: int
    _child: Child
    _output: threading.Thread
    exit_code: int | None = field(default=None, init=False)

    def wait(self, timeout_seconds: float | None = None) -> int | None:
        """Wait for the end, with all output delivered; the exit code, or None when time is up."""
        if not self._child.ended.wait(timeout_seconds):
            return None
        self._output.join(_OUTPUT_GRACE_SECONDS)
        code = self._child.exit_code
        self.exit_code = code if code >= 0 else 128 - code
        return self.exit_code

    @property
    def has_ended(self) -> bool:
        """True once its process has ended; `changes` are announced then."""
        return self._child.ended.is_set()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the container's whole process group; nothing happens once it ended."""
        if self._child.ended.is_set():
            return
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            # It was forked and has no group of its own yet: it is then alone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def stop(self, grace_seconds: float, first: signal.Signals = signal.SIGTERM) -> int:
        """Ask the container to end, make it end after `grace_seconds`; its exit code."""
        self.send_signal(first)
        if self.wait(grace_seconds) is None:
            self.send_signal(signal.SIGKILL)
        return self.wait() or 0


def start(
    *,
    framework: Framework,
    program: Command | Function,
    directory: ContainerDirectory,
    environment: Mapping[str, str],
    working_directory: str = "/opt/ml",
    sockets: Mapping[str, int] | None = None,
    on_output: Callable[[list[str]], None],
) -> Container:
    """Start a container; waits for the framework's warm parent the first time.

    `environment` is all that the program sees besides PATH, HOME and the like. `on_output` gets
    stdout's and stderr's lines in order, from a thread of its own. Raises IsolationUnavailable
    where processes cannot have their own `/opt/ml`.
    """
    base = _base_environment()
    inherited = dict(sockets or {})
    request = {
        "kind": "call" if isinstance(program, Function) else "run",
        "command": _command(program),
        "path": str(_source_root()),
        "root": str(directory.ml),
        "temporary": str(directory.temporary),
        "hide": [str(current().settings.state_dir.resolve())],
        "keep": [sys.prefix, sys.base_prefix, str(_source_root())],
        "environment": {**base, **environment},
        "settings": sorted(base.keys() - environment.keys()),
        "directory": working_directory,
        "sockets": list(inherited),
    }
    readable, writable = os.pipe()
    output = threading.Thread(
        target=_read_lines, args=(readable, on_output), name="container output", daemon=True
    )
    try:
        child = warm_parents().get(framework).fork(request, [writable, *inherited.values()])
    except BaseException:
        os.close(readable)
        raise
    finally:
        os.close(writable)
    output.start()
    return Container(child.pid, child, output)


def _command(program: Command | Function) -> list[str]:
    if isinstance(program, Function):
        return [program.target, *program.arguments]
    return list(program.arguments)


def _source_root() -> Path:
    # Resolved: a link to it may lie in a directory that the container does not see.
    return Path(__file__).resolve().parents[3]


def _base_environment() -> dict[str, str]:
    search = f"{sys.prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {
        "PATH": search,
        # Private, as all of /tmp is: a home directory would be the laptop owner's.
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **thread_limits(),
    }


def _read_lines(readable: int, on_output: Callable[[list[str]], None]) -> None:
    rest = b""
    while chunk := os.read(readable, _READ_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            on_output(_decode(lines))
    if rest:
        on_output(_decode([rest]))
    os.close(readable)


def _decode(lines: Sequence[bytes]) -> list[str]:
    return [line.decode(errors="replace").rstrip("\r") for line in lines]
