"""Captured records have the documented form and lie under the documented key."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from localcloud import cloud
from localcloud.sagemaker.endpoints.data_capture import DataCapture, Invocation
from localcloud.settings import Settings

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"
pytestmark = pytest.mark.documented(PAGE)
CONFIG: dict[str, Any] = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/capture/",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
}


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Any:
    cloud.start(Settings(port=1, state_dir=tmp_path_factory.mktemp("state")))
    yield
    cloud.stop()


def line(config: dict[str, Any], inference_id: str | None = None) -> dict[str, Any]:
    capture = DataCapture(config, "endpoint", "AllTraffic", "us-east-1", "arn:role")
    return capture._line(Invocation(b"1,2", "text/csv", b"3\n", "text/csv", inference_id))


def test_csv_is_kept_as_text(running: None) -> None:
    captured = line(CONFIG, "my-id")
    assert captured["captureData"] == {
        "endpointInput": {
            "observedContentType": "text/csv",
            "mode": "INPUT",
            "data": "1,2",
            "encoding": "CSV",
        },
        "endpointOutput": {
            "observedContentType": "text/csv",
            "mode": "OUTPUT",
            "data": "3\n",
            "encoding": "CSV",
        },
    }
    assert captured["eventVersion"] == "0"
    assert captured["eventMetadata"]["inferenceId"] == "my-id"


def test_other_types_are_base64(running: None) -> None:
    captured = line({**CONFIG, "CaptureContentTypeHeader": {}})
    part = captured["captureData"]["endpointInput"]
    assert part["encoding"] == "BASE64"
    assert base64.b64decode(part["data"]) == b"1,2"


def test_only_the_wanted_modes_are_captured(running: None) -> None:
    captured = line({**CONFIG, "CaptureOptions": [{"CaptureMode": "Output"}]})
    assert list(captured["captureData"]) == ["endpointOutput"]
    assert "inferenceId" not in captured["eventMetadata"]
