"""Which earlier run of a step can take the place of a new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.sagemaker.pipelines.caching import hit, window
from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.execution import StepRun

NOW = datetime(2026, 1, 31, tzinfo=UTC)
KEYS = ("Environment",)


def a_step(**config: Any) -> Step:
    return Step("A", "Processing", {}, {"CacheConfig": config} if config else {})


def a_run(ended: datetime | None = None, status: str = "Succeeded", **arguments: Any) -> StepRun:
    run = StepRun(a_step(), 0, NOW)
    run.status, run.ended, run.arguments = status, ended, arguments
    return run


def found(run: StepRun, *earlier: StepRun, allowed: timedelta = timedelta(days=30)) -> Any:
    executions: list[Any] = [SimpleNamespace(steps={"A": other}) for other in earlier]
    source = hit(run, KEYS, allowed, executions, NOW)
    return source and source[1]


@pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H", timedelta(hours=1)),
        ("P30D", timedelta(days=30)),
        ("p30d", timedelta(days=30)),
        ("P4DT12H", timedelta(days=4, hours=12)),
        ("T12H", timedelta(hours=12)),
        ("P1Y2M3W", timedelta(days=365 + 60 + 21)),
    ],
)
def test_window_is_an_iso_8601_duration(text: str, expected: timedelta) -> None:
    assert window(a_step(Enabled=True, ExpireAfter=text)) == expected


def test_window_is_none_when_caching_is_off() -> None:
    assert window(a_step()) is None
    assert window(a_step(Enabled=False, ExpireAfter="P30D")) is None


def test_most_recent_run_is_used_when_several_are_the_same() -> None:
    older, newer = a_run(NOW - timedelta(days=2)), a_run(NOW - timedelta(days=1))
    assert found(a_run(), newer, older) is newer


def test_run_is_not_used_when_it_is_too_old_or_has_not_succeeded_or_differs() -> None:
    hour = timedelta(hours=1)
    assert found(a_run(), a_run(NOW - timedelta(days=31))) is None
    assert found(a_run(), a_run(NOW - hour, "Failed")) is None
    assert found(a_run(), a_run(None, "Executing")) is None
    reused = a_run(NOW - hour)
    reused.selective_source = "arn"
    assert found(a_run(), reused) is None
    assert found(a_run(Environment={"A": "1"}), a_run(NOW - hour)) is None
    assert found(a_run(RoleArn="other"), a_run(NOW - hour)) is not None
