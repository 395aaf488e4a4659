"""Every physical name is legal, and each project's are its own, for every project that is allowed."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from infra import config
from infra.constructs.endpoint_alarms import VARIANT
from infra.names import Names

WORD = "[a-zA-Z0-9](-*[a-zA-Z0-9])"
PROJECTS = st.from_regex(r"[a-z][a-z0-9]{0,12}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).filter(
    lambda project: 2 <= len(project) <= 32
)
# The longest model or configuration: `-v`, the version (ModelPackageVersion has up to 9 digits), a hash.
VERSION = "-v999999999-0a1b2c3d"


def legal_names(names: Names) -> list[tuple[str, str]]:
    """Each name with the pattern of its service, as botocore's models have them."""
    stages = ("staging", "prod")
    return [
        (names.model_build_stack, r"[a-zA-Z][-a-zA-Z0-9]{0,127}"),
        (names.model_deploy_stack, r"[a-zA-Z][-a-zA-Z0-9]{0,127}"),
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
            (f"{names.endpoint(stage)}-{VARIANT}-Invocation5XXErrors", r"[ -~]{1,255}")
            for stage in stages
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
    for stage in ("staging", "prod"):
        assert first.endpoint(stage) != second.endpoint(stage)


def test_names_are_as_people_know_them() -> None:
    names = Names("fraud-score")
    assert names.sagemaker_pipeline == "FraudScorePipeline"
    assert names.model_package_group == "FraudScorePackageGroup"
    assert names.endpoint("prod") == "fraud-score-prod"
