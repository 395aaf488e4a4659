"""Pipeline declarations for tests."""

from __future__ import annotations

from typing import Any

from tests.local_server import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
ACTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/action"


def action(category: str, provider: str, name: str | None = None, **members: Any) -> dict[str, Any]:
    """An action of AWS's."""
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name or provider, "actionTypeId": kind, **members}


def s3_source(bucket: str, key: str = "manifest.zip", **members: Any) -> dict[str, Any]:
    """A source action that takes an object."""
    return action(
        "Source",
        "S3",
        "Source",
        configuration={"S3Bucket": bucket, "S3ObjectKey": key, "PollForSourceChanges": "false"},
        outputArtifacts=[{"name": "Manifest"}],
        namespace="Source",
        **members,
    )


def approval(name: str = "Approve", **members: Any) -> dict[str, Any]:
    """A manual approval."""
    return action("Approval", "Manual", name, **members)


def function(name: str, parameters: str = "{}", **members: Any) -> dict[str, Any]:
    """An action that calls a function."""
    return action(
        "Invoke",
        "Lambda",
        "Invoke",
        configuration={"FunctionName": name, "UserParameters": parameters},
        **members,
    )


def stage(name: str, *actions: dict[str, Any]) -> dict[str, Any]:
    """A stage."""
    return {"name": name, "actions": list(actions)}


def pipeline(name: str, bucket: str, *stages: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A V2 pipeline."""
    return {
        "name": name,
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": bucket},
        "pipelineType": "V2",
        "executionMode": "SUPERSEDED",
        "stages": list(stages),
        **members,
    }


def rule(provider: str, name: str | None = None, **members: Any) -> dict[str, Any]:
    """A rule of a condition."""
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name or provider, "ruleTypeId": kind, **members}


def variable_check(variable: str, value: str, operator: str = "EQ", **members: Any) -> Any:
    """A rule that compares a variable."""
    configuration = {"Variable": variable, "Value": value, "Operator": operator}
    return rule("VariableCheck", configuration=configuration, **members)


def condition(result: str, *rules: dict[str, Any]) -> dict[str, Any]:
    """The one condition of a stage's member."""
    return {"conditions": [{"result": result, "rules": list(rules)}]}
