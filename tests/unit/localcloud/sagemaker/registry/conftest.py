"""A registry in a cloud without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localcloud import cloud
from localcloud.cloud import Cloud
from localcloud.events import delivery
from localcloud.sagemaker.registry.models import RegistryBackend
from localcloud.settings import Settings


@pytest.fixture(scope="module")
def running_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    yield cloud.start(Settings(port=0, state_dir=tmp_path_factory.mktemp("state")))
    cloud.stop()


@pytest.fixture
def events(running_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that were emitted, instead of their delivery."""
    emitted: list[dict[str, Any]] = []
    monkeypatch.setattr(delivery, "deliver", emitted.append)
    return emitted


@pytest.fixture
def registry(events: list[dict[str, Any]]) -> RegistryBackend:
    return RegistryBackend("us-east-1", "123456789012")
