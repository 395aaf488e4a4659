"""Local clouds of a test module's own: with the HTTP server, or without it where none is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud import cloud as clouds
from localcloud.cloud import Cloud
from localcloud.settings import Settings
from tests.local_server import serving


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running local cloud."""
    with serving(tmp_path_factory.mktemp("state")) as address:
        yield address


@pytest.fixture(scope="module")
def running_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud without its HTTP server: time, processes and files."""
    yield clouds.start(Settings(port=0, state_dir=tmp_path_factory.mktemp("state")))
    clouds.stop()
