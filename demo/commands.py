"""Running the unmodified command-line clients (cdk, git) and keeping what they say."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from demo.errors import StageFailed


def run(
    stage: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    directory: Path | None = None,
    log: Path | None = None,
) -> str:
    """Run a command and return what it printed; StageFailed with its last lines if it fails."""
    finished = subprocess.run(
        list(command),
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if log is not None:
        log.write_text(finished.stdout)
    if finished.returncode != 0:
        lines = [line for line in finished.stdout.splitlines() if line.strip()]
        where = f" (all of it: {log})" if log is not None else ""
        reason = "\n".join(lines[-15:]) or f"exit status {finished.returncode}"
        raise StageFailed(stage, f"{' '.join(command)}{where}\n{reason}")
    return finished.stdout
