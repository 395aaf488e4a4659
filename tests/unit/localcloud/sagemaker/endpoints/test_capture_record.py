"""Captured records are written as AWS's published ones are, to the byte."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from localcloud.sagemaker.endpoints import capture_record
from localcloud.sagemaker.endpoints.capture_record import Invocation, line

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"
pytestmark = pytest.mark.documented(PAGE)
# Of notebooks in https://github.com/aws/amazon-sagemaker-examples: sm-model_monitor_introduction, and
# sm-clarify_model_bias_monitor_for_endpoint_json.
PUBLISHED = [
    (path.stem, text)
    for path in sorted((Path(__file__).parent / "published").glob("data-capture-*.jsonl"))
    for text in path.read_text().splitlines()
]
CONFIG: dict[str, Any] = {
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json"],
    },
}
NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def captured(config: dict[str, Any], invocation: Invocation | None = None) -> dict[str, Any]:
    invocation = invocation or Invocation(b"1,2", "text/csv", b"3\n", "text/csv", None)
    record: dict[str, Any] = json.loads(line(config, invocation, NOW))
    return record


@pytest.mark.parametrize(("name", "published"), PUBLISHED)
def test_a_record_is_the_published_one(
    name: str, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = json.loads(published)
    sent, answered = (record["captureData"][f"endpoint{side}"] for side in ("Input", "Output"))
    monkeypatch.setattr(
        capture_record.uuid, "uuid4", lambda: UUID(record["eventMetadata"]["eventId"])
    )
    invocation = Invocation(
        sent["data"].encode(),
        sent["observedContentType"],
        answered["data"].encode(),
        answered["observedContentType"],
        None,
    )
    time = datetime.fromisoformat(record["eventMetadata"]["inferenceTime"])
    assert line(CONFIG, invocation, time) == published


def test_an_inference_id_is_kept() -> None:
    invocation = Invocation(b"1", "text/csv", b"2", "text/csv", "my id")
    assert captured(CONFIG, invocation)["eventMetadata"]["inferenceId"] == "my id"
    assert "inferenceId" not in captured(CONFIG)["eventMetadata"]


@pytest.mark.parametrize(
    ("header", "content_type", "body", "encoding"),
    [
        ({}, "text/csv", b"1,2", "BASE64"),
        ({"JsonContentTypes": ["application/json"]}, "text/csv", b"1,2", "BASE64"),
        ({"CsvContentTypes": ["text/csv"]}, "Text/CSV; charset=utf-8", b"1,2", "CSV"),
        ({"JsonContentTypes": ["application/jsonlines"]}, "application/jsonlines", b"{}", "JSON"),
        ({"CsvContentTypes": ["text/csv"]}, "text/csv", "é".encode(), "CSV"),
        # What is no text would be lost as text.
        ({"CsvContentTypes": ["text/csv"]}, "text/csv", b"\xff\x00", "BASE64"),
    ],
)
def test_types_that_are_named_are_text_and_all_else_base64(
    header: dict[str, Any], content_type: str, body: bytes, encoding: str
) -> None:
    config = {**CONFIG, "CaptureContentTypeHeader": header}
    invocation = Invocation(body, content_type, b"", "", None)
    part = captured(config, invocation)["captureData"]["endpointInput"]
    assert (part["encoding"], part["observedContentType"]) == (encoding, content_type)
    data = part["data"]
    assert (base64.b64decode(data) if encoding == "BASE64" else data.encode()) == body


@pytest.mark.parametrize(
    ("modes", "parts"),
    [
        (["Input"], ["endpointInput"]),
        (["Output"], ["endpointOutput"]),
        (["Output", "Input"], ["endpointInput", "endpointOutput"]),
        (["InputAndOutput"], ["endpointInput", "endpointOutput"]),
    ],
)
def test_only_the_wanted_sides_are_captured(modes: list[str], parts: list[str]) -> None:
    config = {**CONFIG, "CaptureOptions": [{"CaptureMode": mode} for mode in modes]}
    assert list(captured(config)["captureData"]) == parts
