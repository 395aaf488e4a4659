"""A rule that starts a CodePipeline when its source has changed: with what is newest then.

The event's own revision is not handed over, though CodePipeline would take it. Events come twice, late and
out of order (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html): the
execution that starts last decides what is live, and with an old event's revision that would be an old
version. So each execution takes the newest revision when it starts, and none goes back. Of two pushes in
quick succession the older may be passed over, and the newer run twice.
https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
"""

from __future__ import annotations

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.permissions import allow, service
from infra.constructs.undelivered_events import UndeliveredEvents


class PipelineTrigger(Construct):
    """The rule, and the role with which EventBridge starts the pipeline."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        event_pattern: dict[str, object],
        pipeline: codepipeline.Pipeline,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(
            self,
            "EventsRole",
            assumed_by=service(self, "events"),
            description=f"Lets EventBridge start {pipeline.node.id}",
        )
        allow(role, ["codepipeline:StartPipelineExecution"], [pipeline.pipeline_arn])
        # The L2 target would add to the role's policy.
        rule = events.CfnRule(
            self,
            "Rule",
            description=description,
            event_pattern=event_pattern,
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Pipeline",
                    arn=pipeline.pipeline_arn,
                    role_arn=role.role_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=undelivered.queue_arn
                    ),
                )
            ],
        )
        undelivered.take_from(rule)
