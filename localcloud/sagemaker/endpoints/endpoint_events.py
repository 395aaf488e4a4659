"""`SageMaker Endpoint State Change` events.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html: the
status is UPPER_SNAKE (`IN_SERVICE`) where the API says `InService`; times are epoch milliseconds; tags are
an object.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from localcloud.events.bus import emit
from localcloud.sagemaker.endpoints.endpoint import Endpoint


def state_change(endpoint: Endpoint, *, account_id: str, region: str) -> None:
    """Emit an endpoint's present status."""
    emit(
        "aws.sagemaker",
        "SageMaker Endpoint State Change",
        detail(endpoint),
        resources=[endpoint.arn],
        account_id=account_id,
        region=region,
    )


def detail(endpoint: Endpoint) -> dict[str, Any]:
    """The event's detail."""
    described = endpoint.describe()
    shape: dict[str, Any] = {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.config.name,
        "EndpointStatus": upper_snake(endpoint.status),
        "FailureReason": endpoint.failure_reason,
        "CreationTime": _milliseconds(endpoint.created),
        "LastModifiedTime": _milliseconds(endpoint.modified),
        "Tags": {tag["Key"]: tag["Value"] for tag in endpoint.tags},
    }
    if "ProductionVariants" in described:
        shape["ProductionVariants"] = described["ProductionVariants"]
    return shape


def upper_snake(status: str) -> str:
    """`InService` as the event spells it: `IN_SERVICE`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
