"""Functions of a local cloud in this process."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from localcloud import cloud as running
from tests.local_server import LocalCloud, service_principal

Client = Callable[[str], Any]
ROLE = "arn:aws:iam::123456789012:role/tested-function"


@pytest.fixture(scope="module")
def client(endpoint: str) -> Client:
    """Gives the client of a service; the role of the functions is there."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
    cloud = LocalCloud(endpoint, config)
    cloud.make_role("tested-function", service_principal("lambda"))
    return cloud.client


def package(**files: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(f"{name}.py", text)
    return archive.getvalue()


class Function:
    """A function under test."""

    def __init__(self, client: Client, name: str, code: str, **options: Any) -> None:
        self.name = name
        self.client = client
        files = options.pop("files", {})
        self.api = client("lambda")
        self.api.create_function(
            FunctionName=name,
            **{
                "Role": ROLE,
                "Runtime": "python3.13",
                "Handler": "main.handler",
                "Code": {"ZipFile": package(main=code, **files)},
                **options,
            },
        )

    def invoke(self, event: Any = None, **options: Any) -> dict[str, Any]:
        answer = self.api.invoke(FunctionName=self.name, Payload=json.dumps(event), **options)
        return {**answer, "Payload": json.loads(answer["Payload"].read() or "null")}

    def result(self, event: Any = None) -> Any:
        answer = self.invoke(event)
        assert "FunctionError" not in answer, answer["Payload"]
        return answer["Payload"]

    def messages(self, group: str | None = None) -> list[str]:
        logs = self.client("logs")
        try:
            found = logs.filter_log_events(logGroupName=group or f"/aws/lambda/{self.name}")
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in found["events"]]


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    found: list[Any] = []

    def look() -> bool:
        found[:] = [condition()]
        return bool(found[0])

    assert running.current().changes.wait_until(look, seconds, recheck_seconds=0.05), found
    return found[0]
