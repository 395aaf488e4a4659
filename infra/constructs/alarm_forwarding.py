"""A stage's alarms, told to the account and region of the pipelines.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html: a rule here, whose target
is the default event bus there, with a role of this account; the bus there lets this account in.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.permissions import allow, service


class AlarmForwarding(Construct):
    """The rule and its role. What cannot be delivered is tried again for a day, as EventBridge does."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alarm_names: list[str],
        tooling_account: str,
        tooling_region: str,
    ) -> None:
        super().__init__(scope, construct_id)
        bus_arn = cdk.Stack.of(self).format_arn(
            service="events",
            account=tooling_account,
            region=tooling_region,
            resource="event-bus",
            resource_name="default",
        )
        role = iam.Role(
            self,
            "EventsRole",
            assumed_by=service(self, "events"),
            description="Lets EventBridge tell the pipelines' account of alarms",
        )
        allow(role, ["events:PutEvents"], [bus_arn])
        events.CfnRule(
            self,
            "Rule",
            description="An alarm of the endpoint changed its state",
            event_pattern={
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "detail": {"alarmName": alarm_names},
            },
            state="ENABLED",
            targets=[events.CfnRule.TargetProperty(id="Bus", arn=bus_arn, role_arn=role.role_arn)],
        )
