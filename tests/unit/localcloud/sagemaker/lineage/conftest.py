"""One cloud in which a model was trained, registered, approved and deployed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.localcloud.sagemaker.service import Service, running

from .story import Story, tell


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("state")) as started:
        yield started
        assert not started.defects


@pytest.fixture(scope="module")
def story(service: Service) -> Story:
    """What happened."""
    return tell(service)
