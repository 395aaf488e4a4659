"""The Application Auto Scaling API, for SageMaker's variants."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moto.applicationautoscaling.responses import (
    ApplicationAutoScalingResponse as MotoResponse,
)
from moto.core.responses import ActionResult, EmptyResult

from localcloud.application_autoscaling.models import ApplicationAutoscalingBackend
from localcloud.application_autoscaling.scalable_target import DIMENSION, NAMESPACE, TargetKey
from localcloud.errors import AwsError, ValidationException, unsupported

PAGE = 50


class ApplicationAutoScalingResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    # Schedules cannot be put: nothing would act on them.
    MOTO_OPERATIONS: Mapping[str, Sequence[str]] = {}

    def register_scalable_target(self) -> ActionResult:
        """RegisterScalableTarget. A role is taken and not used, as on AWS for SageMaker's variants."""
        request = self._request()
        if request.get("Tags"):
            raise unsupported("RegisterScalableTarget member", "Tags", ["SuspendedState"])
        target = self._backend.register(_key(request), request)
        return ActionResult({"ScalableTargetARN": target.arn})

    def deregister_scalable_target(self) -> ActionResult:
        """DeregisterScalableTarget."""
        self._backend.deregister(_key(self._request()))
        return EmptyResult()

    def describe_scalable_targets(self) -> ActionResult:
        """DescribeScalableTargets."""
        request = self._request()
        wanted = request.get("ResourceIds")
        found = [
            target.describe()
            for key, target in sorted(self._backend.scalable.items(), key=lambda each: each[0])
            if not wanted or key.resource_id in wanted
        ]
        return ActionResult(_page("ScalableTargets", found, request))

    def put_scaling_policy(self) -> ActionResult:
        """PutScalingPolicy."""
        request = self._request()
        policy = self._backend.put_policy(_key(request), request)
        return ActionResult({"PolicyARN": policy.arn, "Alarms": policy.described_alarms()})

    def describe_scaling_policies(self) -> ActionResult:
        """DescribeScalingPolicies."""
        request = self._request()
        names = request.get("PolicyNames")
        found = [
            target.policy.describe()
            for key, target in sorted(self._backend.scalable.items(), key=lambda each: each[0])
            if target.policy is not None
            and request.get("ResourceId") in (None, key.resource_id)
            and (not names or target.policy.name in names or target.policy.arn in names)
        ]
        return ActionResult(_page("ScalingPolicies", found, request))

    def delete_scaling_policy(self) -> ActionResult:
        """DeleteScalingPolicy."""
        request = self._request()
        self._backend.delete_policy(_key(request), request["PolicyName"])
        return EmptyResult()

    def describe_scheduled_actions(self) -> ActionResult:
        """DescribeScheduledActions: none, since PutScheduledAction is refused."""
        return ActionResult(_page("ScheduledActions", [], self._request()))

    def describe_scaling_activities(self) -> ActionResult:
        """DescribeScalingActivities, newest first; of what was not scaled nothing is kept."""
        request = self._request()
        if request.get("IncludeNotScaledActivities"):
            raise unsupported(
                "DescribeScalingActivities member", "IncludeNotScaledActivities", ["ResourceId"]
            )
        found = [
            activity.describe()
            for activity in reversed(list(self._backend.activities))
            if request.get("ResourceId") in (None, activity.key.resource_id)
        ]
        return ActionResult(_page("ScalingActivities", found, request))

    @property
    def _backend(self) -> ApplicationAutoscalingBackend:
        backend: ApplicationAutoscalingBackend = self.applicationautoscaling_backend
        return backend

    def _request(self) -> dict[str, Any]:
        """The request's members; other services and dimensions than those here are refused."""
        self._validate_params()
        request: dict[str, Any] = json.loads(self.body or "{}")
        if request["ServiceNamespace"] != NAMESPACE:
            raise unsupported("ServiceNamespace", request["ServiceNamespace"], [NAMESPACE])
        dimension = request.get("ScalableDimension")
        if dimension not in (None, DIMENSION):
            raise unsupported("ScalableDimension", dimension, [DIMENSION])
        return request


def _key(request: Mapping[str, Any]) -> TargetKey:
    key = TargetKey(request["ResourceId"])
    if not key.is_valid:
        raise ValidationException(
            "Unsupported service namespace, resource type or scalable dimension"
        )
    return key


def _page(member: str, found: Sequence[Any], request: Mapping[str, Any]) -> dict[str, Any]:
    token = str(request.get("NextToken") or "0")
    if not token.isdecimal():
        raise AwsError("InvalidNextTokenException", "The next token supplied was invalid.")
    start, size = int(token), int(request.get("MaxResults") or PAGE)
    over = start + size
    answer: dict[str, Any] = {member: list(found[start:over])}
    return answer | ({"NextToken": str(over)} if over < len(found) else {})
