"""Declarations that are refused when a pipeline is created, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.codepipeline.structure import check, flow_stages
from localcloud.errors import AwsError
from tests.local_server import REGION
from tests.unit.localcloud.codepipeline.declarations import (
    action,
    approval,
    function,
    pipeline,
    s3_source,
    stage,
)

Declaration = dict[str, Any]


def good() -> Declaration:
    return pipeline(
        "p",
        "store",
        stage("Source", s3_source("bucket")),
        stage("Approval", approval()),
        stage("Prod", function("f", "#{Source.VersionId}", inputArtifacts=[{"name": "Manifest"}])),
        variables=[{"name": "why", "defaultValue": "x"}],
    )


def test_a_good_declaration_is_taken() -> None:
    check(good(), REGION)
    assert [each.name for each in flow_stages(good())] == ["Source", "Approval", "Prod"]


def mode(declaration: Declaration) -> None:
    declaration["executionMode"] = "SOMEHOW"


def one_stage(declaration: Declaration) -> None:
    del declaration["stages"][1:]


def same_stage(declaration: Declaration) -> None:
    declaration["stages"][1]["name"] = "Source"


def jenkins(declaration: Declaration) -> None:
    declaration["stages"][1]["actions"] = [action("Build", "Jenkins")]


def late_source(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"].append(s3_source("other"))


def no_source(declaration: Declaration) -> None:
    declaration["stages"][0]["actions"] = [approval()]


def unknown_key(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["configuration"]["Function"] = "f"


def missing_key(declaration: Declaration) -> None:
    del declaration["stages"][2]["actions"][0]["configuration"]["FunctionName"]


def unmade_artifact(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["inputArtifacts"] = [{"name": "Nothing"}]


def clash(declaration: Declaration) -> None:
    declaration["stages"][0]["actions"][0]["namespace"] = "Manifest"


def unknown_namespace(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["configuration"]["UserParameters"] = "#{Build.Version}"


def early_reference(declaration: Declaration) -> None:
    declaration["stages"][0]["actions"][0]["configuration"]["S3ObjectKey"] = "#{Source.VersionId}"


def unknown_variable(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["configuration"]["UserParameters"] = "#{variables.who}"


def lambda_timeout(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["timeoutInMinutes"] = 10


def elsewhere(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["region"] = "eu-west-1"


def long_value(declaration: Declaration) -> None:
    declaration["stages"][2]["actions"][0]["configuration"]["UserParameters"] = "x" * 1001


def polling(declaration: Declaration) -> None:
    del declaration["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"]


def connection(declaration: Declaration) -> None:
    """As the CDK declares a repository at GitHub."""
    action = declaration["stages"][0]["actions"][0]
    action["actionTypeId"]["provider"] = "CodeStarSourceConnection"
    action["configuration"] = {
        "ConnectionArn": "arn:aws:codeconnections:us-east-1:123456789012:connection/x",
        "FullRepositoryId": "owner/name",
        "BranchName": "main",
        "DetectChanges": "true",
    }


def triggers(declaration: Declaration) -> None:
    declaration["triggers"] = [{"providerType": "CodeStarSourceConnection"}]


@pytest.mark.parametrize(
    ("spoil", "code", "message"),
    [
        (
            mode,
            "InvalidStructureException",
            "execution mode 'SOMEHOW'; supported: SUPERSEDED, QUEUED, PARALLEL",
        ),
        (one_stage, "InvalidStructureException", "has only 1 stage"),
        (same_stage, "InvalidStructureException", "must be unique"),
        (
            jenkins,
            "InvalidStructureException",
            r"unsupported: codepipeline action provider 'Jenkins' in stage 'Approval' \(category "
            r"Build, .*\); supported: Approval/Manual, Build/CodeBuild",
        ),
        (
            connection,
            "InvalidStructureException",
            r"unsupported: codepipeline action provider 'CodeStarSourceConnection' in stage 'Source' "
            r"\(category Source, .*\); supported: .*, Source/CodeCommit, Source/S3",
        ),
        (late_source, "InvalidStructureException", "first stage"),
        (no_source, "InvalidStructureException", "only contains source actions"),
        (unknown_key, "InvalidActionDeclarationException", "unknown configuration 'Function'"),
        (missing_key, "InvalidActionDeclarationException", "missing required .*FunctionName"),
        (unmade_artifact, "InvalidActionDeclarationException", "Input Artifact Bundle Nothing"),
        (clash, "InvalidStructureException", "namespace Manifest .* conflicts with an artifact"),
        (unknown_namespace, "InvalidActionDeclarationException", "Build.Version"),
        (early_reference, "InvalidActionDeclarationException", "does not run before"),
        (unknown_variable, "InvalidActionDeclarationException", "variables.who"),
        (lambda_timeout, "InvalidActionDeclarationException", "approval actions only"),
        (elsewhere, "InvalidStructureException", "eu-west-1; supported: us-east-1"),
        (long_value, "ValidationException", "1 to 1000 characters"),
        (polling, "InvalidStructureException", "is not given, which means true"),
        (triggers, "InvalidStructureException", "triggers"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_what_is_wrong_is_refused_by_name(
    spoil: Callable[[Declaration], None], code: str, message: str
) -> None:
    declaration = good()
    spoil(declaration)
    with pytest.raises(AwsError) as refused:
        check(declaration, REGION)
    assert refused.value.aws_code == code
    assert refused.match(message)
