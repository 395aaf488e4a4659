"""How often and how long EventBridge tries to deliver. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
By default 185 retries within 24 hours, with exponential backoff and jitter; AWS does not publish the
waits, so these are assumed: one second, doubled each time up to fifteen minutes, plus up to a fifth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from localcloud.errors import ValidationException

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 900.0
JITTER = 0.2


@dataclass(frozen=True)
class RetryPolicy:
    """A target's retry policy."""

    maximum_retry_attempts: int = 185
    maximum_event_age_seconds: int = 86_400

    @classmethod
    def read(cls, target: Mapping[str, Any]) -> Self:
        """From a target's `RetryPolicy`; raises ValidationException for a value out of range."""
        given = target.get("RetryPolicy") or {}
        unknown = set(given) - {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"}
        if unknown:
            raise ValidationException(
                f"Unknown member of RetryPolicy: {', '.join(sorted(unknown))}"
            )
        attempts = int(given.get("MaximumRetryAttempts", cls.maximum_retry_attempts))
        age = int(given.get("MaximumEventAgeInSeconds", cls.maximum_event_age_seconds))
        if not 0 <= attempts <= 185:
            raise ValidationException("MaximumRetryAttempts must be between 0 and 185.")
        if not 60 <= age <= 86_400:
            raise ValidationException("MaximumEventAgeInSeconds must be between 60 and 86400.")
        return cls(attempts, age)

    def exhausted_by(self, retries: int, age_seconds: float) -> str | None:
        """Which condition, in AWS's word, forbids one more retry; None if there may be one."""
        if retries >= self.maximum_retry_attempts:
            return "MaximumRetryAttempts"
        if age_seconds >= self.maximum_event_age_seconds:
            return "MaximumEventAgeInSeconds"
        return None


def wait_seconds(retries: int, chance: float) -> float:
    """How long to wait after the given number of retries; `chance` is between 0 and 1."""
    wait = min(FIRST_WAIT_SECONDS * 2.0 ** min(retries, 30), LONGEST_WAIT_SECONDS)
    return wait * (1 + JITTER * chance)
