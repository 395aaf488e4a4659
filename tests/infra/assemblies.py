"""Fixtures that several suites share: the app synthesized once for each session and configuration."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any, Protocol

import pytest

from .configurations import CONFIGURATIONS, STACKS, TEMPLATES
from .synthesis import moved_clock, start, template

Template = dict[str, Any]

# Two runs of each configuration, under clocks, hash seeds and locales that differ.
FIRST = {"PYTHONHASHSEED": "1", "TZ": "UTC"}
AGAIN = {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LANG": "C", **moved_clock()}


class Assemblies(Protocol):
    """Where a configuration's output is. The first call in a session, in whichever of its processes,
    synthesizes all configurations side by side; those of `again` are made when one is asked for."""

    def __call__(self, configuration: str, *, again: bool = False) -> Path: ...


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assemblies:
    """See Assemblies. `ended`, beside an output, holds what its run said on standard error."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def assembly(configuration: str, *, again: bool = False) -> Path:
        directory = base / ("assemblies-again" if again else "assemblies")
        with contextlib.suppress(FileExistsError):
            directory.mkdir()
            synthesize(directory, AGAIN if again else FIRST)
        ended = directory / configuration / "ended"
        deadline = time.monotonic() + 300
        while not ended.exists():
            assert time.monotonic() < deadline, "another process of this session did not synthesize"
            time.sleep(0.05)
        outdir = directory / configuration / "cdk.out"
        assert (outdir / "manifest.json").exists(), ended.read_text()
        return outdir

    return assembly


def synthesize(directory: Path, variables: dict[str, str]) -> None:
    """All configurations, side by side."""
    running = {}
    for name, slipway in CONFIGURATIONS.items():
        (directory / name).mkdir()
        running[name] = start(directory / name / "cdk.out", slipway, **variables)
    for name, process in running.items():
        _, errors = process.communicate(timeout=300)
        said = directory / name / "said"
        said.write_text(errors)
        said.rename(directory / name / "ended")


@pytest.fixture(params=TEMPLATES, ids="-".join)
def row(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Configuration and stack of each template in turn."""
    pair: tuple[str, str] = request.param
    return pair


@pytest.fixture
def any_template(row: tuple[str, str], assembly: Assemblies) -> Template:
    """The template of the row."""
    configuration, stack = row
    return template(assembly(configuration), stack)


@pytest.fixture(scope="session")
def build(assembly: Assemblies) -> Template:
    """The model build stack's template, with the least configuration."""
    return template(assembly("default"), "Abalone-ModelBuild")


@pytest.fixture(scope="session")
def deploy(assembly: Assemblies) -> Template:
    """The model deploy stack's template, with the least configuration."""
    return template(assembly("default"), "Abalone-ModelDeploy")


@pytest.fixture(scope="session")
def staging(assembly: Assemblies) -> Template:
    """The staging stack's template, with the least configuration."""
    return template(assembly("default"), "Abalone-Staging")


@pytest.fixture(scope="session")
def prod(assembly: Assemblies) -> Template:
    """The prod stack's template, with the least configuration."""
    return template(assembly("default"), "Abalone-Prod")


@pytest.fixture(scope="session")
def full_build(assembly: Assemblies) -> Template:
    """The model build stack's template, with every field set."""
    return template(assembly("full"), "Abalone-ModelBuild")


@pytest.fixture(scope="session")
def full_deploy(assembly: Assemblies) -> Template:
    """The model deploy stack's template, with every field set."""
    return template(assembly("full"), "Abalone-ModelDeploy")


@pytest.fixture(scope="session")
def full_prod(assembly: Assemblies) -> Template:
    """The prod stack's template, with every field set."""
    return template(assembly("full"), "Abalone-Prod")


@pytest.fixture(scope="session")
def all_stacks(assembly: Assemblies) -> list[Template]:
    """Every template with the least configuration."""
    return [template(assembly("default"), stack) for stack in STACKS]


@pytest.fixture(scope="session")
def all_full_stacks(assembly: Assemblies) -> list[Template]:
    """Every template with every field set."""
    return [template(assembly("full"), stack) for stack in STACKS]
