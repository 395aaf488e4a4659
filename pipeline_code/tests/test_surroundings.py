"""Where the notebook's constants come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from pipelines import surroundings
from pipelines._utils import CommandError

OUTPUTS = {
    "SageMakerPipelineRoleArn": "arn:role",
    "ArtifactBucketName": "stack-bucket",
    "SageMakerPipelineName": "StackPipeline",
    "ModelPackageGroupName": "StackGroup",
    "InputDataUrl": "s3://stack-bucket/data/abalone.csv",
    "RelaxBaselineFunctionArn": "arn:function",
}


def never() -> str | None:
    raise AssertionError("a default that nobody needs is not asked for")


def defaults(value: Callable[[], str | None]) -> dict[str, Callable[[], str | None]]:
    names = ("role", "bucket", "pipeline_name", "model_package_group_name")
    return dict.fromkeys(names, value)


def test_the_environment_wins_over_the_stack() -> None:
    found = surroundings.choose(
        "eu-west-1", {"MODEL_PACKAGE_GROUP_NAME": "Mine"}, OUTPUTS, "Stack", defaults(never)
    )
    assert found.model_package_group_name == "Mine"
    assert (found.role, found.bucket) == ("arn:role", "stack-bucket")
    assert found.relax_baseline_function_arn == "arn:function"
    assert found.origin == "MODEL_PACKAGE_GROUP_NAME; stack Stack"
    assert "model_package_group_name     Mine" in found.lines()


def test_without_a_stack_there_are_defaults() -> None:
    found = surroundings.choose(
        "eu-west-1", {"ARTIFACT_BUCKET": "b"}, {}, "", defaults(lambda: "d")
    )
    assert (found.role, found.bucket) == ("d", "b")
    assert found.input_data_url == "s3://b/data/abalone.csv"
    assert found.relax_baseline_function_arn is None
    assert found.origin == "ARTIFACT_BUCKET; defaults"


def stack(name: str, outputs: dict[str, str]) -> dict[str, Any]:
    return {
        "StackName": name,
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }


def look(*stacks: dict[str, Any], wanted: str | None = None) -> tuple[str, dict[str, str]]:
    client = boto3.client("cloudformation", region_name="us-east-1")
    with Stubber(client) as stub:
        expected = {"StackName": wanted} if wanted else {}
        stub.add_response("describe_stacks", {"Stacks": list(stacks)}, expected)
        return surroundings.stack_of_model_build(client, wanted)


def test_the_only_model_build_stack_is_found_by_its_outputs() -> None:
    other = stack("Other", {"ArtifactBucketName": "not-this-one"})
    assert look(other, stack("Build", OUTPUTS)) == ("Build", OUTPUTS)
    assert look(other) == ("", {})
    assert look(other, wanted="Other") == ("Other", {"ArtifactBucketName": "not-this-one"})


def test_several_stacks_are_a_question() -> None:
    with pytest.raises(CommandError, match="several model build stacks: A, B; set MODEL_BUILD_ST"):
        look(stack("B", OUTPUTS), stack("A", OUTPUTS))


def test_who_may_not_look_gets_the_defaults() -> None:
    client = boto3.client("cloudformation", region_name="us-east-1")
    with Stubber(client) as stub:
        stub.add_client_error("describe_stacks", "AccessDenied", "no")
        assert surroundings.stack_of_model_build(client, None) == ("", {})
        stub.add_client_error("describe_stacks", "ValidationError", "Stack Gone does not exist")
        with pytest.raises(CommandError, match=r"MODEL_BUILD_STACK is Gone: .*does not exist"):
            surroundings.stack_of_model_build(client, "Gone")
