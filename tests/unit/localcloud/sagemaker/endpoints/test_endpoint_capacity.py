"""Instances, weights and capture: what an update takes over, and what it keeps."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import VARIANT, Asking, Hosting, fleet_pids
from .guardrails import deployment_statuses

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html"
)


def capture(hosting: Hosting, prefix: str) -> dict[str, Any]:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": hosting.service.uri(prefix),
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }


def containers(endpoint: str) -> int:
    """How many containers serve an endpoint."""
    return len(fleet_pids(endpoint))


def scaled(hosting: Hosting, endpoint: str, **numbers: Any) -> dict[str, Any]:
    """Change an endpoint's numbers; its only variant then."""
    hosting.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": VARIANT, **numbers}],
    )
    (variant,) = hosting.settled(endpoint)["ProductionVariants"]
    return dict(variant)


def test_each_instance_is_a_container(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model(), InitialInstanceCount=2))
    (variant,) = hosting.describe(endpoint)["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == containers(endpoint) == 2
    assert [hosting.number(endpoint) for _ in range(4)] == [1, 1, 1, 1]
    streams = hosting.service.client("logs").describe_log_streams(
        logGroupName=f"/aws/sagemaker/Endpoints/{endpoint}"
    )
    assert len(streams["logStreams"]) == 2


def test_capacity_is_changed(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model()))
    (kept,) = fleet_pids(endpoint)
    with Asking(hosting, endpoint) as asking:
        variant = scaled(hosting, endpoint, DesiredInstanceCount=3, DesiredWeight=3.0)
        assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (3, 3.0)
        # Only the difference has come, and only that goes.
        three = fleet_pids(endpoint)
        assert three[0] == kept
        assert len(three) == 3
        asking.next(20)
        variant = scaled(hosting, endpoint, DesiredInstanceCount=2)
        assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (2, 3.0)
        assert fleet_pids(endpoint) == three[:2]
        asking.next(20)
    assert not asking.errors
    arn = hosting.describe(endpoint)["EndpointArn"]
    assert deployment_statuses(hosting, arn) == [
        ("Updating", "Scaling out desired instance count to 3."),
        ("Updating", "Scaling in desired instance count to 2."),
    ]
    with pytest.raises(ClientError, match="Could not find production variant other"):
        hosting.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=endpoint,
            DesiredWeightsAndCapacities=[{"VariantName": "other", "DesiredWeight": 1}],
        )


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html"
)
def test_scaling_up_that_fails_is_rolled_back(hosting: Hosting) -> None:
    url = hosting.service.put("vanishes/model.tar.gz", hosting.service.get("one/model.tar.gz"))
    endpoint = hosting.endpoint(hosting.config(hosting.model(url)))
    before = fleet_pids(endpoint)
    hosting.service.s3.delete_object(Bucket=hosting.service.bucket, Key="vanishes/model.tar.gz")
    variant = scaled(hosting, endpoint, DesiredInstanceCount=2, DesiredWeight=3.0)
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (1, 1.0)
    assert variant["DesiredInstanceCount"] == 1
    described = hosting.describe(endpoint)
    assert described["EndpointStatus"] == "InService"
    assert described["FailureReason"].startswith("Failed to download model data")
    assert fleet_pids(endpoint) == before
    assert hosting.number(endpoint) == 1
    # It was in the middle of that.
    hosting.service.events(
        described["EndpointArn"], lambda detail: detail["EndpointStatus"] == "ROLLING_BACK"
    )


@pytest.mark.parametrize(
    ("members", "instances", "weight", "captured"),
    [
        ({}, 1, 1.0, "new"),
        ({"RetainAllVariantProperties": True}, 2, 3.0, "old"),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [
                    {"VariantPropertyType": "DataCaptureConfig"},
                    {"VariantPropertyType": "DesiredInstanceCount"},
                ],
            },
            1,
            3.0,
            "new",
        ),
    ],
)
def test_an_update_keeps_what_it_is_told_to(
    hosting: Hosting, members: dict[str, Any], instances: int, weight: float, captured: str
) -> None:
    model = hosting.model()
    endpoint = hosting.endpoint(hosting.config(model, capture=capture(hosting, "old")))
    scaled(hosting, endpoint, DesiredInstanceCount=2, DesiredWeight=3.0)
    new = hosting.config(model, capture=capture(hosting, "new"))
    described = hosting.update(endpoint, new, **members)
    (variant,) = described["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == containers(endpoint) == instances
    assert variant["CurrentWeight"] == weight
    assert described["EndpointConfigName"] == new
    assert described["DataCaptureConfig"]["DestinationS3Uri"] == hosting.service.uri(captured)


def test_requests_go_to_variants_by_weight_or_by_name(hosting: Hosting) -> None:
    models = [hosting.model("one"), hosting.model("two")]
    endpoint = hosting.endpoint(hosting.config(*models))
    assert {hosting.number(endpoint) for _ in range(30)} == {1, 2}
    assert {hosting.number(endpoint, TargetVariant=VARIANT) for _ in range(10)} == {1}
    before = fleet_pids(endpoint)
    hosting.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": VARIANT, "DesiredWeight": 0}],
    )
    hosting.settled(endpoint)
    assert fleet_pids(endpoint) == before
    assert {hosting.number(endpoint) for _ in range(10)} == {2}
    with pytest.raises(ClientError, match="Variant other was not found"):
        hosting.ask(endpoint, TargetVariant="other")
