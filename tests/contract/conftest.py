"""One local cloud for the suite, on which everything was done once; and the synthesized templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import local as local_cloud
from tests.contract import scenario
from tests.contract.local import Local
from tests.infra import synthesis


# Not for the session: a process has one cloud at a time, and other suites start theirs.
@pytest.fixture(scope="package")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local cloud on which the scenario was performed."""
    with local_cloud.running(tmp_path_factory.mktemp("state")) as running:
        scenario.perform(running)
        yield running


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The app's templates by stack, as the CDK CLI would get them."""
    outdir = tmp_path_factory.mktemp("synth") / "cdk.out"
    process = synthesis.start(outdir, {"project": "abalone"})
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text())
        for file in outdir.glob("*.template.json")
    }
