"""What a serverless endpoint cannot have or become, and what it can."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from localcloud.errors import ValidationException
from localcloud.sagemaker.endpoints.serverless_config import require_valid
from tests.unit.localcloud.sagemaker.service import image

from .conftest import VARIANT, Hosting
from .serverless import config

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"
)


def test_from_serverless_to_instances_and_not_back(hosting: Hosting) -> None:
    one, two = hosting.model("one"), hosting.model("two")
    serverless = config(hosting, one)
    endpoint = hosting.endpoint(serverless)
    assert hosting.update(endpoint, config(hosting, two, MaxConcurrency=5))["EndpointStatus"]
    assert hosting.number(endpoint) == 2
    instances = hosting.config(one, InitialInstanceCount=2)
    described = hosting.update(endpoint, instances, RetainAllVariantProperties=True)
    (variant,) = described["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], described["EndpointConfigName"]) == (2, instances)
    assert "CurrentServerlessConfig" not in variant
    assert hosting.number(endpoint) == 1
    with pytest.raises(ClientError) as refused:
        hosting.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=serverless)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "serverless" in refused.value.response["Error"]["Message"]


def test_weights_may_change_and_numbers_of_instances_not(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(config(hosting, hosting.model()))
    change = hosting.sagemaker.update_endpoint_weights_and_capacities
    named = {"EndpointName": endpoint}
    for members, words in (
        ({"DesiredInstanceCount": 2}, "has no instances"),
        ({"ServerlessUpdateConfig": {"MaxConcurrency": 3}}, "ServerlessUpdateConfig"),
    ):
        with pytest.raises(ClientError, match=words):
            change(**named, DesiredWeightsAndCapacities=[{"VariantName": VARIANT, **members}])
    change(**named, DesiredWeightsAndCapacities=[{"VariantName": VARIANT, "DesiredWeight": 3}])
    (variant,) = hosting.settled(endpoint)["ProductionVariants"]
    assert (variant["CurrentWeight"], variant["CurrentInstanceCount"]) == (3.0, 0)
    assert hosting.number(endpoint) == 1


@pytest.mark.parametrize(
    ("members", "extra", "words"),
    [
        ({"ServerlessConfig": {"MemorySizeInMB": 1500, "MaxConcurrency": 1}}, {}, "must be one of"),
        (
            {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 201}},
            {},
            "serverlessConfig.maxConcurrency",
        ),
        (
            {
                "ServerlessConfig": {
                    "MemorySizeInMB": 1024,
                    "MaxConcurrency": 1,
                    "ProvisionedConcurrency": 2,
                }
            },
            {},
            "less than or equal to MaxConcurrency",
        ),
        ({"InstanceType": "ml.m5.large"}, {}, "both ServerlessConfig and InstanceType"),
        (
            {},
            {
                "DataCaptureConfig": {
                    "InitialSamplingPercentage": 100,
                    "DestinationS3Uri": "s3://bucket/prefix",
                    "CaptureOptions": [{"CaptureMode": "Input"}],
                }
            },
            "DataCaptureConfig is not supported",
        ),
        ({}, {"VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["s-1"]}}, "VpcConfig"),
        ({}, {"EnableNetworkIsolation": True}, "EnableNetworkIsolation"),
    ],
)
def test_what_serverless_does_not_have(
    hosting: Hosting, members: dict[str, Any], extra: dict[str, Any], words: str
) -> None:
    wanted = {
        "VariantName": VARIANT,
        "ModelName": hosting.model(),
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
        **members,
    }
    with pytest.raises(ClientError) as refused:
        hosting.sagemaker.create_endpoint_config(
            EndpointConfigName="refused", ProductionVariants=[wanted], **extra
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert words in refused.value.response["Error"]["Message"]


def test_several_variants_are_not_serverless(hosting: Hosting) -> None:
    model = hosting.model()
    variants = [
        {
            "VariantName": name,
            "ModelName": model,
            "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
        }
        for name in (VARIANT, "Other")
    ]
    with pytest.raises(ClientError, match="the only one"):
        hosting.sagemaker.create_endpoint_config(
            EndpointConfigName="refused", ProductionVariants=variants
        )


def test_a_model_without_a_network_is_not_serverless(hosting: Hosting) -> None:
    model = f"model-{uuid4().hex[:8]}"
    hosting.sagemaker.create_model(
        ModelName=model,
        ExecutionRoleArn=hosting.service.role,
        PrimaryContainer={
            "Image": image("sagemaker-xgboost"),
            "ModelDataUrl": hosting.artifacts["one"],
        },
        EnableNetworkIsolation=True,
    )
    with pytest.raises(ClientError, match="EnableNetworkIsolation of model"):
        config(hosting, model)


def test_a_model_in_a_vpc_is_not_serverless() -> None:
    variant = {
        "VariantName": VARIANT,
        "ModelName": "model",
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    with pytest.raises(ValidationException, match="VpcConfig of model model is not supported"):
        require_valid({"ProductionVariants": [variant]}, lambda _: {"VpcConfig": vpc})
