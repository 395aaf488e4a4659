"""What follows from what an endpoint is and what was done so far.

Statuses: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.deploy_endpoint.scenes import MODIFIED, endpoint

ASSET = asset("deploy_endpoint")
plan = ASSET.module("deployment_plan")
jobs = ASSET.module("slipway_shared.codepipeline_job")
OLD, NEW = "abalone-staging-v1-aaaaaaaa", "abalone-staging-v2-bbbbbbbb"
START = 1_800_000_000.0
FRESH = plan.Progress(START)
LATER = {"LastModifiedTime": MODIFIED + timedelta(minutes=5)}


def _asked(what: str, seconds: float = 0, before: dict[str, Any] | None = None) -> Any:
    """Progress after SageMaker was asked, so many seconds after the start."""
    name = None if what == plan.DELETE else NEW
    return plan.asked_for(what, name, FRESH, START + seconds, endpoint=before)


UPDATING = _asked(plan.UPDATE, before=endpoint("InService", OLD))


def _next(state: dict[str, Any] | None, progress: Any = FRESH, seconds: float = 300) -> Any:
    return plan.next_step(state, NEW, progress, START + seconds)


@pytest.mark.parametrize(
    ("state", "progress", "do"),
    [
        (None, FRESH, "create"),
        (None, _asked(plan.DELETE), "create"),
        (endpoint("InService", OLD), FRESH, "update"),
        (endpoint("InService", OLD), _asked(plan.DELETE), "update"),
        (endpoint("InService", NEW), FRESH, "succeed"),
        (endpoint("InService", NEW), UPDATING, "succeed"),
        (endpoint("InService", NEW), _asked(plan.CREATE), "succeed"),
        (endpoint("Creating", NEW), _asked(plan.CREATE), "wait"),
        (endpoint("Updating", OLD), UPDATING, "wait"),
        (endpoint("Updating", OLD), FRESH, "wait"),
        (endpoint("SystemUpdating", OLD), FRESH, "wait"),
        (endpoint("RollingBack", OLD), UPDATING, "wait"),
        (endpoint("Deleting", OLD), _asked(plan.DELETE), "wait"),
        (endpoint("Failed", OLD), FRESH, "delete"),
        (endpoint("Failed", OLD), _asked(plan.DELETE, 299), "wait"),
        (endpoint("Failed", OLD), _asked(plan.DELETE), "delete"),
        (endpoint("Failed", NEW), _asked(plan.CREATE), "fail"),
        (endpoint("OutOfService", OLD), FRESH, "fail"),
        (endpoint("UpdateRollbackFailed", OLD), UPDATING, "fail"),
        (endpoint("SomethingNew", OLD), FRESH, "fail"),
    ],
)
def test_what_follows(state: dict[str, Any] | None, progress: Any, do: str) -> None:
    assert _next(state, progress).do == do


def test_an_update_that_was_rolled_back_is_a_failure_with_its_reason() -> None:
    state = endpoint("InService", OLD, FailureReason="alarm went off", **LATER)
    step = _next(state, UPDATING)
    assert step.do == "fail"
    assert step.words == (
        f"the update was rolled back (alarm went off): {OLD} is live, as before, wanted was {NEW}"
    )


def test_a_rollback_without_a_reason_or_a_new_time_is_a_failure_too() -> None:
    step = _next(endpoint("InService", OLD), UPDATING, seconds=plan.STALE_SECONDS)
    assert (step.do, "gives no reason" in step.words) == ("fail", True)


def test_an_update_may_not_be_seen_yet() -> None:
    step = _next(endpoint("InService", OLD), UPDATING, seconds=5)
    assert step == plan.Step("wait", "the update is not to be seen yet", UPDATING)
    assert _next(endpoint("InService", OLD, **LATER), UPDATING, seconds=5).do == "fail"


def test_a_new_endpoint_may_not_be_seen_yet() -> None:
    created = _asked(plan.CREATE)
    assert _next(None, created, seconds=5).do == "wait"
    step = _next(None, created, seconds=plan.STALE_SECONDS)
    assert (step.do, step.words) == ("fail", "the endpoint was deleted while it was being deployed")
    assert _next(None, UPDATING, seconds=5).do == "fail"


def test_another_deployment_that_took_over_is_named() -> None:
    step = _next(endpoint("InService", "other"), UPDATING)
    assert step.words == f"another deployment took over: other is live, wanted was {NEW}"
    assert _next(endpoint("InService", OLD), _asked(plan.CREATE)).do == "fail"


@pytest.mark.parametrize(
    ("state", "requested"),
    [
        (endpoint("Creating", NEW), plan.CREATE),
        (
            endpoint(
                "Updating",
                OLD,
                PendingDeploymentSummary={"EndpointConfigName": NEW},
            ),
            plan.UPDATE,
        ),
    ],
)
def test_what_an_unanswered_run_asked_for_is_taken_up(state: Any, requested: str) -> None:
    step = _next(state)
    assert (step.do, step.progress.requested, step.progress.config_name) == ("wait", requested, NEW)
    if requested == plan.UPDATE:
        assert _next(endpoint("InService", OLD, **LATER), step.progress).do == "fail"


def test_another_deployments_update_is_waited_for_then_ours_begins() -> None:
    pending = {"EndpointConfigName": "other"}
    step = _next(endpoint("Updating", OLD, PendingDeploymentSummary=pending))
    assert step == plan.Step("wait", "endpoint is Updating by another deployment", FRESH)
    assert _next(endpoint("InService", "other"), step.progress).do == "update"


def test_waiting_says_what_sagemaker_does() -> None:
    message = "Baking for 600 seconds (TerminationWaitInSeconds)"
    variant = {
        "VariantName": "AllTraffic",
        "VariantStatus": [
            {"Status": "Creating", "StatusMessage": "Launching 1 instance(s)."},
            {"Status": "Baking", "StatusMessage": message},
        ],
    }
    pending = {"EndpointConfigName": NEW, "ProductionVariants": [variant]}
    step = _next(endpoint("Updating", OLD, PendingDeploymentSummary=pending), UPDATING)
    assert step.words == f"endpoint is Updating: {message}"


def test_patience_ends_but_not_before_a_success() -> None:
    late = plan.DEADLINE_SECONDS
    step = _next(endpoint("Updating", OLD), UPDATING, seconds=late)
    assert (step.do, step.words.startswith("gave up after 55 min 0 s (")) == ("fail", True)
    assert _next(endpoint("Updating", OLD), UPDATING, seconds=late - 1).do == "wait"
    assert _next(endpoint("InService", OLD), FRESH, seconds=late).do == "fail"
    assert _next(endpoint("InService", NEW), UPDATING, seconds=late).do == "succeed"


TIMES = st.floats(1, 4e9)


@given(
    progress=st.builds(
        plan.Progress,
        started_at=TIMES,
        requested=st.sampled_from([plan.NOTHING, plan.CREATE, plan.UPDATE, plan.DELETE]),
        config_name=st.none() | st.text(min_size=1),
        requested_at=st.just(0.0) | TIMES,
        replaced_config_name=st.none() | st.text(min_size=1),
        modified_before=st.just(0.0) | TIMES,
    )
)
def test_progress_survives_the_continuation_token(progress: Any) -> None:
    text = json.dumps(progress.to_token())
    assert plan.Progress.from_token(json.loads(text)) == progress


@pytest.mark.parametrize("token", [{}, {"started_at": 1, "executionArn": "a"}])
def test_another_token_is_refused(token: dict[str, Any]) -> None:
    with pytest.raises(jobs.JobFailure, match="not one of this function's"):
        plan.Progress.from_token(token)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (250, "4 min 10 s")]
)
def test_minutes(seconds: float, words: str) -> None:
    assert plan.minutes(seconds) == words
