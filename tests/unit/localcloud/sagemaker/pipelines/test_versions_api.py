"""Versions of a pipeline and their aliases, through boto3."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from .conftest import refusal_of
from .definitions import checking
from .outside import ended

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
_numbers = itertools.count(1)


@pytest.fixture
def pipeline(sagemaker: Any, role: str) -> str:
    """The name of a pipeline with two versions, aliased `first` and `live`."""
    name = f"Versions-{next(_numbers)}"
    sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDefinition=checking(),
        RoleArn=role,
        PipelineVersionAliases=["first"],
    )
    sagemaker.update_pipeline(
        PipelineName=name, PipelineDefinition=checking(9.5), PipelineVersionAliases=["live"]
    )
    return name


def arn_of(sagemaker: Any, pipeline: str) -> str:
    return str(sagemaker.describe_pipeline(PipelineName=pipeline)["PipelineArn"])


@pytest.mark.documented(f"{API}/API_DescribePipeline.html")
def test_version_is_found_by_its_number_and_by_its_alias(sagemaker: Any, pipeline: str) -> None:
    latest = sagemaker.describe_pipeline(PipelineName=pipeline)
    assert latest["PipelineDefinition"] == checking(9.5)
    assert latest["PipelineVersionAliases"] == ["live"]
    for selector in ({"PipelineVersionId": 1}, {"PipelineVersionAlias": "first"}):
        found = sagemaker.describe_pipeline(PipelineName=pipeline, **selector)
        assert found["PipelineDefinition"] == checking()
        arn = sagemaker.start_pipeline_execution(PipelineName=pipeline, **selector)
        execution = ended(sagemaker, arn["PipelineExecutionArn"])
        assert execution["PipelineVersionAliases"] == ["first"]
        assert (execution["PipelineVersionId"], execution["PipelineExecutionStatus"]) == (
            1,
            "Succeeded",
        )
    listed = sagemaker.list_pipeline_executions(PipelineName=pipeline, PipelineVersionAlias="first")
    assert len(listed["PipelineExecutionSummaries"]) == 2
    listed = sagemaker.list_pipeline_executions(PipelineName=pipeline, PipelineVersionAlias="live")
    assert listed["PipelineExecutionSummaries"] == []


@pytest.mark.documented(f"{API}/API_UpdatePipelineVersion.html")
def test_names_of_a_version_are_changed(sagemaker: Any, pipeline: str) -> None:
    arn = arn_of(sagemaker, pipeline)
    answered = sagemaker.update_pipeline_version(
        PipelineArn=arn,
        PipelineVersionId=1,
        PipelineVersionDisplayName="one",
        PipelineVersionDescription="the first",
        PipelineVersionAliasOperations={"Add": ["stable"], "Remove": ["first"]},
    )
    assert (answered["PipelineArn"], answered["PipelineVersionId"]) == (arn, 1)
    versions = sagemaker.list_pipeline_versions(PipelineName=pipeline)["PipelineVersionSummaries"]
    assert [version["PipelineVersionAliases"] for version in versions] == [["live"], ["stable"]]
    described = sagemaker.describe_pipeline(PipelineName=pipeline, PipelineVersionAlias="stable")
    for found in (versions[1], described):
        assert found["PipelineVersionDisplayName"] == "one"
        assert found["PipelineVersionDescription"] == "the first"


@pytest.mark.documented(f"{API}/API_StartPipelineExecution.html")
def test_what_does_not_exist_is_a_resource_not_found(sagemaker: Any, pipeline: str) -> None:
    for selector in ({"PipelineVersionId": 3}, {"PipelineVersionAlias": "nope"}):
        for call in (sagemaker.describe_pipeline, sagemaker.start_pipeline_execution):
            code, message = refusal_of(call, PipelineName=pipeline, **selector)
            assert (code, message.endswith("does not exist.")) == ("ResourceNotFound", True)
    code, _ = refusal_of(
        sagemaker.update_pipeline_version,
        PipelineArn=arn_of(sagemaker, pipeline),
        PipelineVersionId=3,
    )
    assert code == "ResourceNotFound"


@pytest.mark.documented(f"{API}/API_StartPipelineExecution.html")
def test_number_and_alias_together_are_refused(sagemaker: Any, pipeline: str) -> None:
    code, message = refusal_of(
        sagemaker.start_pipeline_execution,
        PipelineName=pipeline,
        PipelineVersionId=1,
        PipelineVersionAlias="first",
    )
    assert (code, message) == (
        "ValidationException",
        "PipelineVersionAlias can't be specified with PipelineVersionId.",
    )


@pytest.mark.documented(f"{API}/API_UpdatePipeline.html")
def test_aliases_are_refused_when_they_are_not_for_a_new_version(
    sagemaker: Any, pipeline: str
) -> None:
    code, message = refusal_of(
        sagemaker.update_pipeline,
        PipelineName=pipeline,
        PipelineDefinition=checking(9.5),
        PipelineVersionAliases=["new"],
    )
    assert (code, "only when the update changes" in message) == ("ValidationException", True)
    code, message = refusal_of(
        sagemaker.update_pipeline,
        PipelineName=pipeline,
        PipelineDefinition=checking(7.5),
        PipelineVersionAliases=["live"],
    )
    assert (code, "'live' is assigned to another version" in message) == (
        "ConflictException",
        True,
    )
    versions = sagemaker.list_pipeline_versions(PipelineName=pipeline)["PipelineVersionSummaries"]
    assert len(versions) == 2
