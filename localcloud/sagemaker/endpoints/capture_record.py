"""One captured invocation, as a line of JSON.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Invocation:
    """One request to a variant and its answer."""

    body: bytes
    content_type: str
    answer: bytes
    answer_type: str
    inference_id: str | None


def line(config: Mapping[str, Any], invocation: Invocation, time: datetime) -> str:
    """The record of an invocation under a DataCaptureConfig; without a line break."""
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    headers = config.get("CaptureContentTypeHeader") or {}
    capture = {}
    if modes & {"Input", "InputAndOutput"}:
        sent = invocation.body, invocation.content_type
        capture["endpointInput"] = _part("INPUT", *sent, headers)
    if modes & {"Output", "InputAndOutput"}:
        answered = invocation.answer, invocation.answer_type
        capture["endpointOutput"] = _part("OUTPUT", *answered, headers)
    metadata = {"eventId": str(uuid.uuid4())}
    if invocation.inference_id:
        metadata["inferenceId"] = invocation.inference_id
    metadata["inferenceTime"] = f"{time:%Y-%m-%dT%H:%M:%SZ}"
    record = {"captureData": capture, "eventMetadata": metadata, "eventVersion": "0"}
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def _part(mode: str, data: bytes, content_type: str, headers: Mapping[str, Any]) -> dict[str, str]:
    text, encoding = _encoded(data, content_type, headers)
    return {
        "observedContentType": content_type,
        "mode": mode,
        "data": text,
        "encoding": encoding,
    }


def _encoded(data: bytes, content_type: str, headers: Mapping[str, Any]) -> tuple[str, str]:
    # Only the types that the configuration names are kept as text, and only what is text; all else is
    # base64 ("If no headers are specified SageMaker AI will by default base64 encode").
    media_type = content_type.partition(";")[0].strip().lower()
    for member, encoding in (("CsvContentTypes", "CSV"), ("JsonContentTypes", "JSON")):
        if media_type in (name.lower() for name in headers.get(member) or ()):
            try:
                return data.decode(), encoding
            except UnicodeDecodeError:
                break
    return base64.b64encode(data).decode("ascii"), "BASE64"
