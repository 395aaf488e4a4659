"""A stage that its entry condition skips: the execution goes on, and what tells of it.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works-conditions.html
"""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_s3 as s3

from localcloud.cloud import current
from tests.unit.localcloud.codepipeline.conftest import Cloud
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    condition,
    pipeline,
    s3_source,
    stage,
    variable_check,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


def declared(cloud: Cloud, name: str) -> dict[str, Any]:
    """A pipeline whose middle stage is entered if the variable `review` is `yes`."""
    check = variable_check("#{variables.review}", "yes")
    return pipeline(
        name,
        cloud.store,
        stage("Source", s3_source(cloud.sources)),
        stage("Approval", approval()) | {"beforeEntry": condition("SKIP", check)},
        stage("Last", approval()),
        variables=[{"name": "review", "defaultValue": "no"}],
    )


@pytest.mark.documented(f"{GUIDE}/stage-conditions.html")
def test_the_execution_goes_on_behind_a_skipped_stage(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    url = cloud.listen(name)
    cloud.codepipeline.create_pipeline(pipeline=declared(cloud, name))
    execution = cloud.first_execution(name)
    cloud.answer(name, cloud.token(name, execution, "Last"), "Approved", "Last")
    cloud.wait(name, execution, "Succeeded")
    skipped = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"][1]
    assert skipped["latestExecution"]["status"] == "Skipped"
    assert skipped["latestExecution"]["pipelineExecutionId"] == execution
    assert "latestExecution" not in skipped["actionStates"][0]
    checked = skipped["beforeEntryConditionState"]
    assert checked["latestExecution"]["status"] == "Failed"
    (state,) = checked["conditionStates"]
    assert state["ruleStates"][0]["latestExecution"]["status"] == "Failed"
    ran = cloud.codepipeline.list_action_executions(pipelineName=name)["actionExecutionDetails"]
    assert [each["stageName"] for each in ran] == ["Last", "Source"]
    # Of the pipeline, two stages and their actions two each; the skipped stage's begin only, since
    # AWS's page of events names no state for a stage that is skipped.
    told = [event["detail"] for event in cloud.heard(url, 11)]
    assert [each["state"] for each in told if each.get("stage") == "Approval"] == ["STARTED"]
    assert not any(each.get("stage") == "Approval" and "action" in each for each in told)
    assert {each["state"] for each in told if "stage" not in each} == {"STARTED", "SUCCEEDED"}


@pytest.mark.documented(f"{GUIDE}/rule-reference-VariableCheck.html")
def test_another_execution_is_not_skipped(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(pipeline=declared(cloud, name))
    first = cloud.first_execution(name)
    cloud.answer(name, cloud.token(name, first, "Last"), "Approved", "Last")
    second = cloud.codepipeline.start_pipeline_execution(
        name=name, variables=[{"name": "review", "value": "yes"}]
    )["pipelineExecutionId"]
    cloud.answer(name, cloud.token(name, second), "Approved")
    cloud.answer(name, cloud.token(name, second, "Last"), "Approved", "Last")
    cloud.wait(name, second, "Succeeded")
    states = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"]
    assert [each["latestExecution"]["status"] for each in states] == ["Succeeded"] * 3


def template(cloud: Cloud, name: str) -> dict[str, Any]:
    """Such a pipeline as the CDK's own constructs synthesize it."""
    app = cdk.App(analytics_reporting=False)
    stack = cdk.Stack(
        app, name, synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    )
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", cloud.sources)
    made = codepipeline.Pipeline(
        stack,
        "Pipeline",
        pipeline_name=name,
        pipeline_type=codepipeline.PipelineType.V2,
        artifact_bucket=s3.Bucket.from_bucket_name(stack, "Store", cloud.store),
        variables=[codepipeline.Variable(variable_name="review", default_value="no")],
    )
    source = actions.S3SourceAction(
        action_name="Source",
        bucket=bucket,
        bucket_key="manifest.zip",
        output=codepipeline.Artifact("Manifest"),
        trigger=actions.S3Trigger.NONE,
    )
    check = codepipeline.Rule(
        name="Review",
        provider="VariableCheck",
        version="1",
        configuration={"Variable": "#{variables.review}", "Value": "yes", "Operator": "EQ"},
    )
    made.add_stage(stage_name="Source", actions=[source])
    made.add_stage(
        stage_name="Approval",
        actions=[actions.ManualApprovalAction(action_name="Approve")],
        before_entry=codepipeline.Conditions(
            conditions=[codepipeline.Condition(result=codepipeline.Result.SKIP, rules=[check])]
        ),
    )
    made.add_stage(stage_name="Last", actions=[actions.ManualApprovalAction(action_name="Approve")])
    found: dict[str, Any] = app.synth().get_stack_by_name(name).template
    return found


@pytest.mark.documented(
    "https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_codepipeline-readme.html"
)
def test_what_the_cdk_makes_of_it_deploys_and_skips(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template(cloud, name)),
        Capabilities=["CAPABILITY_IAM"],
    )

    def status() -> str:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])

    assert current().changes.wait_until(lambda: not status().endswith("IN_PROGRESS"), 30)
    assert status() == "CREATE_COMPLETE"
    cloud.token(name, cloud.first_execution(name), "Last")
    skipped = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"][1]
    assert skipped["latestExecution"]["status"] == "Skipped"
