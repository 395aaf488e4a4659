"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

import pytest

from localcloud.errors import ValidationException
from localcloud.events.retry_policy import LONGEST_WAIT_SECONDS, RetryPolicy, wait_seconds


def test_the_default_is_185_retries_in_24_hours() -> None:
    policy = RetryPolicy.read({})
    assert policy.exhausted_by(184, 86_399) is None
    assert policy.exhausted_by(185, 0) == "MaximumRetryAttempts"
    assert policy.exhausted_by(0, 86_400) == "MaximumEventAgeInSeconds"


def test_waits_double_to_a_bound_and_jitter_adds_at_most_a_fifth() -> None:
    waits = [wait_seconds(retries, 0) for retries in range(185)]
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == LONGEST_WAIT_SECONDS
    assert wait_seconds(0, 1) == pytest.approx(1.2)


@pytest.mark.parametrize(
    "policy",
    [
        {"MaximumRetryAttempts": 186},
        {"MaximumEventAgeInSeconds": 59},
        {"MaximumRetries": 1},
    ],
)
def test_a_policy_out_of_range_is_refused(policy: dict[str, int]) -> None:
    with pytest.raises(ValidationException):
        RetryPolicy.read({"RetryPolicy": policy})
