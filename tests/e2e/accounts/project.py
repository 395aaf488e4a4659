"""The project in its three accounts, and what a person does with it and looks at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from .. import trained
from ..deployed import Deployed, wait_for
from .situations import Scene
from .three_accounts import STAGES, ThreeAccounts
from .trials import Trials
from .walk import Walk

# As many requests as the latency of the live version is compared from.
REQUESTS = 110


@dataclass
class Project:
    """The accounts, the versions so far, and what came of permissions that were away."""

    three: ThreeAccounts
    trials: Trials
    models: dict[str, trained.Model]
    image: str
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def deployed(self) -> Deployed:
        """The stacks of the pipelines' account."""
        return self.three.deployed

    def register(self, name: str, model: str) -> str:
        """A version that waits for approval; its number."""
        self.versions[name] = trained.register(self.deployed, self.models[model], self.image, name)
        return self.versions[name].rpartition("/")[2]

    def approval_of(self, name: str) -> Walk:
        """The deployment that a version's approval will start."""
        return Walk(self.deployed, lambda: self.deployed.approve(self.versions[name]))

    def setting(self, stage: str, change: Callable[[dict[str, Any]], None]) -> Walk:
        """The deployment that a change of a stage's settings will start."""
        ssm, name = self.deployed.client("ssm"), f"/slipway/abalone/stages/{stage}"
        settings = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        change(settings)
        return Walk(
            self.deployed,
            lambda: ssm.put_parameter(
                Name=name, Value=json.dumps(settings), Type="String", Overwrite=True
            ),
        )

    def again(self) -> Walk:
        """The deployment of what is live already."""
        return Walk(
            self.deployed,
            lambda: self.deployed.clients.codepipeline.start_pipeline_execution(
                name=self.deployed.deploy["CodePipelineName"]
            ),
        )

    def ask(self, stage: str, times: int = 1) -> list[float]:
        """What a stage's endpoint answers to the first golden record."""
        runtime = self.three.client("sagemaker-runtime", stage)
        record = self.models["first"].golden[0]["input"]
        answers = (
            runtime.invoke_endpoint(
                EndpointName=f"abalone-{stage}", ContentType="text/csv", Body=record
            )
            for _ in range(times)
        )
        return [float(answer["Body"].read()) for answer in answers]

    def require_live(self, name: str, model: str) -> None:
        """A version is live in both stages, in their accounts, and answers as its model does."""
        for stage in STAGES:
            live = Scene(self.three, stage).live()
            wanted = ("InService", self.versions[name])
            assert (live["EndpointStatus"], live["ModelPackage"]) == wanted
            assert f":{self.three.ids[stage]}:" in live["EndpointArn"]
            prediction = self.models[model].golden[0]["prediction"]
            assert self.ask(stage) == pytest.approx([prediction], rel=1e-5)

    def log(self, stage: str, group: str) -> str:
        """A log group of a stage's account; empty if there is none."""
        logs = self.three.client("logs", stage)
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return ""
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def captured(self, stage: str) -> list[dict[str, Any]]:
        """The objects with what a stage's endpoint captured."""
        s3, bucket = self.three.client("s3", stage), self.three.outputs(stage)["CaptureBucketName"]
        found: list[dict[str, Any]] = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return found

    def alarm(self, stage: str, state: str) -> str:
        """Put one of a stage's alarms in a state; its name."""
        name = f"abalone-{stage}-AllTraffic-Invocation5XXErrors"
        self.three.client("cloudwatch", stage).set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="to be told"
        )
        return name

    def without(self, stage: str, situation: str, group: str, act: Callable[[], object]) -> None:
        """Act once without each permission that a situation needs; what is said stands in a log group."""
        for permission in self.trials.of(stage, situation):
            before = self.log(stage, group)
            with permission.removed():
                act()
                said = self._logged(stage, group, before, permission.action)
            self.trials.judge(permission, said)

    def _logged(self, stage: str, group: str, before: str, action: str) -> str:
        """What is new in a log group, once it names an action."""
        return wait_for(
            lambda: self.log(stage, group).removeprefix(before),
            lambda new: action in new,
            f"{action} in {group}",
        )


@contextmanager
def told(deployed: Deployed) -> Iterator[Callable[[], list[str]]]:
    """What the topic tells while the block runs: a function that gives what is new."""
    sqs, sns = deployed.client("sqs"), deployed.client("sns")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(
        TopicArn=deployed.deploy["AlarmTopicArn"],
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]

    def messages() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [str(message["Body"]) for message in found]

    yield messages
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)
