"""The topic that tells people: alarms, failed pipelines, approvals that wait."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.project_stack import project_of
from infra.constructs.undelivered_events import UndeliveredEvents


class Notifications(Construct):
    """One topic, to which this account's alarms and rules may publish, over TLS.

    It is encrypted if the configuration names a key: alarms cannot use AWS's own key for SNS, and what is
    said here (which alarm, which execution) is no secret that would be worth a key by itself.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        email: str | None,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        self._undelivered = undelivered
        key_arn = project_of(self).config.kms_key_arn
        self.topic = sns.Topic(
            self,
            "Topic",
            enforce_ssl=True,
            master_key=kms.Key.from_key_arn(self, "TopicKey", key_arn) if key_arn else None,
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def tell_of_failures(self, pipeline: codepipeline.IPipeline) -> None:
        """Send a sentence when an execution of a pipeline fails."""
        rule = events.Rule(
            self,
            f"{pipeline.node.id}FailedRule",
            description="A pipeline execution failed",
            event_pattern=events.EventPattern(
                source=["aws.codepipeline"],
                detail_type=["CodePipeline Pipeline Execution State Change"],
                resources=[pipeline.pipeline_arn],
                detail={"state": ["FAILED"]},
            ),
        )
        name = events.EventField.from_path("$.detail.pipeline")
        execution = events.EventField.from_path("$.detail.execution-id")
        rule.add_target(
            targets.SnsTopic(
                self.topic,
                dead_letter_queue=self._undelivered,
                message=events.RuleTargetInput.from_text(
                    f"The pipeline {name} failed (execution {execution}). Its failed action says why."
                ),
            )
        )

    def tell_of_alarms(self, names: list[str]) -> None:
        """Send a sentence when one of these alarms goes off, in whichever account: those of other
        accounts come over the default event bus."""
        rule = events.Rule(
            self,
            "AlarmRule",
            description="An alarm of an endpoint went off",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                detail={"alarmName": names, "state": {"value": ["ALARM"]}},
            ),
        )
        name = events.EventField.from_path("$.detail.alarmName")
        reason = events.EventField.from_path("$.detail.state.reason")
        rule.add_target(
            targets.SnsTopic(
                self.topic,
                dead_letter_queue=self._undelivered,
                message=events.RuleTargetInput.from_text(
                    f"The alarm {name} went off (account {events.EventField.account}): {reason}"
                ),
            )
        )
