"""Fields that are right, and wrong together; and defaults beside what is given."""

from __future__ import annotations

from typing import Any

import pytest

from infra import config
from infra.constructs.stage_settings import what_does_not_apply
from infra.reading import ConfigurationError
from tests.unit.infra.config_fields import CONNECTION, HERE, KEY_ARN, LEAST, PLACED


@pytest.mark.parametrize("name", ["connection_arn", "repository"])
def test_a_connection_and_codecommit_have_fields_of_their_own(name: str) -> None:
    missing = {key: value for key, value in CONNECTION.items() if key != name}
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | {"source": missing})
    assert str(refused.value).startswith(f"slipway.source.{name} is null; it must be ")
    assert str(refused.value).endswith(' where type is "connection"')
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | {"source": {name: CONNECTION[name]}})
    assert str(refused.value) == (
        f'slipway.source.{name} is "{CONNECTION[name]}"; it must be null where type is "codecommit"'
    )
    assert config.load(LEAST | {"source": CONNECTION}).source.repository == "owner/name"


def test_subnets_and_security_groups_come_together() -> None:
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | {"jobs": {"subnet_ids": ["subnet-0a1b2c3d"]}})
    assert str(refused.value) == (
        "slipway.jobs.security_group_ids is []; it must be 1 or more where there are subnet_ids"
    )
    with pytest.raises(
        ConfigurationError, match=r"slipway\.jobs\.subnet_ids is \[\]; it must be 1"
    ):
        config.load(LEAST | {"jobs": {"security_group_ids": ["sg-0a1b2c3d"]}})
    assert config.load(LEAST | {"jobs": {"subnet_ids": []}}).jobs.subnet_ids == []


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        config.load(LEAST | given)
    return str(refused.value)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (
            {"vpc_id": "vpc-0a1b2c3d"},
            "subnet_ids is []; it must be 1 or more with a vpc_id, and none without",
        ),
        (
            {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d"]},
            "security_group_ids is []; it must be 1 or more with a vpc_id, and none without",
        ),
        (
            {"security_group_ids": ["sg-0a1b2c3d"]},
            'security_group_ids is ["sg-0a1b2c3d"]; it must be 1 or more with a vpc_id, and none'
            " without",
        ),
    ],
)
def test_a_vpc_comes_with_subnets_and_security_groups(
    network: dict[str, Any], sentence: str
) -> None:
    assert refusal({"network": network}) == f"slipway.network.{sentence}"


@pytest.mark.parametrize(
    ("prod", "sentence"),
    [
        (
            {"subnet_ids": ["subnet-0a1b2c3d"]},
            "security_group_ids is []; it must be as empty as subnet_ids",
        ),
        (
            {"autoscaling": {"max_instance_count": 2, "min_instance_count": 3}},
            "autoscaling.min_instance_count is 3; it must be at most max_instance_count, 2",
        ),
        (
            {"serverless": {"memory_size_mb": 1024, "provisioned_concurrency": 21}},
            "serverless.provisioned_concurrency is 21; it must be at most max_concurrency, 20",
        ),
        (
            {"update": {"type": "linear", "step_percent": 10, "wait_seconds": 2791}},
            "update.wait_seconds is 2791; it must be at most 2790, so that 10 steps and the final bake"
            " end within the 8 hours that SageMaker gives an update",
        ),
        (
            {"serverless": {"memory_size_mb": 1024}, **PLACED},
            'subnet_ids is ["subnet-0a1b2c3d"]; it must be empty for a serverless endpoint',
        ),
        (
            {"serverless": {"memory_size_mb": 1024}, "network_isolation": True},
            "network_isolation is true; it must be false for a serverless endpoint",
        ),
        (
            {"serverless": {"memory_size_mb": 1024}, "autoscaling": {"max_instance_count": 2}},
            "autoscaling.max_instance_count is 2; it must be null for a serverless endpoint",
        ),
        (
            {"serverless": {"memory_size_mb": 1024}, "kms_key_arn": KEY_ARN},
            f'kms_key_arn is "{KEY_ARN}"; it must be null for a serverless endpoint, which has no'
            " instances",
        ),
        (
            {"serverless": {"memory_size_mb": 1024}, "startup_health_check_seconds": 60},
            "startup_health_check_seconds is 60; it must be null for a serverless endpoint, which has"
            " no instances",
        ),
        (
            {"serverless": {"memory_size_mb": 1024}, "model_data_download_seconds": 60},
            "model_data_download_seconds is 60; it must be null for a serverless endpoint, which has no"
            " instances",
        ),
    ],
)
def test_what_a_stage_cannot_have_together(prod: dict[str, Any], sentence: str) -> None:
    assert refusal({"stages": {"prod": prod}}) == f"slipway.stages.prod.{sentence}"


