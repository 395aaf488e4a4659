"""What to do next about an endpoint, from what it is and what was done so far. Pure.

Statuses: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html

Success is `InService` with the wanted configuration live, at its capacity and with its capture, and
nothing less: an update that was rolled back also ends `InService`, with the old configuration
(observed), and boto's waiter calls that success. While an update runs, DescribeEndpoint names the old
configuration, and the new one in PendingDeploymentSummary.

What is found           | nothing asked for yet      | create asked for    | update asked for
------------------------|----------------------------|---------------------|--------------------------
no endpoint             | create                     | wait, then: deleted | deleted meanwhile
Creating, Updating      | wait (ours: take it up)    | wait                | wait
SystemUpdating, Deleting| wait                       | wait                | wait
RollingBack             | wait                       | wait                | wait, then: rolled back
InService, wanted live  | check what belongs to it   | the same            | the same
InService, old live     | update                     | taken over          | wait, then: rolled back
InService, another live | update                     | taken over          | taken over
Failed                  | delete, then create        | failed              | failed
UpdateRollbackFailed    | for a person               | for a person        | for a person
OutOfService            | for a person               | for a person        | for a person

Only "rolled back" is recorded as that; the other ends of the two right columns are failures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from progress import CREATE, DELETE, NOTHING, UPDATE, Endpoint, Progress, modified
from slipway_shared.deployment_records import FAILED, ROLLED_BACK

# How long a look may still show the endpoint as it was before our request was accepted.
STALE_SECONDS = 120
# How long capture may take to start once the endpoint is in service; minutes, by all that is known.
CAPTURE_SECONDS = 15 * 60
# CodePipeline ends an action after 24 hours; this function says so first.
TOTAL_SECONDS = 23 * 3600

IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


@dataclass(frozen=True)
class Goal:
    """Where the endpoint is to be."""

    config_name: str
    is_captured: bool | None
    """None when it does not matter."""
    patience_seconds: float
    """How long each thing that was asked for may take."""


@dataclass(frozen=True)
class Step:
    """What to do: `arrive`, `wait`, `fail`, `create`, `update` or `delete`, and why, in words."""

    do: str
    words: str
    progress: Progress
    outcome: str = FAILED
    """Of `fail`: what is recorded."""


def next_step(endpoint: Endpoint | None, goal: Goal, progress: Progress, now: float) -> Step:
    """Decide; `endpoint` is None when there is no such endpoint."""
    step = _next_step(endpoint, goal, progress, now)
    waited = now - (progress.requested_at or progress.started_at)
    if step.do in ("arrive", "fail") or (
        waited < goal.patience_seconds and now - progress.started_at < TOTAL_SECONDS
    ):
        return step
    words = (
        f"gave up after {minutes(now - progress.started_at)} ({step.words}); SageMaker was not told"
        f" to stop; retry the stage to go on waiting"
    )
    return replace(step, do="fail", words=words)


def _next_step(endpoint: Endpoint | None, goal: Goal, progress: Progress, now: float) -> Step:
    if endpoint is None:
        return _absent(goal.config_name, progress, now)
    status = endpoint["EndpointStatus"]
    if status in IN_PROGRESS:
        return _in_progress(endpoint, goal.config_name, progress, now)
    if status == "InService":
        if endpoint["EndpointConfigName"] == goal.config_name:
            return _arrived(endpoint, goal, progress, now)
        return _other_in_service(endpoint, goal.config_name, progress, now)
    if status == "Failed":
        return _failed(endpoint, progress, now)
    return Step(
        "fail",
        f"the endpoint is {status}{because(endpoint)}; an update is possible from InService only,"
        f" so a person has to bring it back or delete it",
        progress,
    )


def _absent(wanted: str, progress: Progress, now: float) -> Step:
    if progress.requested == CREATE and now - progress.requested_at < STALE_SECONDS:
        return Step("wait", "the endpoint is not to be seen yet", progress)
    if progress.requested in (CREATE, UPDATE):
        return Step("fail", "the endpoint was deleted while it was being deployed", progress)
    return Step("create", f"there is no such endpoint; creating it with {wanted}", progress)


def _in_progress(endpoint: Endpoint, wanted: str, progress: Progress, now: float) -> Step:
    status = endpoint["EndpointStatus"]
    if progress.requested in (NOTHING, DELETE):
        # A run of this function that could not answer may have asked for it already.
        pending = (endpoint.get("PendingDeploymentSummary") or {}).get("EndpointConfigName")
        guardrail = "as a call asked that could not answer"
        if status == "Creating" and endpoint["EndpointConfigName"] == wanted:
            progress = progress.asked_for(CREATE, wanted, now, guardrail=guardrail)
        elif status == "Updating" and pending == wanted:
            progress = progress.asked_for(
                UPDATE, wanted, now, endpoint=endpoint, guardrail=guardrail
            )
        elif progress.requested == NOTHING or status != "Deleting":
            return Step("wait", f"endpoint is {status} by another deployment", progress)
    reason = because(endpoint) if status == "RollingBack" else ""
    return Step("wait", f"endpoint is {status}{reason}{_stages(endpoint)}", progress)


def _arrived(endpoint: Endpoint, goal: Goal, progress: Progress, now: float) -> Step:
    live = goal.config_name
    if not progress.arrived_at:
        progress = replace(progress, arrived_at=now)
    for variant in endpoint.get("ProductionVariants") or []:
        for what in ("InstanceCount", "ServerlessConfig"):
            is_now, is_to_be = variant.get(f"Current{what}"), variant.get(f"Desired{what}")
            if is_to_be is not None and is_now != is_to_be:
                words = f"{live} is live with {_said(is_now)}, wanted {_said(is_to_be)}"
                return Step("wait", words, progress)
    if goal.is_captured not in (None, is_capturing(endpoint)):
        wanted, found = ("on", "off") if goal.is_captured else ("off", "on")
        words = f"{live} is live, but data capture is {found}, wanted {wanted}"
        late = now - progress.arrived_at >= CAPTURE_SECONDS
        if late:
            words += f" after {minutes(CAPTURE_SECONDS)}; was the endpoint updated by hand?"
        return Step("fail" if late else "wait", words, progress)
    return Step("arrive", f"{live} is live and in service", progress)


def is_capturing(endpoint: Endpoint) -> bool:
    """Whether requests and answers are being captured."""
    capture = endpoint.get("DataCaptureConfig") or {}
    return bool(capture.get("EnableCapture")) and capture.get("CaptureStatus") == "Started"


def _other_in_service(endpoint: Endpoint, wanted: str, progress: Progress, now: float) -> Step:
    live = endpoint["EndpointConfigName"]
    if progress.requested in (NOTHING, DELETE):
        return Step("update", f"{live} is live; updating to {wanted}", progress)
    if progress.requested == UPDATE and live == progress.replaced_config_name:
        not_to_be_seen = modified(endpoint) == progress.modified_before
        if not_to_be_seen and now - progress.requested_at < STALE_SECONDS:
            return Step("wait", "the update is not to be seen yet", progress)
        return Step(
            "fail",
            f"the update was rolled back{because(endpoint)}: {live} is live, as before, wanted was"
            f" {wanted}",
            progress,
            ROLLED_BACK,
        )
    return Step(
        "fail",
        f"another deployment, or a person, took over: {live} is live, wanted was {wanted}",
        progress,
    )


def _failed(endpoint: Endpoint, progress: Progress, now: float) -> Step:
    if progress.requested == DELETE and now - progress.requested_at < STALE_SECONDS:
        return Step("wait", "the failed endpoint is being deleted", progress)
    if progress.requested in (NOTHING, DELETE):
        # DeleteEndpoint is the only operation that a failed endpoint allows, and nothing serves on it.
        return Step("delete", f"the endpoint is Failed{because(endpoint)}; deleting it", progress)
    return Step(
        "fail",
        f"the endpoint failed{because(endpoint)}; the next deployment deletes it and creates it anew",
        progress,
    )


def because(endpoint: Endpoint) -> str:
    """SageMaker's reason, in brackets."""
    reason = endpoint.get("FailureReason")
    return f" ({reason})" if reason else " (SageMaker gives no reason)"


def minutes(seconds: float) -> str:
    """A duration in words: `4 min 10 s`."""
    whole, rest = divmod(round(seconds), 60)
    return f"{whole} min {rest} s" if whole else f"{rest} s"


def _said(capacity: object) -> str:
    return f"{capacity} instances" if isinstance(capacity, int) else str(capacity)


def _stages(endpoint: Endpoint) -> str:
    """What SageMaker says that it does now, per variant: `Baking for 600 seconds …`."""
    pending = endpoint.get("PendingDeploymentSummary") or {}
    messages = [
        status.get("StatusMessage") or status["Status"]
        for variant in pending.get("ProductionVariants") or []
        for status in (variant.get("VariantStatus") or [])[-1:]
    ]
    return f": {'; '.join(messages)}" if messages else ""
