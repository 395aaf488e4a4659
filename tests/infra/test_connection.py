"""A model repository at GitHub or GitLab: the pipeline fetches it over a connection and watches it itself."""

from __future__ import annotations

from typing import Any

import pytest

from .assemblies import Assemblies, Template
from .configurations import CONFIGURATIONS, CONNECTION_ARN
from .synthesis import resources, template


@pytest.fixture(scope="module")
def connected(assembly: Assemblies) -> Template:
    """The model build template with a connection."""
    return template(assembly("connection"), "Abalone-ModelBuild")


def source_action(found: Template) -> dict[str, Any]:
    (pipeline,) = resources(found, "AWS::CodePipeline::Pipeline").values()
    (action,) = pipeline["Properties"]["Stages"][0]["Actions"]
    assert isinstance(action, dict)
    return action


def test_the_action_fetches_and_watches_the_branch(connected: Template) -> None:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html"""
    action = source_action(connected)
    assert action["ActionTypeId"] == {
        "Category": "Source",
        "Owner": "AWS",
        "Provider": "CodeStarSourceConnection",
        "Version": "1",
    }
    assert action["Configuration"] == {
        "ConnectionArn": CONNECTION_ARN,
        "FullRepositoryId": "data-science/abalone/model-build",
        "BranchName": "release/next",
        "DetectChanges": True,
    }
    assert action["Namespace"] == "SourceVariables"


def test_its_role_may_use_the_connection_and_write_the_artifact(connected: Template) -> None:
    role = source_action(connected)["RoleArn"].removeprefix("${").removesuffix(".Arn}")
    (policy,) = (
        policy["Properties"]
        for policy in resources(connected, "AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"] == [f"${{{role}}}"]
    )
    may = {
        action: statement["Resource"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    bucket = "${ArtifactBucket7410C9EF.Arn}"
    assert may == {
        "codeconnections:UseConnection": CONNECTION_ARN,
        "codestar-connections:UseConnection": CONNECTION_ARN,
        "s3:PutObject": f"{bucket}/*",
        "s3:PutObjectAcl": f"{bucket}/*",
        "s3:GetBucketVersioning": bucket,
        "s3:GetBucketAcl": bucket,
        "s3:GetBucketLocation": bucket,
    }


def test_there_is_no_repository_no_seed_and_no_rule(
    connected: Template, build: Template, assembly: Assemblies
) -> None:
    assert resources(connected, "AWS::CodeCommit::Repository") == {}
    assert len(resources(build, "AWS::Events::Rule")) == 1
    assert resources(connected, "AWS::Events::Rule") == {}
    assert list(assembly("default").glob("asset.*/codebuild-buildspec.yml"))
    assert list(assembly("connection").glob("asset.*/codebuild-buildspec.yml")) == []


def test_the_outputs_name_the_repository(connected: Template, build: Template) -> None:
    assert set(build["Outputs"]) - set(connected["Outputs"]) == {"RepositoryCloneUrlHttp"}
    given = CONFIGURATIONS["connection"]["source"]["repository"]
    assert connected["Outputs"]["RepositoryName"]["Value"] == given


def test_the_rest_is_as_with_codecommit(connected: Template, build: Template) -> None:
    """What else changes than the source would be a second thing to test on AWS."""

    def others(found: Template) -> dict[str, Any]:
        return {
            name: resource
            for name, resource in found["Resources"].items()
            if not name.startswith(("Repository", "Pipeline", "UndeliveredEventsPolicy"))
        }

    assert others(connected) == others(build)
