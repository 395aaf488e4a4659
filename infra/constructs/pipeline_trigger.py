"""A rule that starts a CodePipeline with exactly the source revision that its event names.

Without the override the pipeline would take whatever is newest when it gets there: of two pushes or
two approvals in quick succession, one would be run twice and the other never.
https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
"""

from __future__ import annotations

import json
from typing import Literal

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.permissions import allow, service
from infra.constructs.undelivered_events import UndeliveredEvents

RevisionType = Literal["COMMIT_ID", "S3_OBJECT_VERSION_ID"]


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
        source_action: str,
        revision_type: RevisionType,
        revision_path: str,
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
        template = {
            "sourceRevisions": [
                {
                    "actionName": source_action,
                    "revisionType": revision_type,
                    "revisionValue": "<revision>",
                }
            ]
        }
        # The L2 target takes no input for a pipeline.
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
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={"revision": revision_path},
                        input_template=json.dumps(template),
                    ),
                )
            ],
        )
        undelivered.take_from(rule)
