"""The endpoint event has AWS's casing, which is not the API's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.endpoints.endpoint_events import detail, upper_snake
from localcloud.sagemaker.endpoints.fleet_plan import initial
from localcloud.sagemaker.endpoints.records import EndpointConfig

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"
pytestmark = pytest.mark.documented(PAGE)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("InService", "IN_SERVICE"),
        ("Creating", "CREATING"),
        ("RollingBack", "ROLLING_BACK"),
        ("Failed", "FAILED"),
    ],
)
def test_status_is_upper_snake(status: str, event: str) -> None:
    assert upper_snake(status) == event


def test_detail_has_milliseconds_and_tags_as_an_object() -> None:
    request = {"ProductionVariants": [{"VariantName": "AllTraffic", "InitialInstanceCount": 2}]}
    config = EndpointConfig("config", "arn:config", request, NOW)
    endpoint = Endpoint(
        "prod",
        "arn:prod",
        initial(config),
        NOW,
        NOW,
        "InService",
        tags=[{"Key": "a", "Value": "b"}],
    )
    shape = detail(endpoint)
    assert shape["EndpointStatus"] == "IN_SERVICE"
    assert shape["CreationTime"] == 1767225600000
    assert shape["Tags"] == {"a": "b"}
    assert shape["FailureReason"] is None
    assert shape["ProductionVariants"][0]["CurrentInstanceCount"] == 2
