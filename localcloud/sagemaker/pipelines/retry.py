"""Retry policies of steps: which failure is tried again, how often, after how long.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
Known difference: AWS also retries Step.SERVICE_FAULT and Step.THROTTLING of steps without a policy. Here
such a fault is a defect that the next attempt would meet again, so it fails the step at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.sagemaker.pipelines.definition import as_list, as_object, invalid

EXCEPTION_TYPES = frozenset(
    {
        "Step.SERVICE_FAULT",
        "Step.THROTTLING",
        "SageMaker.JOB_INTERNAL_ERROR",
        "SageMaker.CAPACITY_ERROR",
        "SageMaker.RESOURCE_LIMIT",
    }
)
_MEMBERS = frozenset(
    {"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"}
)
_LIMITS = {"IntervalSeconds": 43_200, "MaxAttempts": 20, "ExpireAfterMin": 14_400}
_DEFAULT_MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class RetryPolicy:
    """One policy; `max_attempts` counts the retries."""

    exception_types: frozenset[str]
    interval_seconds: float = 1.0
    backoff_rate: float = 2.0
    max_attempts: int | None = _DEFAULT_MAX_ATTEMPTS
    expire_after_minutes: float | None = None

    def delay(self, retries: int, elapsed_seconds: float) -> float | None:
        """Seconds until the next attempt after `retries` of them; None when there is none."""
        if self.max_attempts is not None and retries >= self.max_attempts:
            return None
        if (
            self.expire_after_minutes is not None
            and elapsed_seconds > self.expire_after_minutes * 60
        ):
            return None
        return float(self.interval_seconds * self.backoff_rate**retries)


def policies(members: Mapping[str, Any], step: str) -> list[RetryPolicy]:
    """The policies of a step; ValidationException for one that AWS would refuse."""
    return [
        _policy(as_object(value), step) for value in as_list(members.get("RetryPolicies") or [])
    ]


def applying(found: Iterable[RetryPolicy], exception_type: str | None) -> RetryPolicy | None:
    """The first policy for a failure's cause."""
    return next((policy for policy in found if exception_type in policy.exception_types), None)


def _policy(members: Mapping[str, Any], step: str) -> RetryPolicy:
    for name, value in members.items():
        if name not in _MEMBERS:
            raise invalid(f"Unknown member '{name}' of a retry policy of step '{step}'.")
        if name in _LIMITS and not 0 <= value <= _LIMITS[name]:
            raise invalid(
                f"{name} of a retry policy of step '{step}' must be 0 to {_LIMITS[name]}."
            )
    if "MaxAttempts" in members and "ExpireAfterMin" in members:
        raise invalid(
            f"A retry policy of step '{step}' may have MaxAttempts or ExpireAfterMin, not both."
        )
    types = frozenset(as_list(members.get("ExceptionType")))
    unknown = sorted(types - EXCEPTION_TYPES)
    if unknown or not types:
        raise invalid(
            f"Model Validation failed: Value '{', '.join(unknown)}' for 'ExceptionType' failed to "
            f"satisfy enum value set: [{', '.join(sorted(EXCEPTION_TYPES))}] (step '{step}')"
        )
    expires = members.get("ExpireAfterMin")
    return RetryPolicy(
        types,
        members.get("IntervalSeconds", 1.0),
        members.get("BackoffRate", 2.0),
        None if expires is not None else members.get("MaxAttempts", _DEFAULT_MAX_ATTEMPTS),
        expires,
    )
