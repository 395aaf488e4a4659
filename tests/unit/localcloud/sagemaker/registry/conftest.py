"""A registry in a cloud without a server."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.events import delivery
from localcloud.sagemaker.registry.models import RegistryBackend


@pytest.fixture
def events(running_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that were emitted, instead of their delivery."""
    emitted: list[dict[str, Any]] = []
    monkeypatch.setattr(delivery, "deliver", emitted.append)
    return emitted


@pytest.fixture
def registry(events: list[dict[str, Any]]) -> RegistryBackend:
    return RegistryBackend("us-east-1", "123456789012")
