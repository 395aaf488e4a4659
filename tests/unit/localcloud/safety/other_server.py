"""A local cloud in a process of its own, which a test may kill, and what may survive it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.local_server import unused_port

ROOT = Path(__file__).resolve().parents[4]


@contextlib.contextmanager
def started(
    state: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python -m localcloud` until the block ends: its process, and its endpoint."""
    port = unused_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "--port", str(port), "--state-dir", state, *options],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert "local cloud at" in server.stdout.readline()
    try:
        yield server, f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


def running_with(word: str) -> list[int]:
    """The living processes with a word among their arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if word.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()
