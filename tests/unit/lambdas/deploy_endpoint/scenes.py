"""An endpoint as DescribeEndpoint tells it, and the settings of a stage."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

ENDPOINT = "abalone-staging"
ROLE = "arn:aws:iam::123456789012:role/endpoint"
MODIFIED = datetime(2026, 11, 1, tzinfo=UTC)
ARN = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{ENDPOINT}"
SETTINGS: dict[str, Any] = {
    "stage": "staging",
    "endpointName": ENDPOINT,
    "instanceType": "ml.m5.large",
    "initialInstanceCount": 1,
    "executionRoleArn": ROLE,
    "dataCapture": {"percentage": 100, "destinationS3Uri": "s3://bucket/data-capture"},
    "tags": {"project": "abalone"},
}


def settings_text(**changes: Any) -> str:
    """UserParameters with some members changed."""
    return json.dumps({**SETTINGS, **changes})


def endpoint(status: str, config: str, **members: Any) -> dict[str, Any]:
    """DescribeEndpoint's response."""
    return {
        "EndpointName": ENDPOINT,
        "EndpointArn": ARN,
        "EndpointStatus": status,
        "EndpointConfigName": config,
        "CreationTime": MODIFIED,
        "LastModifiedTime": MODIFIED,
        **members,
    }
