"""What a stage's stack is for: the role of the endpoint, its alarms, its captures."""

from __future__ import annotations

import json

import pytest

from .assemblies import Assemblies, Template
from .configurations import KEY_ARN
from .policies import allowed, statements
from .synthesis import resources, template

STAGES = ("staging", "prod")
METRICS = ("Invocation5XXErrors", "Invocation4XXErrors", "InvocationModelErrors", "ModelLatency")


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def stack(stage: str, request: pytest.FixtureRequest) -> Template:
    """The stage's template, with the least configuration."""
    found: Template = request.getfixturevalue(stage)
    return found


def test_the_endpoints_role_reads_models_and_writes_captures(stack: Template) -> None:
    may = allowed(stack, "EndpointExecutionRole")
    models = "arn:${AWS::Partition}:s3:::${Abalone-ModelBuild:ArtifactBucketName}"
    assert [
        arn
        for statement in statements(stack, "EndpointExecutionRole")
        if "s3:GetObject" in statement["Action"]
        for arn in statement["Resource"]
    ] == [f"{models}/*"]
    assert may["s3:PutObject"] == {"${CaptureBucket66D28918.Arn}/*"}
    # "Amazon SageMaker AI uses the execution role to look at the alarms"
    # (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html).
    assert "cloudwatch:DescribeAlarms" in may
    assert [action for action in may if action.startswith(("ec2:", "kms:"))] == []


def test_metrics_are_written_to_sagemakers_namespaces_only(stack: Template) -> None:
    (put,) = (
        statement
        for statement in statements(stack, "EndpointExecutionRole")
        if "cloudwatch:PutMetricData" in statement["Action"]
    )
    namespaces = {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}
    assert (put["Action"], put["Condition"]) == (
        ["cloudwatch:PutMetricData"],
        {"StringLike": namespaces},
    )


def test_captures_expire_and_their_bucket_is_kept(stack: Template, full_prod: Template) -> None:
    for found, days in ((stack, 90), (full_prod, 3650)):
        (bucket,) = resources(found, "AWS::S3::Bucket").values()
        (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] == days
        assert bucket["DeletionPolicy"] == "Retain"


def test_what_captures_nothing_has_no_bucket(assembly: Assemblies) -> None:
    """Staging is set to 0 % in `full`; a serverless endpoint can capture nothing."""
    for configuration, stack in (
        ("full", "Abalone-Staging"),
        ("serverless", "Abalone-Staging"),
        ("serverless", "Abalone-Prod"),
    ):
        found = template(assembly(configuration), stack)
        assert resources(found, "AWS::S3::Bucket") == {}
        assert "s3:PutObject" not in allowed(found, "EndpointExecutionRole")
        assert "CaptureBucketName" not in found["Outputs"]


@pytest.mark.parametrize(
    ("metric", "threshold", "in_full", "statistic"),
    # Errors are a share of requests, latency is in microseconds.
    [
        ("Invocation5XXErrors", 0.01, 0.05, "Average"),
        ("Invocation4XXErrors", 0.1, 1, "Average"),
        ("InvocationModelErrors", 0.1, 0.5, "Average"),
        ("ModelLatency", 500_000, 250_000, "p90"),
    ],
)
def test_each_endpoint_has_its_alarms(
    assembly: Assemblies,
    stage: str,
    metric: str,
    threshold: float,
    in_full: float,
    statistic: str,
) -> None:
    for configuration, limit in (("default", threshold), ("full", in_full)):
        found = template(assembly(configuration), f"Abalone-{stage.capitalize()}")
        alarms = resources(found, "AWS::CloudWatch::Alarm")
        assert len(alarms) == len(METRICS)
        (alarm,) = (
            each["Properties"]
            for each in alarms.values()
            if each["Properties"]["MetricName"] == metric
        )
        expected = {
            "AlarmName": f"abalone-{stage}-AllTraffic-{metric}",
            "Namespace": "AWS/SageMaker",
            "Dimensions": [
                {"Name": "EndpointName", "Value": f"abalone-{stage}"},
                {"Name": "VariantName", "Value": "AllTraffic"},
            ],
            "Threshold": limit,
            "ComparisonOperator": "GreaterThanThreshold",
            "DatapointsToAlarm": 2,
            "EvaluationPeriods": 3,
            "Period": 60,
            "TreatMissingData": "notBreaching",
        }
        assert {name: alarm[name] for name in expected} == expected
        assert alarm.get("Statistic", alarm.get("ExtendedStatistic")) == statistic


def test_alarms_have_no_action(any_template: Template, row: tuple[str, str]) -> None:
    """Their change of state is an event that the model deploy stack tells of."""
    _, stack = row
    for alarm in resources(any_template, "AWS::CloudWatch::Alarm").values():
        assert ("AlarmActions" in alarm["Properties"]) == (stack == "Abalone-ModelDeploy")


def test_the_stages_key_is_given_to_those_who_need_it(full_prod: Template) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html (CreateEndpoint)"""
    assert "kms:CreateGrant" in allowed(full_prod, "DeploymentRole")
    (grant,) = (
        statement
        for statement in statements(full_prod, "EndpointExecutionRole")
        if "kms:CreateGrant" in statement["Action"]
    )
    assert grant["Resource"] == [KEY_ARN]
    assert set(grant["Action"]) == {
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
    }


def test_what_a_stage_cannot_have_is_said_at_synth(assembly: Assemblies) -> None:
    def said(configuration: str, stack: str) -> list[str]:
        text = (assembly(configuration) / f"{stack}.metadata.json").read_text()
        return [
            entry["data"].rpartition(" [ack:")[0]
            for entry in json.loads(text)[f"/{stack}"]
            if entry["type"] == "aws:cdk:info"
        ]

    assert said("default", "Abalone-Staging") == []
    assert said("full", "Abalone-Prod") == []
    assert said("default", "Abalone-Prod") == [
        "stages.prod may have one instance, of which no part can be a canary's: then an update moves"
        " all traffic at once, watched for 300 s, and is rolled back by the same alarms; with two"
        " instances or more it is as configured"
    ]
    assert said("serverless", "Abalone-Staging") == [
        "stages.staging is serverless: no data capture, no scaling of instances, and no guardrails"
        " (an update moves all traffic at once, without alarms that bring it back)"
    ]
