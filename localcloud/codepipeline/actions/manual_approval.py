"""Approval action Manual: waits until a person answers, or for seven days.

https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html; the message:
https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.codepipeline.actions.action import (
    ActionContext,
    ActionFailed,
    ActionProvider,
    ActionType,
    Result,
    service_failure,
)
from localcloud.codepipeline.records import new_id

DEFAULT_TIMEOUT_MINUTES = 7 * 24 * 60


class ManualApproval(ActionProvider):
    """`Approval/Manual`."""

    type = ActionType(
        "Approval",
        "Manual",
        optional=frozenset({"NotificationArn", "ExternalEntityLink", "CustomData"}),
    )

    def run(self, context: ActionContext) -> Result:
        minutes = context.timeout_minutes or DEFAULT_TIMEOUT_MINUTES
        token = new_id()
        if "NotificationArn" in context.configuration:
            _notify(context, token, current().clock.now() + timedelta(minutes=minutes))
        context.update(approval_token=token)
        answered = context.wait_until(lambda: context.run.approval is not None, minutes * 60.0)
        answer = context.run.approval
        if not answered or answer is None:
            raise ActionFailed(
                f"The approval action was not answered within {minutes} minutes and has expired.",
                "JobFailed",
            )
        context.update(summary=answer.summary, updated_by=answer.caller)
        if answer.status == "Rejected":
            raise ActionFailed(f"The approval was rejected: {answer.summary}", "JobFailed")
        return Result()


def message_body(
    context_region: str,
    pipeline: str,
    stage: str,
    action: str,
    *,
    token: str,
    expires: datetime,
    external_entity_link: str | None,
    custom_data: str | None,
) -> dict[str, Any]:
    """The message that is published when an approval begins to wait. Pure."""
    view = (
        f"https://console.aws.amazon.com/codesuite/codepipeline/pipelines/{pipeline}/view"
        f"?region={context_region}"
    )
    return {
        "region": context_region,
        "consoleLink": view,
        "approval": {
            "pipelineName": pipeline,
            "stageName": stage,
            "actionName": action,
            "token": token,
            "expires": expires.strftime("%Y-%m-%dT%H:%MZ"),
            "externalEntityLink": external_entity_link,
            "approvalReviewLink": f"{view}#/{stage}/{action}/approve/{token}",
            "customData": custom_data,
        },
    }


def subject(pipeline: str, action: str) -> str:
    """The message's subject, in which a long pipeline name is cut. Pure."""
    # Observed with `ml-cicd-pipelin...`: 15 signs and dots for a name of more than 15 (assumed bound).
    short = pipeline if len(pipeline) <= 18 else f"{pipeline[:15]}..."
    return f"APPROVAL NEEDED: AWS CodePipeline {short} for action {action}"[:100]


def _notify(context: ActionContext, token: str, expires: datetime) -> None:
    body = message_body(
        context.region,
        context.pipeline_name,
        context.run.stage,
        context.run.action,
        token=token,
        expires=expires,
        external_entity_link=context.configuration.get("ExternalEntityLink"),
        custom_data=context.configuration.get("CustomData"),
    )
    try:
        context.client("sns").publish(
            TopicArn=context.configuration["NotificationArn"],
            Subject=subject(context.pipeline_name, context.run.action),
            Message=json.dumps(body, separators=(",", ":")),
        )
    except (ClientError, BotoCoreError) as error:
        raise service_failure("publish", "AmazonSNS", error) from error
