"""Instances, weights and capture: what an update takes over, and what it keeps."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker import sagemaker_backends

from tests.local_server import ACCOUNT, REGION

from .conftest import VARIANT, Hosting

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
    fleet = sagemaker_backends[ACCOUNT][REGION].deployments._fleets[endpoint]
    return sum(variant.instances for variant in fleet._variants)


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
    variant = scaled(hosting, endpoint, DesiredInstanceCount=2, DesiredWeight=3.0)
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (2, 3.0)
    assert containers(endpoint) == 2
    with pytest.raises(ClientError, match="Could not find production variant other"):
        hosting.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=endpoint,
            DesiredWeightsAndCapacities=[{"VariantName": "other", "DesiredWeight": 1}],
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
    hosting.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": VARIANT, "DesiredWeight": 0}],
    )
    hosting.settled(endpoint)
    assert {hosting.number(endpoint) for _ in range(10)} == {2}
    with pytest.raises(ClientError, match="Variant other was not found"):
        hosting.ask(endpoint, TargetVariant="other")
