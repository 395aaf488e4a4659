"""What the model build stack is for, resource by resource."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from .synthesis import ROOT, resources


@pytest.fixture(scope="module")
def stack(build: dict[str, Any]) -> Template:
    return Template.from_json(build)


def test_bucket_is_private_encrypted_and_versioned(stack: Template) -> None:
    stack.has_resource_properties(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": Match.object_like({}),
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        },
    )


def test_bucket_refuses_requests_without_tls(stack: Template) -> None:
    stack.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": Match.object_like(
                {
                    "Statement": [
                        Match.object_like(
                            {
                                "Effect": "Deny",
                                "Action": "s3:*",
                                "Principal": {"AWS": "*"},
                                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                            }
                        )
                    ]
                }
            )
        },
    )


def test_repository_is_seeded_on_the_branch_that_starts_builds(
    build: dict[str, Any], full_build: dict[str, Any]
) -> None:
    for template, branch in ((build, "main"), (full_build, "release/next")):
        (repository,) = resources(template, "AWS::CodeCommit::Repository").values()
        (rule,) = resources(template, "AWS::Events::Rule").values()
        assert repository["Properties"]["Code"]["BranchName"] == branch
        assert repository["Properties"]["Code"]["S3"]["Key"].endswith(".zip")
        assert rule["Properties"]["EventPattern"]["detail"]["referenceName"] == [branch]


def test_pipeline_is_v2_superseded_and_started_by_its_rule_only(stack: Template) -> None:
    stack.has_resource_properties(
        "AWS::CodePipeline::Pipeline",
        {
            "Name": "abalone-model-build",
            "PipelineType": "V2",
            "ExecutionMode": "SUPERSEDED",
            "RestartExecutionOnUpdate": False,
            "Triggers": Match.absent(),
            "Stages": [
                Match.object_like(
                    {
                        "Name": "Source",
                        "Actions": [
                            Match.object_like(
                                {
                                    "Configuration": Match.object_like(
                                        {"BranchName": "main", "PollForSourceChanges": False}
                                    ),
                                    "Namespace": "SourceVariables",
                                }
                            )
                        ],
                    }
                ),
                Match.object_like({"Name": "Build"}),
                Match.object_like({"Name": "Train"}),
            ],
        },
    )


def test_a_push_to_the_branch_starts_the_pipeline_with_its_commit(build: dict[str, Any]) -> None:
    (rule,) = (r["Properties"] for r in resources(build, "AWS::Events::Rule").values())
    assert rule["EventPattern"] == {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": ["${Repository22E53BBD.Arn}"],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": ["main"],
        },
    }
    (target,) = rule["Targets"]
    assert target["Arn"].endswith(":${PipelineModelBuild31148398}")
    assert target["DeadLetterConfig"] == {"Arn": "${UndeliveredEvents0A4241A7.Arn}"}
    transformer = target["InputTransformer"]
    assert transformer["InputPathsMap"] == {"revision": "$.detail.commitId"}
    assert json.loads(transformer["InputTemplate"]) == {
        "sourceRevisions": [
            {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "<revision>"}
        ]
    }


def test_build_gets_every_variable_that_the_buildspec_uses(build: dict[str, Any]) -> None:
    (project,) = resources(build, "AWS::CodeBuild::Project").values()
    environment = project["Properties"]["Environment"]
    given = {variable["Name"] for variable in environment["EnvironmentVariables"]}
    buildspec = (ROOT / "pipeline_code/codebuild-buildspec.yml").read_text()
    used = set(re.findall(r"\$\{(\w+)\}", buildspec))
    assert given == {name for name in used if not name.startswith(("AWS_", "CODEBUILD_"))}
    assert environment["PrivilegedMode"] is False


def test_build_variables_follow_the_configuration(full_build: dict[str, Any]) -> None:
    (project,) = resources(full_build, "AWS::CodeBuild::Project").values()
    variables = {
        variable["Name"]: variable["Value"]
        for variable in project["Properties"]["Environment"]["EnvironmentVariables"]
    }
    assert variables["METRIC_THRESHOLD"] == "4.5"
    assert variables["INPUT_DATA_URL"].endswith("/raw/abalone-2026.csv")
    assert variables["MODEL_PACKAGE_GROUP_NAME"] == "AbalonePackageGroup"


def test_model_package_group(stack: Template) -> None:
    stack.has_resource(
        "AWS::SageMaker::ModelPackageGroup",
        {"Properties": Match.object_like({"ModelPackageGroupName": "AbalonePackageGroup"})},
    )
