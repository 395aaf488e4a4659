"""What to do next about an endpoint, from what it is and what was done so far. Pure.

Statuses: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html

Success is `InService` with the wanted configuration live, and nothing less: an update that was rolled
back also ends `InService`, with the old configuration (observed), and boto's waiter calls that
success. While an update runs, DescribeEndpoint names the old configuration, and the new one in
PendingDeploymentSummary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from slipway_shared.codepipeline_job import JobFailure

# From the first call of the action. An endpoint takes minutes; SageMaker itself gives up on
# containers that never answer after about half an hour (observed).
DEADLINE_SECONDS = 55 * 60
# How long a look may still show the endpoint as it was before our request was accepted.
STALE_SECONDS = 120

IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})

# What this action asked SageMaker for so far.
NOTHING, CREATE, UPDATE, DELETE = "nothing", "create", "update", "delete"

Endpoint = Mapping[str, Any]


@dataclass(frozen=True)
class Progress:
    """What the action did so far; it travels in the continuation token. Times are epoch seconds."""

    started_at: float
    requested: str = NOTHING
    config_name: str | None = None
    """The configuration asked for."""
    requested_at: float = 0.0
    replaced_config_name: str | None = None
    """The configuration that was live when an update was asked for."""
    modified_before: float = 0.0
    """The endpoint's LastModifiedTime then: unchanged means that the update is not to be seen yet."""

    def to_token(self) -> dict[str, Any]:
        """The members that are set."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_token(cls, token: Mapping[str, Any]) -> Progress:
        """What `to_token` gave. Raises JobFailure for anything else, as another version's."""
        try:
            return cls(**token)
        except TypeError as error:
            raise JobFailure(
                f"continuation token is not one of this function's ({error}); retry the stage"
            ) from error


@dataclass(frozen=True)
class Step:
    """What to do: `succeed`, `wait`, `fail`, `create`, `update` or `delete`, and why, in words."""

    do: str
    words: str
    progress: Progress


def next_step(endpoint: Endpoint | None, wanted: str, progress: Progress, now: float) -> Step:
    """Decide; `wanted` is the configuration's name, `endpoint` DescribeEndpoint's response or None
    when there is no such endpoint."""
    step = _next_step(endpoint, wanted, progress, now)
    waited = now - progress.started_at
    if step.do in ("succeed", "fail") or waited < DEADLINE_SECONDS:
        return step
    words = (
        f"gave up after {minutes(waited)} ({step.words}); SageMaker was not told to stop;"
        f" retry the stage to go on waiting"
    )
    return replace(step, do="fail", words=words)


def _next_step(endpoint: Endpoint | None, wanted: str, progress: Progress, now: float) -> Step:
    if endpoint is None:
        return _absent(wanted, progress, now)
    status = endpoint["EndpointStatus"]
    if status in IN_PROGRESS:
        return _in_progress(endpoint, wanted, progress, now)
    if status == "InService":
        return _in_service(endpoint, wanted, progress, now)
    if status == "Failed":
        return _failed(endpoint, progress, now)
    name = endpoint["EndpointName"]
    return Step(
        "fail",
        f"endpoint {name} is {status}{_because(endpoint)}; an update is possible from InService only,"
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
    if progress.requested == NOTHING:
        # A run of this function that could not answer may have asked for it already.
        pending = (endpoint.get("PendingDeploymentSummary") or {}).get("EndpointConfigName")
        live = endpoint["EndpointConfigName"]
        if status == "Creating" and live == wanted:
            progress = asked_for(CREATE, wanted, progress, now)
        elif status == "Updating" and pending == wanted:
            progress = asked_for(UPDATE, wanted, progress, now, endpoint=endpoint)
        else:
            return Step("wait", f"endpoint is {status} by another deployment", progress)
    return Step("wait", f"endpoint is {status}{_stages(endpoint)}", progress)


def _in_service(endpoint: Endpoint, wanted: str, progress: Progress, now: float) -> Step:
    live = endpoint["EndpointConfigName"]
    if live == wanted:
        return Step("succeed", f"{live} is live and in service", progress)
    if progress.requested in (NOTHING, DELETE):
        return Step("update", f"{live} is live; updating to {wanted}", progress)
    if progress.requested == UPDATE and live == progress.replaced_config_name:
        not_to_be_seen = modified(endpoint) == progress.modified_before
        if not_to_be_seen and now - progress.requested_at < STALE_SECONDS:
            return Step("wait", "the update is not to be seen yet", progress)
        return Step(
            "fail",
            f"the update was rolled back{_because(endpoint)}: {live} is live, as before, wanted was"
            f" {wanted}",
            progress,
        )
    return Step(
        "fail", f"another deployment took over: {live} is live, wanted was {wanted}", progress
    )


def _failed(endpoint: Endpoint, progress: Progress, now: float) -> Step:
    name = endpoint["EndpointName"]
    if progress.requested == DELETE and now - progress.requested_at < STALE_SECONDS:
        return Step("wait", "the failed endpoint is being deleted", progress)
    if progress.requested in (NOTHING, DELETE):
        # DeleteEndpoint is the only operation that a failed endpoint allows, and nothing serves on it.
        return Step(
            "delete", f"endpoint {name} is Failed{_because(endpoint)}; deleting it", progress
        )
    return Step(
        "fail",
        f"endpoint {name} failed{_because(endpoint)}; the next deployment deletes it and creates it"
        f" anew",
        progress,
    )


def asked_for(
    what: str,
    config_name: str | None,
    progress: Progress,
    now: float,
    *,
    endpoint: Endpoint | None = None,
) -> Progress:
    """The progress once SageMaker was asked; `endpoint` as it was before."""
    return replace(
        progress,
        requested=what,
        config_name=config_name,
        requested_at=now,
        replaced_config_name=endpoint["EndpointConfigName"] if endpoint else None,
        modified_before=modified(endpoint) if endpoint else 0.0,
    )


def modified(endpoint: Endpoint) -> float:
    """LastModifiedTime in epoch seconds."""
    return float(endpoint["LastModifiedTime"].timestamp())


def minutes(seconds: float) -> str:
    """A duration in words: `4 min 10 s`."""
    whole, rest = divmod(round(seconds), 60)
    return f"{whole} min {rest} s" if whole else f"{rest} s"


def _because(endpoint: Endpoint) -> str:
    reason = endpoint.get("FailureReason")
    return f" ({reason})" if reason else " (SageMaker gives no reason)"


def _stages(endpoint: Endpoint) -> str:
    """What SageMaker says that it does now, per variant: `Baking for 600 seconds …`."""
    pending = endpoint.get("PendingDeploymentSummary") or {}
    messages = [
        status.get("StatusMessage") or status["Status"]
        for variant in pending.get("ProductionVariants") or []
        for status in (variant.get("VariantStatus") or [])[-1:]
    ]
    return f": {'; '.join(messages)}" if messages else ""
