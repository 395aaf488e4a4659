"""Retry policies: how often, and after how long."""

from __future__ import annotations

import pytest

from localcloud.sagemaker.pipelines.retry import applying, policies

URL = "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html"


@pytest.mark.documented(URL)
def test_delay_grows_by_the_backoff_rate_until_the_attempts_are_used() -> None:
    member = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 3, "MaxAttempts": 3}
    (policy,) = policies({"RetryPolicies": [member]}, "A")
    assert [policy.delay(retries, 0) for retries in range(4)] == [3.0, 6.0, 12.0, None]


@pytest.mark.documented(URL)
def test_delay_ends_when_the_policy_expires() -> None:
    member = {"ExceptionType": ["Step.THROTTLING"], "ExpireAfterMin": 2}
    (policy,) = policies({"RetryPolicies": [member]}, "A")
    assert policy.delay(30, 119) is not None
    assert policy.delay(0, 121) is None


def test_policy_applies_to_its_exceptions_only() -> None:
    found = policies({"RetryPolicies": [{"ExceptionType": ["SageMaker.CAPACITY_ERROR"]}]}, "A")
    assert applying(found, "SageMaker.CAPACITY_ERROR") is found[0]
    assert applying(found, "Step.THROTTLING") is None
    assert applying(found, None) is None
