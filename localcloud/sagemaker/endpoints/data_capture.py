"""Data capture: what went in and out of an endpoint, as JSON lines in S3.

Layout and record: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
(`<destination>/<endpoint>/<variant>/yyyy/mm/dd/hh/MM-SS-mmm-<uuid>.jsonl`, UTC). Records are gathered
for a moment and written together, as on AWS, where it takes a couple of minutes.
"""

from __future__ import annotations

import base64
import json
import logging
import random
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from localcloud import clients
from localcloud.cloud import current

logger = logging.getLogger(__name__)

GATHER_SECONDS = 1.0


@dataclass(frozen=True)
class Invocation:
    """One request to a variant and its answer."""

    body: bytes
    content_type: str
    answer: bytes
    answer_type: str
    inference_id: str | None


class DataCapture:
    """Captures the invocations of one variant of one endpoint under one configuration."""

    def __init__(
        self, config: dict[str, Any], endpoint: str, variant: str, region: str, role_arn: str
    ) -> None:
        self._config = config
        self._path = f"{endpoint}/{variant}"
        self._region = region
        self._role_arn = role_arn
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._random = random.Random()

    def record(self, invocation: Invocation) -> None:
        """Keep an invocation, if it is in the sample; it is written in the background."""
        if not self._config.get("EnableCapture", True):
            return
        if self._random.random() * 100 >= self._config["InitialSamplingPercentage"]:
            return
        with self._lock:
            self._lines.append(json.dumps(self._line(invocation)))
            first = len(self._lines) == 1
        if first:
            current().background(f"capture {self._path}", self._write_soon)

    def flush(self) -> None:
        """Write what has been gathered."""
        with self._lock:
            lines, self._lines = self._lines, []
        if not lines:
            return
        now = current().clock.now()
        bucket, _, prefix = self._config["DestinationS3Uri"][len("s3://") :].partition("/")
        name = f"{now:%Y/%m/%d/%H/%M-%S}-{now.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
        key = "/".join(part for part in (prefix.strip("/"), self._path, name) if part)
        session = clients.role_session(self._role_arn, "SageMaker", "sagemaker.amazonaws.com")
        encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._config["KmsKeyId"]}
            if self._config.get("KmsKeyId")
            else {}
        )
        clients.client("s3", self._region, session).put_object(
            Bucket=bucket, Key=key, Body="\n".join(lines).encode(), **encryption
        )

    def _write_soon(self) -> None:
        current().clock.wait(current().stopping, GATHER_SECONDS)
        self.flush()

    def _line(self, invocation: Invocation) -> dict[str, Any]:
        modes = {option["CaptureMode"] for option in self._config["CaptureOptions"]}
        capture = {}
        if modes & {"Input", "InputAndOutput"}:
            capture["endpointInput"] = self._part("INPUT", invocation.body, invocation.content_type)
        if modes & {"Output", "InputAndOutput"}:
            capture["endpointOutput"] = self._part(
                "OUTPUT", invocation.answer, invocation.answer_type
            )
        metadata = {
            "eventId": str(uuid.uuid4()),
            "inferenceTime": current().clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if invocation.inference_id:
            metadata["inferenceId"] = invocation.inference_id
        return {"captureData": capture, "eventMetadata": metadata, "eventVersion": "0"}

    def _part(self, mode: str, data: bytes, content_type: str) -> dict[str, str]:
        text, encoding = self._encode(data, content_type)
        return {
            "observedContentType": content_type,
            "mode": mode,
            "data": text,
            "encoding": encoding,
        }

    def _encode(self, data: bytes, content_type: str) -> tuple[str, str]:
        # Only the types named in the configuration are kept as text; all else is base64.
        headers = self._config.get("CaptureContentTypeHeader") or {}
        media_type = content_type.split(";")[0].strip()
        if media_type in headers.get("CsvContentTypes", []):
            return data.decode("utf-8", "replace"), "CSV"
        if media_type in headers.get("JsonContentTypes", []):
            return data.decode("utf-8", "replace"), "JSON"
        return base64.b64encode(data).decode("ascii"), "BASE64"
