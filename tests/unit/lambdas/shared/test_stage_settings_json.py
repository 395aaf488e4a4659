"""A stage's settings, read from a manifest's JSON; what is refused stands in manifests.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import stage_settings
from tests.unit.lambdas.shared.manifests import FULL_STAGE, SERVERLESS_STAGE

SHARED = asset("shared")
reading = SHARED.module("slipway_shared.stage_settings_json")
kinds = SHARED.module("slipway_shared.stage_settings")
members = SHARED.module("slipway_shared.members")


def _read(given: Any) -> Any:
    return reading.parse_stage_settings("here", "prod", given)


def test_every_member_is_taken_over() -> None:
    assert _read(FULL_STAGE) == kinds.StageSettings(
        stage="prod",
        endpoint_name="abalone-prod",
        target=kinds.Target(
            account_id="123456789012",
            region="us-east-1",
            role_arn="arn:aws:iam::123456789012:role/abalone-prod-deployment",
            external_id="slipway-abalone",
        ),
        execution_role_arn="arn:aws:iam::123456789012:role/endpoint",
        hosting=kinds.Instances(instance_type="ml.m5.large", initial_instance_count=2),
        update=kinds.Update(
            type="CANARY",
            step_percent=10,
            wait_seconds=300,
            final_bake_seconds=300,
            alarm_names=("abalone-prod-AllTraffic-Invocation5XXErrors",),
            latency_ratio=1.5,
        ),
        auto_scaling=kinds.AutoScaling(
            min_capacity=1,
            max_capacity=4,
            invocations_per_instance=1000.5,
            scale_in_cooldown_seconds=300,
            scale_out_cooldown_seconds=0,
        ),
        data_capture=kinds.DataCapture(
            percentage=100, destination_s3_uri="s3://captured/", kms_key_id="arn:key"
        ),
        vpc=kinds.Vpc(subnet_ids=("subnet-1",), security_group_ids=("sg-1",)),
        network_isolation=True,
        kms_key_id="arn:key",
        container_environment={"LOG_LEVEL": "debug", "EMPTY": ""},
        startup_health_check_seconds=60,
        model_data_download_seconds=3600,
        keep_versions=5,
        tags={"project": "abalone"},
    )


def test_what_is_left_out_is_none_or_empty() -> None:
    settings = _read(stage_settings("prod"))
    assert settings.update == kinds.Update("ALL_AT_ONCE", None, 0, 0, (), None)
    absent = (settings.auto_scaling, settings.data_capture, settings.vpc, settings.kms_key_id)
    assert absent == (None, None, None, None)
    assert settings.network_isolation is False
    assert (settings.container_environment, settings.tags) == ({}, {})


def test_a_serverless_stage() -> None:
    assert _read(SERVERLESS_STAGE).hosting == kinds.Serverless(2048, 20, None)


def test_settings_can_be_kept_in_a_cache() -> None:
    """clients.client_in caches by its target."""
    assert len({_read(FULL_STAGE).target, _read(FULL_STAGE).target}) == 1


def test_the_sentence_says_where_the_member_is() -> None:
    with pytest.raises(members.MemberError) as refused:
        _read(stage_settings("prod", instances={"instanceType": "ml.m5.large"}))
    assert str(refused.value) == "here.instances lacks 'initialInstanceCount' (a whole number)"
