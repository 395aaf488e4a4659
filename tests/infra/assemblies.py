"""Fixtures that several suites share: the app synthesized once for each session and configuration."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .synthesis import FULL, start, template

Template = dict[str, Any]
Assemblies = Callable[[str], Path]

# Two of the same, under clocks, hash seeds and locales that differ, and one with all fields set.
RUNS: dict[str, tuple[Any, dict[str, str]]] = {
    "default": ({"project": "abalone"}, {"PYTHONHASHSEED": "1", "TZ": "UTC"}),
    "again": ({"project": "abalone"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LANG": "C"}),
    "full": (FULL, {}),
}


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assemblies:
    """Where a run's output is. The first call in a session, in whichever of its processes, synthesizes
    all runs side by side; `ended` then holds what a run said on standard error."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "assemblies"

    def assembly(run: str) -> Path:
        with contextlib.suppress(FileExistsError):
            directory.mkdir()
            synthesize(directory)
        ended = directory / run / "ended"
        deadline = time.monotonic() + 300
        while not ended.exists():
            assert time.monotonic() < deadline, "another process of this session did not synthesize"
            time.sleep(0.05)
        outdir = directory / run / "cdk.out"
        assert (outdir / "manifest.json").exists(), ended.read_text()
        return outdir

    return assembly


def synthesize(directory: Path) -> None:
    """All runs, side by side."""
    running = {}
    for name, (slipway, variables) in RUNS.items():
        (directory / name).mkdir()
        running[name] = start(directory / name / "cdk.out", slipway, **variables)
    for name, process in running.items():
        _, errors = process.communicate(timeout=300)
        said = directory / name / "said"
        said.write_text(errors)
        said.rename(directory / name / "ended")


@pytest.fixture(scope="session")
def build(assembly: Assemblies) -> Template:
    """The model build stack's template, with the least configuration."""
    return template(assembly("default"), "Abalone-ModelBuild")


@pytest.fixture(scope="session")
def deploy(assembly: Assemblies) -> Template:
    """The model deploy stack's template, with the least configuration."""
    return template(assembly("default"), "Abalone-ModelDeploy")


@pytest.fixture(scope="session")
def full_build(assembly: Assemblies) -> Template:
    """The model build stack's template, with every field set."""
    return template(assembly("full"), "Abalone-ModelBuild")


@pytest.fixture(scope="session")
def full_deploy(assembly: Assemblies) -> Template:
    """The model deploy stack's template, with every field set."""
    return template(assembly("full"), "Abalone-ModelDeploy")
