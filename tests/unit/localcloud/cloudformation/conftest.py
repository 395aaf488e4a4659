"""Stacks of a local cloud in this process."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.config import Config

from tests.local_server import LocalCloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class Cloud(LocalCloud):
    """Clients of the cloud under test, and the few things that every test does with stacks."""

    def __init__(self, endpoint: str) -> None:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        super().__init__(endpoint, config)

    def create(self, name: str, resources: dict[str, Any], **more: Any) -> Any:
        return self._submit("create_stack", name, resources, **more)

    def update(self, name: str, resources: dict[str, Any], **more: Any) -> Any:
        return self._submit("update_stack", name, resources, **more)

    def _submit(self, operation: str, name: str, resources: dict[str, Any], **more: Any) -> Any:
        body = {"Resources": resources, **more.pop("sections", {})}
        return getattr(self.client("cloudformation"), operation)(
            StackName=name,
            TemplateBody=json.dumps(body),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            **more,
        )

    def stack(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=name)[
            "Stacks"
        ][0]
        return found

    def outputs(self, name: str) -> dict[str, str]:
        return {item["OutputKey"]: item["OutputValue"] for item in self.stack(name)["Outputs"]}

    def physical_id(self, name: str, logical_id: str) -> str:
        detail = self.client("cloudformation").describe_stack_resource(
            StackName=name, LogicalResourceId=logical_id
        )
        return str(detail["StackResourceDetail"]["PhysicalResourceId"])

    def events(self, name: str) -> list[tuple[str, str, str]]:
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return [
            (e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason", ""))
            for e in reversed(events)
        ]


@pytest.fixture(scope="module")
def cloud(endpoint: str) -> Cloud:
    return Cloud(endpoint)


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}
