"""The Application Auto Scaling backend: the instances of SageMaker's variants, by target tracking.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html. Not there, and refused: other
services and dimensions, step and predictive scaling, customized metrics, schedules and tags. Assumed: most
of the words of refusals.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend as MotoBackend
from moto.sagemaker import sagemaker_backends

from localcloud.application_autoscaling import alarm_pair, scaling_run
from localcloud.application_autoscaling.exceptions import NotRegistered, PolicyNotFound
from localcloud.application_autoscaling.policy_request import check as check_policy
from localcloud.application_autoscaling.scalable_target import (
    Activity,
    ScalableTarget,
    ScalingPolicy,
    TargetKey,
)
from localcloud.application_autoscaling.target_tracking import LastChange
from localcloud.cloud import current
from localcloud.cloudwatch.notifications import StateChange
from localcloud.errors import ValidationException
from localcloud.iam.authorization import gate

# AWS keeps activities for six weeks.
ACTIVITIES = 1000


class ApplicationAutoscalingBackend(MotoBackend):
    """State of Application Auto Scaling in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.scalable: dict[TargetKey, ScalableTarget] = {}
        self.activities: deque[Activity] = deque(maxlen=ACTIVITIES)
        self.last_changes: dict[TargetKey, LastChange] = {}
        self._lock = threading.RLock()

    def register(self, key: TargetKey, request: Mapping[str, Any]) -> ScalableTarget:
        """RegisterScalableTarget: a new one, or other numbers for one that is known."""
        self._require_variant(key)
        with self._lock:
            target = self.scalable.get(key)
            least, most = request.get("MinCapacity"), request.get("MaxCapacity")
            if target is None and (least is None or most is None):
                raise ValidationException(
                    "MinCapacity and MaxCapacity are required to register a new scalable target."
                )
            least = target.minimum if least is None and target else least
            most = target.maximum if most is None and target else most
            assert least is not None
            assert most is not None
            if least < 1:
                # https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
                raise ValidationException("Minimum capacity of a variant must be 1 at least.")
            if most < least:
                raise ValidationException("Maximum capacity cannot be less than minimum capacity.")
            if target is None:
                arn = self._arn("application-autoscaling", f"scalable-target/{uuid4().hex}")
                target = ScalableTarget(key, arn, least, most, current().clock.now())
                self.scalable[key] = target
            target.minimum, target.maximum = least, most
            target.suspended |= request.get("SuspendedState") or {}
        current().changes.announce()
        return target

    def deregister(self, key: TargetKey) -> None:
        """DeregisterScalableTarget: its policy goes with it."""
        target = self.target(key)
        if target.policy is not None:
            alarm_pair.require_deletion(target.policy)
        self.forget(key)

    def forget(self, key: TargetKey) -> None:
        """Drop a target, whoever asks."""
        with self._lock:
            target = self.scalable.pop(key, None)
            self.last_changes.pop(key, None)
            if target is not None and target.policy is not None:
                alarm_pair.delete(target.policy)
        current().changes.announce()

    def target(self, key: TargetKey) -> ScalableTarget:
        """A target that is registered."""
        if key not in self.scalable:
            raise NotRegistered(key)
        return self.scalable[key]

    def targets_of(self, endpoint: str) -> list[ScalableTarget]:
        """The targets that are variants of an endpoint."""
        return [each for each in list(self.scalable.values()) if each.key.endpoint == endpoint]

    def put_policy(self, key: TargetKey, request: Mapping[str, Any]) -> ScalingPolicy:
        """PutScalingPolicy: with new alarms, when the policy is changed too."""
        check_policy(request)
        name, configuration = (
            request["PolicyName"],
            request["TargetTrackingScalingPolicyConfiguration"],
        )
        with self._lock:
            target = self.target(key)
            policy = target.policy
            if policy is not None and policy.name != name:
                raise ValidationException(
                    "Only one TargetTrackingScaling policy for a given metric specification is "
                    "allowed."
                )
            if policy is None:
                arn = self._arn(
                    "autoscaling",
                    f"scalingPolicy:{uuid4()}:resource/sagemaker/{key.resource_id}:policyName/{name}",
                )
                policy = ScalingPolicy(name, arn, key, configuration, current().clock.now())
            before, policy.configuration = policy.configuration, configuration
            try:
                alarm_pair.put(policy)
            except Exception:
                policy.configuration = before
                raise
            target.policy = policy
        return policy

    def delete_policy(self, key: TargetKey, name: str) -> None:
        """DeleteScalingPolicy: its alarms go with it."""
        with self._lock:
            target = self.scalable.get(key)
            policy = target.policy if target else None
            if target is None or policy is None or policy.name != name:
                raise PolicyNotFound(key, name)
            alarm_pair.require_deletion(policy)
            target.policy = None
            alarm_pair.delete(policy)

    def alarm_acts(self, policy_arn: str, change: StateChange) -> None:
        """CloudWatch tells a policy of one of its alarms; returns when the change, if any, is over."""
        if change.new.value != "ALARM":
            return
        with self._lock:
            found = [
                each
                for each in self.scalable.values()
                if each.policy is not None and each.policy.arn == policy_arn
            ]
            if not found:
                raise ValidationException(f"There is no scaling policy {policy_arn}.")
            target = found[0]
            # The alarm tells again while its first telling is still being seen to.
            if target.is_busy:
                return
            target.is_busy = True
        try:
            assert target.policy is not None
            scaling_run.react(self, target, target.policy, change.alarm)
        finally:
            target.is_busy = False

    def _require_variant(self, key: TargetKey) -> None:
        """Refuse a variant that is not there, or that the caller may not describe and scale."""
        known: Any = sagemaker_backends[self.account_id][self.region_name]
        arn = known.arn_of("endpoint", key.endpoint)
        for action in ("DescribeEndpoint", "UpdateEndpointWeightsAndCapacities"):
            # https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
            gate.require_of_present_caller(f"sagemaker:{action}", arn)
        endpoint = known.endpoints.get(key.endpoint)
        variants = endpoint.config.variants if endpoint is not None else []
        types = {each["VariantName"]: each.get("InstanceType") for each in variants}
        # A serverless variant has no instances to scale.
        if not types.get(key.variant):
            raise ValidationException(f"SageMaker variant doesn't exist: {key.resource_id}")

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region_name}:{self.account_id}:{resource}"
