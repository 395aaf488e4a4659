"""A model server's start: its model directory, its port, its log, its end."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localcloud.clients import Credentials
from localcloud.cloud import Cloud, current
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.containers.container import Command
from localcloud.sagemaker.containers.frameworks import Framework
from localcloud.sagemaker.endpoints.serving import container as serving

XGBOOST_URI = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html"
)

SMALL = Framework("small", ("json",))
SESSION = Credentials("key", "secret", "token", datetime.max.replace(tzinfo=UTC))
SERVER = """
import functools, http.server, os, socket
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="/opt/ml/model")
server = http.server.HTTPServer(("127.0.0.1", 0), handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(os.environ["LISTEN_FD"]))
server.serve_forever()
"""


@pytest.fixture
def file_server(monkeypatch: pytest.MonkeyPatch) -> Framework:
    """In place of a model server, one that shows its model directory."""
    image = images.resolve(XGBOOST_URI)
    command = Command(("python3", "-c", SERVER))
    monkeypatch.setattr(type(image), "serving", lambda _self, _environment: command)
    monkeypatch.setattr(type(image), "framework", SMALL)
    return SMALL


def get(port: int, path: str) -> bytes:
    """Once the server listens, what it answers."""
    answer: list[bytes] = []

    def answered() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}") as response:
                answer.append(response.read())
        except urllib.error.URLError:
            return False
        return True

    assert current().changes.wait_until(answered, 30, recheck_seconds=0.02)
    return answer[0]


def test_server_finds_its_model_and_ends_without_a_trace(
    running_cloud: Cloud, file_server: Framework
) -> None:
    log: list[str] = []

    def fill(directory: Path) -> None:
        (directory / "weights").write_text("0.5")

    started = serving.start_serving(
        XGBOOST_URI,
        fill_model_directory=fill,
        environment={"A": "b"},
        session=SESSION,
        log=log.extend,
    )
    assert get(started.port, "weights") == b"0.5"
    assert started.is_running()
    started.stop()
    assert not started.is_running()
    assert any("GET /weights" in line for line in log)
    assert not list(running_cloud.directory("sagemaker", "endpoints").iterdir())


def test_failure_to_fill_the_model_directory_is_the_callers(running_cloud: Cloud) -> None:
    def fill(_directory: Path) -> None:
        raise OSError("not a tar archive")

    with pytest.raises(OSError, match="not a tar archive"):
        serving.start_serving(
            XGBOOST_URI,
            fill_model_directory=fill,
            environment={},
            session=SESSION,
            log=lambda _lines: None,
        )
    assert not list(running_cloud.directory("sagemaker", "endpoints").iterdir())
