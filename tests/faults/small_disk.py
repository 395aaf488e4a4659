"""A local cloud whose state directory is a file system of a few megabytes, without root.

In a user and mount namespace of its own, anybody may mount a tmpfs (user_namespaces(7), mount_namespaces(7)):
the server is started in one by util-linux's `unshare`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localcloud import process_tree
from tests.local_server import unused_port

ROOT = Path(__file__).resolve().parents[2]
MOUNT = 'mount -t tmpfs -o size="$1"m tmpfs "$2" && shift 2 && exec "$@"'


def obstacle(directory: Path) -> str | None:
    """Why there can be no such file system here, in a few words."""
    if shutil.which("unshare") is None:
        return "there is no unshare (Linux's util-linux)"
    tried = _in_small_disk(1, directory, "true")
    ended = subprocess.run(tried, capture_output=True, text=True, check=False)
    return None if ended.returncode == 0 else f"no mount namespace: {ended.stderr.strip()}"


@contextmanager
def serving(state: Path, megabytes: int) -> Iterator[str]:
    """A local cloud on a disk of so many megabytes; its endpoint."""
    port = unused_port()
    server = subprocess.Popen(
        _in_small_disk(
            megabytes,
            state,
            *(sys.executable, "-m", "localcloud", "--port", str(port), "--state-dir", str(state)),
        ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    try:
        assert "local cloud at" in server.stdout.readline()
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        try:
            server.wait(60)
        finally:
            process_tree.kill_trees([server.pid])
            server.stdout.close()


def _in_small_disk(megabytes: int, directory: Path, *command: str) -> list[str]:
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    return [*unshare, "sh", "-c", MOUNT, "sh", str(megabytes), str(directory), *command]
