"""What follows from what an endpoint is and what was done so far.

Statuses: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.scenes import ASSET, MODIFIED, endpoint, variant

plan = ASSET.module("deployment_plan")
state = ASSET.module("progress")
OLD, NEW = "abalone-staging-v1-aaaaaaaa", "abalone-staging-v2-bbbbbbbb"
START = 1_800_000_000.0
FRESH = state.Progress(START)
LATER = {"LastModifiedTime": MODIFIED + timedelta(minutes=5)}
PATIENCE = 3300
GOAL = plan.Goal(NEW, True, PATIENCE)


def _asked(what: str, seconds: float = 0, before: dict[str, Any] | None = None) -> Any:
    """Progress after SageMaker was asked, so many seconds after the start."""
    name = None if what == state.DELETE else NEW
    return FRESH.asked_for(what, name, START + seconds, endpoint=before)


UPDATING = _asked(state.UPDATE, before=endpoint("InService", OLD))


def _next(
    found: dict[str, Any] | None, progress: Any = FRESH, seconds: float = 300, goal: Any = GOAL
) -> Any:
    return plan.next_step(found, goal, progress, START + seconds)


@pytest.mark.parametrize(
    ("found", "progress", "do"),
    [
        (None, FRESH, "create"),
        (None, _asked(state.DELETE), "create"),
        (endpoint("InService", OLD), FRESH, "update"),
        (endpoint("InService", OLD), _asked(state.DELETE), "update"),
        (endpoint("InService", NEW), FRESH, "arrive"),
        (endpoint("InService", NEW), UPDATING, "arrive"),
        (endpoint("InService", NEW), _asked(state.CREATE), "arrive"),
        (endpoint("Creating", NEW), _asked(state.CREATE), "wait"),
        (endpoint("Updating", OLD), UPDATING, "wait"),
        (endpoint("Updating", OLD), FRESH, "wait"),
        (endpoint("SystemUpdating", OLD), FRESH, "wait"),
        (endpoint("RollingBack", OLD), UPDATING, "wait"),
        (endpoint("Deleting", OLD), _asked(state.DELETE), "wait"),
        (endpoint("Failed", OLD), FRESH, "delete"),
        (endpoint("Failed", OLD), _asked(state.DELETE, 299), "wait"),
        (endpoint("Failed", OLD), _asked(state.DELETE), "delete"),
        (endpoint("Failed", NEW), _asked(state.CREATE), "fail"),
        (endpoint("OutOfService", OLD), FRESH, "fail"),
        (endpoint("UpdateRollbackFailed", OLD), UPDATING, "fail"),
        (endpoint("SomethingNew", OLD), FRESH, "fail"),
    ],
)
def test_what_follows(found: dict[str, Any] | None, progress: Any, do: str) -> None:
    assert _next(found, progress).do == do


def test_an_update_that_was_rolled_back_is_a_failure_with_its_reason() -> None:
    found = endpoint("InService", OLD, FailureReason="alarm went off", **LATER)
    step = _next(found, UPDATING)
    assert (step.do, step.outcome) == ("fail", "rolled-back")
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
    created = _asked(state.CREATE)
    assert _next(None, created, seconds=5).do == "wait"
    step = _next(None, created, seconds=plan.STALE_SECONDS)
    assert (step.do, step.words) == ("fail", "the endpoint was deleted while it was being deployed")
    assert _next(None, UPDATING, seconds=5).do == "fail"


def test_another_deployment_that_took_over_is_named() -> None:
    step = _next(endpoint("InService", "other"), UPDATING)
    assert step.words == (
        f"another deployment, or a person, took over: other is live, wanted was {NEW}"
    )
    assert step.outcome == "failed"
    assert _next(endpoint("InService", OLD), _asked(state.CREATE)).do == "fail"


@pytest.mark.parametrize(
    ("found", "requested"),
    [
        (endpoint("Creating", NEW), state.CREATE),
        (
            endpoint(
                "Updating",
                OLD,
                PendingDeploymentSummary={"EndpointConfigName": NEW},
            ),
            state.UPDATE,
        ),
    ],
)
@pytest.mark.parametrize("before", [FRESH, _asked(state.DELETE)], ids=["fresh", "deleting"])
def test_what_an_unanswered_run_asked_for_is_taken_up(
    found: Any, requested: str, before: Any
) -> None:
    step = _next(found, before)
    assert step.progress.guardrail == "as a call asked that could not answer"
    assert (step.do, step.progress.requested, step.progress.config_name) == ("wait", requested, NEW)
    if requested == state.UPDATE:
        assert _next(endpoint("InService", OLD, **LATER), step.progress).do == "fail"


def test_another_deployments_update_is_waited_for_then_ours_begins() -> None:
    pending = {"EndpointConfigName": "other"}
    step = _next(endpoint("Updating", OLD, PendingDeploymentSummary=pending))
    assert step == plan.Step("wait", "endpoint is Updating by another deployment", FRESH)
    assert _next(endpoint("InService", "other"), step.progress).do == "update"


def test_waiting_says_what_sagemaker_does() -> None:
    message = "Baking for 600 seconds (TerminationWaitInSeconds)"
    baking = {
        "VariantName": "AllTraffic",
        "VariantStatus": [
            {"Status": "Creating", "StatusMessage": "Launching 1 instance(s)."},
            {"Status": "Baking", "StatusMessage": message},
        ],
    }
    pending = {"EndpointConfigName": NEW, "ProductionVariants": [baking]}
    step = _next(endpoint("Updating", OLD, PendingDeploymentSummary=pending), UPDATING)
    assert step.words == f"endpoint is Updating: {message}"


def test_rolling_back_says_why() -> None:
    found = endpoint("RollingBack", OLD, FailureReason="alarm went off")
    assert _next(found, UPDATING).words == "endpoint is RollingBack (alarm went off)"


def test_patience_ends_but_not_before_a_success() -> None:
    late = PATIENCE
    step = _next(endpoint("Updating", OLD), UPDATING, seconds=late)
    assert (step.do, step.words.startswith("gave up after 55 min 0 s (")) == ("fail", True)
    assert _next(endpoint("Updating", OLD), UPDATING, seconds=late - 1).do == "wait"
    assert _next(endpoint("InService", OLD), FRESH, seconds=late).do == "fail"
    assert _next(endpoint("InService", NEW), UPDATING, seconds=late).do == "arrive"


def test_patience_begins_anew_with_what_is_asked_for_but_not_for_ever() -> None:
    updating = _asked(state.UPDATE, seconds=PATIENCE, before=endpoint("InService", OLD))
    assert _next(endpoint("Updating", OLD), updating, seconds=2 * PATIENCE - 1).do == "wait"
    assert _next(endpoint("Updating", OLD), updating, seconds=2 * PATIENCE).do == "fail"
    patient = plan.Goal(NEW, True, 10 * plan.TOTAL_SECONDS)
    found = endpoint("Updating", OLD)
    assert _next(found, updating, plan.TOTAL_SECONDS - 1, patient).do == "wait"
    assert _next(found, updating, plan.TOTAL_SECONDS, patient).do == "fail"


SERVERLESS = {"MemorySizeInMB": 1024, "MaxConcurrency": 5}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([variant(2)], None),
        ([variant(2, CurrentInstanceCount=1)], "is live with 1 instances, wanted 2 instances"),
        ([variant(2, CurrentInstanceCount=3)], "is live with 3 instances, wanted 2 instances"),
        ([variant(1), variant(2, "B", CurrentInstanceCount=0)], "with 0 instances, wanted 2"),
        (
            [
                {
                    "VariantName": "AllTraffic",
                    "CurrentServerlessConfig": SERVERLESS,
                    "DesiredServerlessConfig": SERVERLESS,
                }
            ],
            None,
        ),
        (
            [
                {
                    "VariantName": "AllTraffic",
                    "CurrentServerlessConfig": SERVERLESS,
                    "DesiredServerlessConfig": {**SERVERLESS, "MaxConcurrency": 9},
                }
            ],
            "'MaxConcurrency': 5}, wanted",
        ),
    ],
)
def test_capacity_is_waited_for(members: list[dict[str, Any]], words: str | None) -> None:
    step = _next(endpoint("InService", NEW, ProductionVariants=members), UPDATING)
    assert step.do == ("wait" if words else "arrive")
    assert words is None or words in step.words
    assert step.progress.arrived_at == START + 300


@pytest.mark.parametrize(
    ("capture", "wanted", "do"),
    [
        ({"EnableCapture": True, "CaptureStatus": "Started"}, True, "arrive"),
        ({"EnableCapture": True, "CaptureStatus": "Stopped"}, True, "wait"),
        ({"EnableCapture": False, "CaptureStatus": "Started"}, True, "wait"),
        (None, True, "wait"),
        (None, False, "arrive"),
        ({"EnableCapture": False, "CaptureStatus": "Stopped"}, False, "arrive"),
        ({"EnableCapture": True, "CaptureStatus": "Started"}, False, "wait"),
        ({"EnableCapture": True, "CaptureStatus": "Started"}, None, "arrive"),
        (None, None, "arrive"),
    ],
)
def test_capture_is_waited_for_a_while(capture: Any, wanted: bool | None, do: str) -> None:
    found = endpoint("InService", NEW, DataCaptureConfig=capture)
    goal = plan.Goal(NEW, wanted, PATIENCE)
    step = _next(found, UPDATING, goal=goal)
    assert step.do == do
    later = _next(found, step.progress, 300 + plan.CAPTURE_SECONDS, goal)
    assert later.do == ("fail" if do == "wait" else "arrive")
    assert do == "arrive" or "was the endpoint updated by hand?" in later.words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (250, "4 min 10 s")]
)
def test_minutes(seconds: float, words: str) -> None:
    assert plan.minutes(seconds) == words
