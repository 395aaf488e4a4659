"""What the model build stack is for, resource by resource."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from .synthesis import ROOT, flat, resources


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


def test_a_push_to_the_branch_starts_the_pipeline_with_the_newest_commit(
    build: dict[str, Any],
) -> None:
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
    # An event that comes late must not bring its own commit back.
    assert not {"Input", "InputPath", "InputTransformer"} & set(target)


def test_build_gets_every_variable_that_the_buildspec_uses(
    build: dict[str, Any], full_build: dict[str, Any]
) -> None:
    buildspec = (ROOT / "pipeline_code/codebuild-buildspec.yml").read_text()
    used = set(re.findall(r"\$\{(\w+)\}", buildspec))
    used = {name for name in used if not name.startswith(("AWS_", "CODEBUILD_"))}
    # Empty where jobs run in SageMaker's own network.
    vpc = {"SUBNET_IDS", "SECURITY_GROUP_IDS"}
    for template, expected in ((full_build, used), (build, used - vpc)):
        (project,) = resources(template, "AWS::CodeBuild::Project").values()
        environment = project["Properties"]["Environment"]
        assert {variable["Name"] for variable in environment["EnvironmentVariables"]} == expected
        assert environment["PrivilegedMode"] is False


def test_build_variables_follow_the_configuration(full_build: dict[str, Any]) -> None:
    (project,) = resources(full_build, "AWS::CodeBuild::Project").values()
    variables = {
        variable["Name"]: variable["Value"]
        for variable in project["Properties"]["Environment"]["EnvironmentVariables"]
    }
    assert variables["METRIC_THRESHOLD"] == "4.5"
    assert variables["CHECK_ENGINE"] == "open"
    assert variables["MODEL_QUALITY_TOLERANCE"] == "0.25"
    assert variables["BIAS_TOLERANCE"] == "0.05"
    assert variables["GATE_TRAINING_ON_DATA_CHECKS"] == "true"
    assert variables["LIVE_MODEL_TOLERANCE"] == "off"
    assert variables["SUBNET_IDS"] == "subnet-0a1b2c3d4e5f60718,subnet-0b1b2c3d4e5f60718"
    assert variables["SECURITY_GROUP_IDS"] == "sg-0a1b2c3d4e5f60718"
    assert variables["INPUT_DATA_URL"].endswith("/raw/abalone-2026.csv")
    assert variables["MODEL_PACKAGE_GROUP_NAME"] == "AbalonePackageGroup"


def test_build_variables_of_the_least_configuration(build: dict[str, Any]) -> None:
    (project,) = resources(build, "AWS::CodeBuild::Project").values()
    variables = {
        variable["Name"]: variable["Value"]
        for variable in project["Properties"]["Environment"]["EnvironmentVariables"]
    }
    assert variables["CHECK_ENGINE"] == "native"
    assert variables["MODEL_QUALITY_TOLERANCE"] == "0.1"
    assert variables["BIAS_TOLERANCE"] == "0.1"
    assert variables["GATE_TRAINING_ON_DATA_CHECKS"] == "false"
    assert variables["LIVE_MODEL_TOLERANCE"] == "0"
    output = flat(build["Outputs"])["RelaxBaselineFunctionArn"]["Value"]
    assert variables["RELAX_BASELINE_FUNCTION_ARN"] == output


def execution_role(template: dict[str, Any]) -> dict[str, list[str]]:
    """What the SageMaker pipeline's role may do, and on what, without account and region."""
    (policy,) = (
        policy["Properties"]["PolicyDocument"]
        for name, policy in resources(template, "AWS::IAM::Policy").items()
        if name.startswith("SageMakerExecutionRole")
    )
    found: dict[str, list[str]] = {}
    for statement in policy["Statement"]:
        actions, on = statement["Action"], statement["Resource"]
        names = [arn.rpartition(":")[2] for arn in ([on] if isinstance(on, str) else on)]
        for action in [actions] if isinstance(actions, str) else actions:
            found.setdefault(action, []).extend(names)
    return found


@pytest.mark.parametrize("name", ["build", "full_build"])
def test_the_pipeline_runs_jobs_and_makes_models_of_its_own_only(
    name: str, request: pytest.FixtureRequest
) -> None:
    may = execution_role(request.getfixturevalue(name))
    jobs = [f"{kind}-job/pipelines-*" for kind in ("processing", "training", "transform")]
    for kind in ("Processing", "Training", "Transform"):
        for verb in ("Create", "Describe", "Stop"):
            assert may[f"sagemaker:{verb}{kind}Job"] == jobs
    # The batch-scoring pipeline makes them of a version, and is authorised on that too.
    versions = ["model-package/AbalonePackageGroup/*", "model-package/abalonepackagegroup/*"]
    assert may["sagemaker:CreateModel"] == ["model/pipelines-*", *versions]
    assert may["sagemaker:DescribeModel"] == ["model/pipelines-*"]
    assert "sagemaker:DeleteModel" not in may
    group = ["model-package-group/AbalonePackageGroup", "model-package-group/abalonepackagegroup"]
    assert may["sagemaker:ListModelPackages"][:2] == group


def test_only_clarifys_own_endpoints_are_made_and_asked(build: dict[str, Any]) -> None:
    may = execution_role(build)
    endpoint, config = "endpoint/sm-clarify-*", "endpoint-config/sm-clarify-*"
    for verb in ("Describe", "Delete", "Invoke"):
        assert may[f"sagemaker:{verb}Endpoint"] == [endpoint]
    for verb in ("Create", "Describe", "Delete"):
        assert may[f"sagemaker:{verb}EndpointConfig"] == [config]
    # Both are required: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    assert sorted(may["sagemaker:CreateEndpoint"]) == sorted([endpoint, config])
    assert {endpoint, config, "model/pipelines-*"} <= set(may["sagemaker:AddTags"])
    assert "sagemaker:UpdateEndpoint" not in may
    functions = [name for name in may["lambda:InvokeFunction"] if "BatchScoring" not in name]
    assert len(functions) == 1
    assert functions[0].startswith("${RelaxBaselineFunction")


def test_the_open_engine_needs_neither_endpoints_nor_functions(full_build: dict[str, Any]) -> None:
    may = execution_role(full_build)
    assert [action for action in may if "Endpoint" in action] == []
    # Those of the batch-scoring pipeline are no part of the checks.
    invoked = may["lambda:InvokeFunction"]
    assert [name for name in invoked if not name.startswith("${BatchScoring")] == []


def test_relax_baseline_reads_and_writes_baselines_only(build: dict[str, Any]) -> None:
    (policy,) = (
        policy["Properties"]["PolicyDocument"]
        for name, policy in resources(build, "AWS::IAM::Policy").items()
        if name.startswith("RelaxBaselineFunction")
    )
    (objects,) = (each for each in policy["Statement"] if "s3:PutObject" in each["Action"])
    files = [arn.rpartition("}/")[2] for arn in objects["Resource"]]
    assert sorted(files) == ["*/analysis.json", "*/constraints.json"]


def test_model_package_group(stack: Template) -> None:
    stack.has_resource(
        "AWS::SageMaker::ModelPackageGroup",
        {"Properties": Match.object_like({"ModelPackageGroupName": "AbalonePackageGroup"})},
    )
