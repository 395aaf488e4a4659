"""Names are a function of what serves; existing resources are the same or they are not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.deploy_endpoint.scenes import ASSET, ENDPOINT, ROLE, TAGS
from tests.unit.lambdas.deploy_endpoint.scenes import resources as _resources
from tests.unit.lambdas.job_events import REGISTRY, described_package

resources = ASSET.module("endpoint_resources")
# ModelName and EndpointConfigName in botocore's model, at most 63 characters.
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
VPC = {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]}
SERVERLESS: dict[str, Any] = {
    "instances": None,
    "dataCapture": None,
    "serverless": {"memorySizeMb": 2048, "maxConcurrency": 20},
}


def test_requests() -> None:
    made = _resources()
    assert made.model == {
        "ModelName": made.model["ModelName"],
        "Containers": [{"ModelPackageName": f"{REGISTRY}/7"}],
        "ExecutionRoleArn": ROLE,
    }
    assert made.config == {
        "EndpointConfigName": made.config_name,
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "ModelName": made.model["ModelName"],
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
        ],
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": "s3://bucket/data-capture",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {
                "CsvContentTypes": ["text/csv"],
                "JsonContentTypes": ["application/json"],
            },
        },
    }
    assert list(made.tags) == TAGS


def test_the_surroundings_of_a_model() -> None:
    made = _resources(vpc=VPC, networkIsolation=True, containerEnvironment={"WORKERS": "2"})
    assert made.model["VpcConfig"] == {
        "SecurityGroupIds": ["sg-1"],
        "Subnets": ["subnet-1", "subnet-2"],
    }
    assert made.model["EnableNetworkIsolation"] is True
    assert made.model["Containers"][0]["Environment"] == {"WORKERS": "2"}


def test_an_encrypted_slow_configuration() -> None:
    made = _resources(kmsKeyId="key", startupHealthCheckSeconds=600, modelDataDownloadSeconds=900)
    assert made.config["KmsKeyId"] == "key"
    variant = made.config["ProductionVariants"][0]
    assert variant["ContainerStartupHealthCheckTimeoutInSeconds"] == 600
    assert variant["ModelDataDownloadTimeoutInSeconds"] == 900


@pytest.mark.parametrize("provisioned", [None, 3])
def test_a_serverless_configuration(provisioned: int | None) -> None:
    serverless = {**SERVERLESS["serverless"], "provisionedConcurrency": provisioned}
    made = _resources(**{**SERVERLESS, "serverless": serverless})
    config = {"MemorySizeInMB": 2048, "MaxConcurrency": 20}
    if provisioned:
        config["ProvisionedConcurrency"] = provisioned
    assert made.config["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "ModelName": made.model["ModelName"],
            "InitialVariantWeight": 1.0,
            "ServerlessConfig": config,
        }
    ]
    assert "DataCaptureConfig" not in made.config


def test_without_capture_none_is_configured() -> None:
    assert "DataCaptureConfig" not in _resources(dataCapture=None).config


def test_capture_may_be_encrypted() -> None:
    capture = {"percentage": 5, "destinationS3Uri": "s3://b/c", "kmsKeyId": "key"}
    assert _resources(dataCapture=capture).config["DataCaptureConfig"]["KmsKeyId"] == "key"


def test_the_same_version_and_settings_have_the_same_names() -> None:
    assert _resources() == _resources()
    assert re.fullmatch(r"abalone-staging-v7-[0-9a-f]{8}", _resources().config_name)


@pytest.mark.parametrize(
    "settings",
    [
        {"instances": {"instanceType": "ml.m5.xlarge", "initialInstanceCount": 1}},
        {"instances": {"instanceType": "ml.m5.large", "initialInstanceCount": 2}},
        {"executionRoleArn": "arn:other"},
        {"dataCapture": None},
        {"vpc": VPC},
        {"networkIsolation": True},
        {"containerEnvironment": {"WORKERS": "2"}},
        {"kmsKeyId": "key"},
        {"startupHealthCheckSeconds": 60},
        SERVERLESS,
    ],
)
def test_other_settings_give_another_configuration(settings: dict[str, Any]) -> None:
    assert _resources(**settings).config_name != _resources().config_name


def test_another_version_or_specification_gives_another_model() -> None:
    changed = described_package()
    changed["InferenceSpecification"]["Containers"][0]["Image"] = "another"
    names = {
        made.model["ModelName"]
        for made in (_resources(), _resources(described_package(8)), _resources(changed))
    }
    assert len(names) == 3


@given(
    name=st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,62}", fullmatch=True).filter(
        lambda name: len(name) <= 63
    ),
    version=st.integers(1, 10**9),
)
def test_names_are_allowed_however_long_the_endpoints_is(name: str, version: int) -> None:
    made = _resources(described_package(version), endpointName=name)
    for each in (made.model["ModelName"], made.config_name):
        assert NAME.fullmatch(each)
        assert len(each) <= 63


def test_same_model() -> None:
    wanted = _resources().model
    container = wanted["Containers"][0]
    assert resources.same_model(wanted, {**wanted, "CreationTime": 1})
    # DescribeModel tells a single container as PrimaryContainer.
    described = {"PrimaryContainer": container, "ExecutionRoleArn": ROLE}
    assert resources.same_model(wanted, described)
    assert not resources.same_model(wanted, {**described, "ExecutionRoleArn": "arn:other"})
    other = {"PrimaryContainer": {"ModelPackageName": f"{REGISTRY}/8"}, "ExecutionRoleArn": ROLE}
    assert not resources.same_model(wanted, other)
    assert not resources.same_model(wanted, {"ExecutionRoleArn": ROLE})


def test_same_config() -> None:
    wanted = _resources().config
    variants = [{**wanted["ProductionVariants"][0], "VolumeSizeInGB": 30}]
    described = {**wanted, "ProductionVariants": variants, "EnableNetworkIsolation": False}
    assert resources.same_config(wanted, described)
    fewer = {**described, "DataCaptureConfig": {"EnableCapture": True}}
    assert not resources.same_config(wanted, fewer)
    assert not resources.same_config(wanted, {**described, "ProductionVariants": variants * 2})
    assert not resources.same_config(wanted, {**described, "ProductionVariants": "?"})
    without = _resources(dataCapture=None).config
    capture = {"DataCaptureConfig": wanted["DataCaptureConfig"]}
    assert not resources.same_config(without, {**without, **capture})
    assert not resources.same_config(wanted, {**described, "KmsKeyId": "key"})


def test_a_model_in_other_surroundings_is_another() -> None:
    wanted = _resources(vpc=VPC, networkIsolation=True).model
    assert resources.same_model(wanted, wanted)
    assert not resources.same_model(wanted, {**wanted, "EnableNetworkIsolation": False})
    assert not resources.same_model(
        _resources().model, {**_resources().model, "VpcConfig": {"Subnets": []}}
    )
    plain = _resources().model
    assert not resources.same_model(plain, {**plain, "EnableNetworkIsolation": True})


@pytest.mark.parametrize(
    ("name", "version"),
    [
        (f"{ENDPOINT}-v7-0123abcd", 7),
        (f"{ENDPOINT}-v123456-0123abcd", 123456),
        (f"{ENDPOINT}-v7-0123abc", None),
        (f"{ENDPOINT}-v7-0123abcd-latency-vs-live", None),
        (f"{ENDPOINT}-v2-0123abcd-v7-0123abcd", None),
        ("abalone-prod-v7-0123abcd", None),
        ("by-hand", None),
    ],
)
def test_versions_in_names(name: str, version: int | None) -> None:
    assert resources.version_in(name, ENDPOINT) == version


def test_the_version_is_in_the_names_that_are_given() -> None:
    made = _resources()
    assert resources.version_in(made.config_name, ENDPOINT) == 7
    assert resources.version_in(made.model["ModelName"], ENDPOINT) == 7
