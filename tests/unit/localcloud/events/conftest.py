"""A local cloud in this process, and clients for it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.server import Server
from localcloud.settings import Settings

ACCOUNT = "123456789012"
REGION = "us-east-1"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running local cloud; its endpoint."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    state: Path = tmp_path_factory.mktemp("state")
    server = Server(Settings(port=port, state_dir=state))
    server.start()
    try:
        yield server.settings.endpoint_url
    finally:
        server.stop()


@pytest.fixture(scope="module")
def client(cloud: str) -> Callable[[str], Any]:
    """Makes a client of a service."""

    def make(service: str) -> Any:
        return boto3.client(service, region_name=REGION, endpoint_url=cloud)

    return make
