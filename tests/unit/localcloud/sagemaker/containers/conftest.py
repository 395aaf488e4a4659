"""Containers of a cloud without its HTTP server: they need only its processes and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.cloud import Cloud
from localcloud.sagemaker.containers import container
from localcloud.sagemaker.containers.container import Command, Container, ContainerDirectory
from localcloud.sagemaker.containers.frameworks import Framework

# Imports little, so that these tests start fast; NumPy has a random state to be told apart.
SMALL = Framework("small", ("numpy", "json"))


class Ran:
    """A container that has ended, or is to be ended by the test."""

    def __init__(self, started: Container, directory: ContainerDirectory, lines: list[str]) -> None:
        self.container = started
        self.directory = directory
        self.lines = lines

    def finish(self) -> int:
        code = self.container.wait(30)
        assert code is not None, "the container did not end"
        return code


Runner = Callable[..., Ran]


@pytest.fixture
def run_script(running_cloud: Cloud, tmp_path: Path) -> Runner:
    """Start a container that runs a script's text, or a command."""
    count = 0

    def run(
        text: str = "",
        *arguments: str,
        command: tuple[str, ...] | None = None,
        environment: dict[str, str] | None = None,
        sockets: dict[str, int] | None = None,
    ) -> Ran:
        nonlocal count
        count += 1
        directory = ContainerDirectory(tmp_path / str(count))
        (directory.make("code") / "script.py").write_text(text)
        lines: list[str] = []
        started = container.start(
            framework=SMALL,
            program=Command(command or ("python3", "/opt/ml/code/script.py", *arguments)),
            directory=directory,
            environment=environment or {},
            sockets=sockets,
            on_output=lines.extend,
        )
        return Ran(started, directory, lines)

    return run
