"""Serverless endpoints have no guardrails, and only one way leads to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import LIVE, OLD, Deployment
from tests.unit.lambdas.deploy_endpoint.scenes import ARN, ENDPOINT, TAGS, endpoint

Put = Callable[..., None]
SERVERLESS = {
    "serverless": {"memorySizeMb": 2048, "maxConcurrency": 5},
    "instances": None,
    "dataCapture": None,
}
LIVE_SERVERLESS = endpoint(
    "InService",
    OLD,
    ProductionVariants=[
        {
            "VariantName": "AllTraffic",
            "CurrentServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
        }
    ],
    DataCaptureConfig=None,
)
del LIVE_SERVERLESS["DataCaptureConfig"]
CONFIGURED_SERVERLESS = {
    "InstanceType": None,
    "InitialInstanceCount": None,
    "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
}


def test_instances_cannot_become_serverless(deployment: Deployment, put_manifest: Put) -> None:
    deployment.has(put_manifest, **SERVERLESS).looks(LIVE).live_config()
    failure = deployment.runs().failure
    assert "SageMaker cannot make it serverless: keep 'instances'" in failure
    assert failure.endswith("it was not touched")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (SERVERLESS, "none, serverless endpoints have none"),
        ({}, "none, from serverless to instances, after which it cannot be serverless again"),
    ],
    ids=["stays-serverless", "becomes-instances"],
)
def test_serverless_is_updated_without_a_guardrail(
    deployment: Deployment, put_manifest: Put, changes: dict[str, Any], words: str
) -> None:
    deployment.has(put_manifest, **changes).looks(LIVE_SERVERLESS)
    deployment.live_config(1, **CONFIGURED_SERVERLESS).makes_resources().scaled()
    deployment.gives(
        "update_endpoint",
        {"EndpointArn": ARN},
        EndpointName=ENDPOINT,
        EndpointConfigName=deployment.wanted.config_name,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[
            {"VariantPropertyType": "DataCaptureConfig"},
            {"VariantPropertyType": "DesiredInstanceCount"},
        ],
    )
    assert deployment.runs().token["guardrail"] == words


def test_a_serverless_endpoint_is_created_without_one(
    deployment: Deployment, put_manifest: Put
) -> None:
    deployment.has(put_manifest, **SERVERLESS).looks(None).makes_resources()
    deployment.gives(
        "create_endpoint",
        {"EndpointArn": ARN},
        EndpointName=ENDPOINT,
        EndpointConfigName=deployment.wanted.config_name,
        Tags=TAGS,
    )
    assert deployment.runs().token["guardrail"] == "none, this is the first creation"
