"""Names are a function of what serves; existing resources are the same or they are not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.deploy_endpoint.scenes import ROLE, endpoint, settings_text
from tests.unit.lambdas.job_events import REGISTRY, described_package

ASSET = asset("deploy_endpoint")
resources = ASSET.module("endpoint_resources")
packages = ASSET.module("slipway_shared.model_package")
stages = ASSET.module("stage_settings")
# ModelName and EndpointConfigName in botocore's model, at most 63 characters.
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


def _resources(described: dict[str, Any] | None = None, **settings: Any) -> Any:
    package = packages.parse_model_package(described or described_package())
    return resources.endpoint_resources(
        package, stages.parse_stage_settings(settings_text(**settings))
    )


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
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        },
    }
    assert made.tags == ({"Key": "project", "Value": "abalone"},)


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
        {"instanceType": "ml.m5.xlarge"},
        {"initialInstanceCount": 2},
        {"executionRoleArn": "arn:other"},
        {"dataCapture": None},
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


@pytest.mark.parametrize(
    ("desired", "live_config", "replaced"),
    [
        (
            2,
            {"ProductionVariants": [{"VariantName": "AllTraffic", "InitialInstanceCount": 2}]},
            True,
        ),
        (
            5,
            {"ProductionVariants": [{"VariantName": "AllTraffic", "InitialInstanceCount": 2}]},
            False,
        ),
        (2, None, False),
    ],
    ids=["as-configured", "scaled", "unknown"],
)
def test_capacity_is_replaced_only_where_nobody_scaled_it(
    desired: int, live_config: dict[str, Any] | None, replaced: bool
) -> None:
    variants = [{"VariantName": "AllTraffic", "DesiredInstanceCount": desired}]
    state = endpoint("InService", "old", ProductionVariants=variants)
    types = [
        each["VariantPropertyType"] for each in resources.properties_to_replace(state, live_config)
    ]
    assert types == ["DataCaptureConfig"] + ["DesiredInstanceCount"] * replaced
