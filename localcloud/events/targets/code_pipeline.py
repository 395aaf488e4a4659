"""A CodePipeline as a target: started, as the target's role.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html: an
input that the target makes itself (`InputTransformer`, `Input`) is the request: its `sourceRevisions`
and `variables`. The event as it comes is not; then the pipeline takes the newest revisions.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from localcloud.events.targets.target import Delivery, DeliveryFailed, Target

OVERRIDES = ("sourceRevisions", "variables")


class CodePipeline(Target):
    """A pipeline by its ARN (`arn:aws:codepipeline:region:account:name`)."""

    service = "codepipeline"
    noun = "a CodePipeline"
    requires_role = True

    def send(self, delivery: Delivery) -> None:
        client = delivery.client("codepipeline")
        client.start_pipeline_execution(
            name=delivery.resource,
            clientRequestToken=_token(delivery),
            **_overrides(delivery),
        )


def _token(delivery: Delivery) -> str:
    """The same for every attempt to deliver, so that a doubtful one starts nothing twice."""
    what = f"{delivery.event['id']} {delivery.rule_arn} {delivery.target['Id']}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, what))


def _overrides(delivery: Delivery) -> dict[str, Any]:
    if "Input" not in delivery.target and "InputTransformer" not in delivery.target:
        return {}
    try:
        given = json.loads(delivery.payload)
    except ValueError as error:
        raise DeliveryFailed(
            "INVALID_JSON", f"the target's input is not JSON ({error}): {delivery.payload}"
        ) from error
    if not isinstance(given, dict):
        raise DeliveryFailed("INVALID_PARAMETER", "the target's input is not a JSON object")
    unknown = sorted(set(given) - {*OVERRIDES, "name"})
    if unknown:
        raise DeliveryFailed(
            "INVALID_PARAMETER",
            f"the target's input has {', '.join(unknown)}; StartPipelineExecution takes "
            f"{', '.join(OVERRIDES)}",
        )
    return {name: given[name] for name in OVERRIDES if name in given}
