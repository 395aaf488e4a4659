"""A local cloud for the function, and scenes on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.local_server import LocalCloud, serving
from tests.unit.lambdas.assets import Asset
from tests.unit.lambdas.request_deployment.scene import Scene

MakeScene = Callable[[], Scene]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        serving(tmp_path_factory.mktemp("state")) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
        yield address


@pytest.fixture(scope="module")
def function(endpoint: str) -> Asset:
    """The function's modules, with clients of this cloud alone."""
    return Asset("request_deployment")


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def scene(
    endpoint: str, function: Asset, numbers: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """A project of its own, which the function is configured for."""
    made = Scene(f"p{next(numbers)}", function, LocalCloud(endpoint))
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made