def test_a_linear_update_may_last_as_long_as_sagemaker_lets_it() -> None:
    """The final bake of prod's default, 300 s, and ten minutes beside ten steps are eight hours."""
    update = {"type": "linear", "step_percent": 10, "wait_seconds": 2790}
    loaded = config.load(LEAST | {"stages": {"prod": {"update": update}}})
    assert loaded.stages.prod.update.wait_seconds == 2790


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"stages": {"prod": {"account": "222222222222"}}},
            "account is null; it must be given where a stage has an account or a region of its own",
        ),
        (
            {"account": "111111111111", "stages": {"staging": {"region": "eu-west-1"}}},
            "region is null; it must be given where a stage has an account or a region of its own",
        ),
        (
            {**HERE, "stages": {"prod": {"region": "eu-central-1"}}},
            'stages.prod.region is "eu-central-1"; it must be null or the pipelines\' region,'
            ' "eu-west-1": a model package and its artifact belong to their region, and are not copied'
            " to another yet",
        ),
        (
            {**HERE, "stages": {"prod": {"account": "222222222222"}}},
            "kms_key_arn is null; it must be a key that the accounts of the stages may use, where they"
            " are others: SageMaker takes models from another account only with one",
        ),
    ],
)
def test_what_a_stage_elsewhere_needs(given: dict[str, Any], sentence: str) -> None:
    assert refusal(given) == f"slipway.{sentence}"


def test_stages_where_the_pipelines_are_need_nothing() -> None:
    stage = {"account": HERE["account"], "region": HERE["region"]}
    loaded = config.load({**LEAST, **HERE, "stages": {"staging": stage, "prod": {}}})
    assert not loaded.is_elsewhere("staging")
    assert not loaded.is_elsewhere("prod")
    assert not config.load(LEAST).is_elsewhere("prod")


def test_a_stage_in_another_account_is_elsewhere() -> None:
    given = {**HERE, "kms_key_arn": KEY_ARN, "stages": {"prod": {"account": "222222222222"}}}
    loaded = config.load(LEAST | given)
    assert loaded.is_elsewhere("prod")
    assert not loaded.is_elsewhere("staging")


@pytest.mark.parametrize(
    "prod",
    [{}, {"instance_type": "ml.c6i.xlarge"}, {"update": {}}, {"update": {"step_percent": 20}}],
)
def test_prods_own_default_survives_what_is_given_beside_it(prod: dict[str, Any]) -> None:
    update = config.load(LEAST | {"stages": {"prod": prod}}).stages.prod.update
    given = prod.get("update", {})
    assert (update.type, update.wait_seconds, update.final_bake_seconds) == ("canary", 300, 300)
    assert update.step_percent == given.get("step_percent", 10)
    staging = config.load(LEAST | {"stages": {"staging": prod}}).stages.staging.update
    assert (staging.type, staging.wait_seconds) == ("all_at_once", 0)


@pytest.mark.parametrize(
    ("prod", "said"),
    [
        ({}, "a canary's: then an update moves all traffic at once, watched for 300 s"),
        ({"initial_instance_count": 2}, None),
        ({"update": {"type": "all_at_once"}}, None),
        (
            {"update": {"type": "linear", "wait_seconds": 60, "final_bake_seconds": 0}},
            "a linear's: then an update moves all traffic at once, watched for 60 s",
        ),
        # Scaled in to one.
        ({"initial_instance_count": 2, "autoscaling": {"max_instance_count": 4}}, "one instance"),
        (
            {
                "initial_instance_count": 2,
                "autoscaling": {"max_instance_count": 4, "min_instance_count": 2},
            },
            None,
        ),
        ({"serverless": {"memory_size_mb": 1024}}, "stages.prod is serverless: no data capture"),
    ],
)
def test_what_does_not_apply_is_said_in_a_sentence(prod: dict[str, Any], said: str | None) -> None:
    settings = config.load(LEAST | {"stages": {"prod": prod}}).stages.prod
    sentences = what_does_not_apply("prod", settings)
    assert len(sentences) == (said is not None)
    assert said is None or said in sentences[0]
