"""Where events go that reached nobody: their retries ran out, or the function failed on them."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.project_stack import project_of


class UndeliveredEvents(sqs.Queue):
    """A dead-letter queue, encrypted. An event stays for 14 days, the most that SQS allows."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            **queue_encryption(scope, construct_id),
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        acknowledge(
            self,
            {
                "AwsSolutions-SQS3": "It is the dead-letter queue of rules and of a function; the rule"
                " knows those of queues only."
            },
        )

    def take_from(self, rule: events.CfnRule) -> None:
        """Let EventBridge put the events of a rule here."""
        self.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                resources=[self.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
            )
        )


def queue_encryption(scope: Construct, construct_id: str) -> dict[str, Any]:
    """A queue's properties for encryption by the project's key, or by SQS's own."""
    key_arn = project_of(scope).config.kms_key_arn
    if key_arn is None:
        return {"encryption": sqs.QueueEncryption.SQS_MANAGED}
    return {
        "encryption": sqs.QueueEncryption.KMS,
        "encryption_master_key": kms.Key.from_key_arn(scope, f"{construct_id}Key", key_arn),
    }


class UndeliveredEventsAlarm(cloudwatch.Alarm):
    """Goes off while a queue of undelivered events is not empty."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        queue_name: str,
        topic: sns.ITopic,
        what: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            alarm_description=f"Undelivered events of {what}: read them in the queue",
            metric=cloudwatch.Metric(
                namespace="AWS/SQS",
                metric_name="ApproximateNumberOfMessagesVisible",
                dimensions_map={"QueueName": queue_name},
                period=cdk.Duration.minutes(5),
                statistic="Maximum",
            ),
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.add_alarm_action(actions.SnsAction(topic))
