"""A pipeline and a model package group of a stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .conftest import refusal_of
from .definitions import checking


def test_stack_makes_changes_and_deletes_pipeline_and_group(
    sagemaker: Any, client: Callable[[str], Any], role: str
) -> None:
    cloudformation = client("cloudformation")
    deploy(cloudformation, "create", stack_template(role, 4.5))
    described = sagemaker.describe_pipeline(PipelineName="StackPipeline")
    assert described["PipelineDefinition"] == checking()
    outputs = cloudformation.describe_stacks(StackName="stack")["Stacks"][0]["Outputs"]
    values = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    assert values["Pipeline"] == "StackPipeline"
    assert values["Group"].endswith(":model-package-group/StackGroup")
    deploy(cloudformation, "update", stack_template(role, 9.5))
    described = sagemaker.describe_pipeline(PipelineName="StackPipeline")
    assert described["PipelineDefinition"] == checking(9.5)
    tags = sagemaker.list_tags(ResourceArn=values["Group"])["Tags"]
    assert tags == [{"Key": "limit", "Value": "9.5"}]
    cloudformation.delete_stack(StackName="stack")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="stack", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert refusal_of(sagemaker.describe_pipeline, PipelineName="StackPipeline")
    assert refusal_of(sagemaker.describe_model_package_group, ModelPackageGroupName="StackGroup")


def deploy(cloudformation: Any, verb: str, template: str) -> None:
    getattr(cloudformation, f"{verb}_stack")(StackName="stack", TemplateBody=template)
    cloudformation.get_waiter(f"stack_{verb}_complete").wait(
        StackName="stack", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def stack_template(role: str, limit: float) -> str:
    group = {
        "ModelPackageGroupName": "StackGroup",
        "Tags": [{"Key": "limit", "Value": str(limit)}],
    }
    pipeline = {
        "PipelineName": "StackPipeline",
        "RoleArn": role,
        "PipelineDefinition": {"PipelineDefinitionBody": checking(limit)},
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": "2"},
    }
    return json.dumps(
        {
            "Resources": {
                "Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": group},
                "Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": pipeline},
            },
            "Outputs": {
                "Group": {"Value": {"Ref": "Group"}},
                "Pipeline": {"Value": {"Ref": "Pipeline"}},
            },
        }
    )
