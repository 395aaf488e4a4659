"""One reaction to an alarm: what should be, whether it may be now, and the change of capacity.

The change is SageMaker's UpdateEndpointWeightsAndCapacities, called as the cloud itself, since on AWS the
service-linked role may do that. While the endpoint is not InService nothing is scaled ("automatic scaling is
blocked while the update operation is in progress",
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html). Texts of activities were observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudwatch import cloudwatch_backends
from moto.sagemaker import sagemaker_backends

from localcloud import clients
from localcloud.application_autoscaling.alarm_pair import HIGH, LOW
from localcloud.application_autoscaling.scalable_target import (
    Activity,
    ScalableTarget,
    ScalingPolicy,
)
from localcloud.application_autoscaling.target_tracking import (
    HIGH_PERIODS,
    IN,
    LOW_PERIODS,
    OUT,
    LastChange,
    wanted,
)
from localcloud.cloud import current
from localcloud.cloudwatch import evaluator

if TYPE_CHECKING:
    from localcloud.application_autoscaling.models import ApplicationAutoscalingBackend
    from localcloud.cloudwatch.alarm import Alarm

# For how long new instances may take to be in service.
LONGEST_SECONDS = 3600.0


def react(
    backend: ApplicationAutoscalingBackend,
    target: ScalableTarget,
    policy: ScalingPolicy,
    alarm: Alarm,
) -> None:
    """Scale a variant whose policy's alarm is in ALARM, if that is called for now."""
    direction = {policy.alarms.get(HIGH): OUT, policy.alarms.get(LOW): IN}.get(alarm.name)
    if direction is None or target.is_suspended(direction):
        return
    endpoint = _endpoint(backend, target)
    if endpoint is None or endpoint.status != "InService":
        return
    instances = endpoint.live.capacities[target.key.variant].instances
    last = backend.last_changes.get(target.key)
    count = wanted(
        direction,
        instances,
        _recent(backend, alarm, HIGH_PERIODS if direction == OUT else LOW_PERIODS),
        policy.target_value,
        minimum=target.minimum,
        maximum=target.maximum,
        last=last,
        is_cooling=last is not None and _is_cooling(policy, last),
    )
    if count != instances:
        _change(backend, target, policy, alarm, LastChange(direction, instances, 0.0), count)


def _change(
    backend: ApplicationAutoscalingBackend,
    target: ScalableTarget,
    policy: ScalingPolicy,
    alarm: Alarm,
    change: LastChange,
    count: int,
) -> None:
    activity = Activity(
        str(uuid4()),
        target.key,
        f"Setting desired instance count to {count}.",
        f"monitor alarm {alarm.name} in state ALARM triggered policy {policy.name}",
        current().clock.now(),
    )
    backend.activities.append(activity)
    client = clients.client("sagemaker", backend.region_name, account=backend.account_id)
    try:
        client.update_endpoint_weights_and_capacities(
            EndpointName=target.key.endpoint,
            DesiredWeightsAndCapacities=[
                {"VariantName": target.key.variant, "DesiredInstanceCount": count}
            ],
        )
    except (BotoCoreError, ClientError) as error:
        _end(
            activity, "Failed", f"Failed to set desired instance count to {count}. Reason: {error}"
        )
        return
    activity.message = (
        f"Successfully set desired instance count to {count}. Waiting for change to be fulfilled by "
        "sagemaker."
    )

    def is_over() -> bool:
        endpoint = _endpoint(backend, target)
        return endpoint is None or endpoint.status not in ("Updating", "RollingBack")

    current().changes.wait_until(is_over, LONGEST_SECONDS, stop=current().stopping)
    endpoint = _endpoint(backend, target)
    reached = endpoint is not None and (
        endpoint.live.capacities[target.key.variant].instances == count
    )
    if reached:
        now = current().clock.monotonic()
        backend.last_changes[target.key] = LastChange(change.direction, change.before, now)
        told = (
            f"Successfully set desired instance count to {count}. Change successfully fulfilled by "
            "sagemaker."
        )
        _end(activity, "Successful", told)
    else:
        why = endpoint.failure_reason if endpoint is not None else "the endpoint is gone"
        _end(activity, "Failed", f"Failed to set desired instance count to {count}. Reason: {why}")


def _end(activity: Activity, status: str, message: str) -> None:
    activity.status, activity.message = status, message
    activity.ended = current().clock.now()
    current().changes.announce()


def _endpoint(backend: ApplicationAutoscalingBackend, target: ScalableTarget) -> Any:
    """The endpoint, if it is there and has the variant."""
    known: Any = sagemaker_backends[backend.account_id][backend.region_name]
    endpoint = known.endpoints.get(target.key.endpoint)
    if endpoint is None or target.key.variant not in endpoint.live.capacities:
        return None
    return endpoint


def _recent(backend: ApplicationAutoscalingBackend, alarm: Alarm, count: int) -> list[float]:
    """The metric's values in the last minutes, oldest first, without those that are missing."""
    store = cloudwatch_backends[backend.account_id][backend.region_name].metrics
    if alarm.evaluated_end is None:
        return []
    points = evaluator.datapoints(store, alarm.watched, alarm.evaluated_end, count)
    return [point.value for _, point in points if point is not None]


def _is_cooling(policy: ScalingPolicy, last: LastChange) -> bool:
    cooldown = current().paced(policy.cooldown(last.direction))
    return current().clock.monotonic() < last.ended + cooldown
