"""A stage's settings, as the template passes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.deploy_endpoint.scenes import ROLE, settings_text

ASSET = asset("deploy_endpoint")
stages = ASSET.module("stage_settings")
jobs = ASSET.module("slipway_shared.codepipeline_job")


def test_settings() -> None:
    assert stages.parse_stage_settings(settings_text()) == stages.StageSettings(
        stage="staging",
        endpoint_name="abalone-staging",
        instance_type="ml.m5.large",
        initial_instance_count=1,
        execution_role_arn=ROLE,
        data_capture=stages.DataCapture(100, "s3://bucket/data-capture", None),
        tags={"project": "abalone"},
    )


def test_capture_and_tags_may_be_null() -> None:
    settings = stages.parse_stage_settings(settings_text(dataCapture=None, tags=None))
    assert (settings.data_capture, settings.tags) == (None, {})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"initialInstanceCount": 0}, "initialInstanceCount must be 1 or more: 0"),
        ({"endpointName": "x" * 64}, "endpointName has more than 63 characters"),
        ({"tags": {"a": 1}}, "UserParameters.tags: 'a' must be a string, not 1"),
        ({"dataCapture": {"percentage": 1}}, "dataCapture lacks 'destinationS3Uri'"),
        (
            {"dataCapture": {"percentage": 101, "destinationS3Uri": "s3://b/c"}},
            "percentage must be 0 to 100, not 101",
        ),
        ({"dataCapture": {"percent": 1}}, "UserParameters.dataCapture has an unknown member"),
        ({"memory": 1}, "UserParameters has an unknown member 'memory'"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(jobs.ConfigurationError, match=reason):
        stages.parse_stage_settings(settings_text(**changes))
