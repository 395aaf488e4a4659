"""Captured invocations are in S3, under the documented keys."""

from __future__ import annotations

import json
import re

import pytest

from localcloud.cloud import current

from .conftest import VARIANT, Hosting

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"
)


def test_invocations_are_captured_and_kept_at_an_update(hosting: Hosting) -> None:
    config = hosting.config(
        hosting.model(),
        capture={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": hosting.service.uri("capture"),
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        },
    )
    endpoint = hosting.endpoint(config)
    summary = hosting.describe(endpoint)["DataCaptureConfig"]
    assert (summary["CaptureStatus"], summary["CurrentSamplingPercentage"]) == ("Started", 100)
    answer = hosting.ask(endpoint, InferenceId="my-id")
    hosting.ask(endpoint, "3,4")
    # What the old fleet has gathered is written before it ends.
    hosting.update(endpoint, config)
    hosting.ask(endpoint, "5,6")
    prefix = f"capture/{endpoint}/{VARIANT}/"

    def records() -> list[dict[str, dict[str, str]]]:
        bodies = [hosting.service.get(key).decode() for key in hosting.service.keys(prefix)]
        return [json.loads(line) for body in bodies for line in body.splitlines()]

    assert current().changes.wait_until(lambda: len(records()) == 3, 20)
    for key in hosting.service.keys(prefix):
        assert re.fullmatch(
            prefix + r"\d{4}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl", key
        )
    by_input = {each["captureData"]["endpointInput"]["data"]: each for each in records()}
    assert set(by_input) == {"1,2", "3,4", "5,6"}
    first = by_input["1,2"]
    assert first["captureData"]["endpointOutput"] == {
        "observedContentType": "text/csv",
        "mode": "OUTPUT",
        "data": answer,
        "encoding": "CSV",
    }
    assert first["eventMetadata"]["inferenceId"] == "my-id"
