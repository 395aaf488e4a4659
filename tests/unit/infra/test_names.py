"""Every physical name is legal, and each project's are its own, for every project that is allowed."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from infra import config
from infra.constructs.endpoint_alarms import alarm_names
from infra.names import Names

WORD = "[a-zA-Z0-9](-*[a-zA-Z0-9])"
PROJECTS = st.from_regex(r"[a-z][a-z0-9]{0,12}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).filter(
    lambda project: 2 <= len(project) <= 32
)
# As long as any: https://docs.aws.amazon.com/general/latest/gr/rande.html
REGION = "ap-southeast-1"
# IAM: RoleName; STS: ExternalId; Systems Manager: names of parameters
# (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html).
ROLE, EXTERNAL_ID = r"[\w+=,.@-]{1,64}", r"[\w+=,.@:/-]{2,1224}"
PARAMETER = r"(?!/?(?:aws|ssm))[a-zA-Z0-9_.-]*(?:/[a-zA-Z0-9_.-]+){1,15}"
# The longest model or configuration: `-v`, the version (ModelPackageVersion has up to 9 digits), a hash.
VERSION = "-v999999999-0a1b2c3d"


def legal_names(names: Names) -> list[tuple[str, str]]:
    """Each name with the pattern of its service, as botocore's models have them."""
    stages = ("staging", "prod")
    return [
        (names.model_build_stack, r"[a-zA-Z][-a-zA-Z0-9]{0,127}"),
        (names.model_deploy_stack, r"[a-zA-Z][-a-zA-Z0-9]{0,127}"),
        *((names.stage_stack(stage), r"[a-zA-Z][-a-zA-Z0-9]{0,127}") for stage in stages),
        (names.deployer_role(REGION), ROLE),
        (names.smoke_test_role(REGION), ROLE),
        *((names.deployment_role(stage, REGION), ROLE) for stage in stages),
        *((names.endpoint_role(stage, REGION), ROLE) for stage in stages),
        (names.external_id, EXTERNAL_ID),
        (names.pin_parameter, PARAMETER),
        *((names.stage_parameter(stage), PARAMETER) for stage in stages),
        (names.repository, r"[\w.-]{1,100}"),
        (names.model_build_pipeline, r"[A-Za-z0-9.@_-]{1,100}"),
        (names.model_build_pipeline, r"[A-Za-z0-9][A-Za-z0-9_-]{1,254}"),
        (names.model_deploy_pipeline, r"[A-Za-z0-9.@_-]{1,100}"),
        (names.sagemaker_pipeline, WORD + "{0,255}"),
        (names.model_package_group, WORD + "{0,62}"),
        (names.model_build_export("UndeliveredEventsQueueName"), r"[a-zA-Z0-9:-]{1,255}"),
        *((names.endpoint(stage), WORD + "{0,62}") for stage in stages),
        # Not cut: the roles' policies name what begins with the whole endpoint's name.
        *((names.endpoint(stage) + VERSION, WORD + "{0,62}") for stage in stages),
        *(
            (name, r"[ -~]{1,255}")
            for stage in stages
            for name in alarm_names(names.endpoint(stage))
        ),
    ]


@given(PROJECTS)
def test_every_name_is_legal(project: str) -> None:
    assert config.load({"project": project}).project == project
    for name, pattern in legal_names(Names(project)):
        assert re.fullmatch(pattern, name), name
        assert len(name) <= 255


@pytest.mark.parametrize("project", ["ab", "a" * 32, "a-" * 15 + "ab"])
def test_at_the_bounds(project: str) -> None:
    assert config.load({"project": project}).project == project
    for name, pattern in legal_names(Names(project)):
        assert re.fullmatch(pattern, name), name
    longest = max(len(Names(project).endpoint(stage) + VERSION) for stage in ("staging", "prod"))
    assert longest <= 63


@given(PROJECTS, PROJECTS)
def test_two_projects_share_no_name_that_must_be_unique(one: str, other: str) -> None:
    assume(one != other)
    first, second = Names(one), Names(other)
    assert first.repository != second.repository
    assert first.model_build_pipeline != second.model_build_pipeline
    assert first.pin_parameter != second.pin_parameter
    assert first.external_id != second.external_id
    # A role's name is an account's, whichever project, stage and purpose it is of.
    assert not roles(first) & roles(second)
    assert len(roles(first)) == 6
    for stage in ("staging", "prod"):
        assert first.endpoint(stage) != second.endpoint(stage)
        assert first.stage_parameter(stage) != second.stage_parameter(stage)


def roles(names: Names) -> set[str]:
    return {
        names.deployer_role(REGION),
        names.smoke_test_role(REGION),
        *(names.deployment_role(stage, REGION) for stage in ("staging", "prod")),
        *(names.endpoint_role(stage, REGION) for stage in ("staging", "prod")),
    }


def test_a_settings_parameter_is_below_the_prefix_that_the_function_gets() -> None:
    """lambdas/request_deployment/parameters.py puts the two together."""
    names = Names("abalone")
    assert names.stage_parameter("prod") == f"{names.stage_parameter_prefix}prod"
    assert names.stage_parameter_prefix == "/slipway/abalone/stages/"


def test_names_are_as_people_know_them() -> None:
    names = Names("fraud-score")
    assert names.sagemaker_pipeline == "FraudScorePipeline"
    assert names.model_package_group == "FraudScorePackageGroup"
    assert names.endpoint("prod") == "fraud-score-prod"
