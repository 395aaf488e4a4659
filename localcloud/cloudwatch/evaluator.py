"""Evaluates all alarms when a period has ended, in one thread for the whole cloud.

An alarm is evaluated every minute, or every ten seconds if its period is shorter than a minute
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html, of high-resolution
alarms), each with the periods up to then: those of five minutes overlap, as on AWS. Minutes pass at the
cloud's pace, and begin with full minutes of it. Here an alarm is evaluated as soon as a minute is over;
AWS waits for data that is late. Data that comes later still is in the next evaluation.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from moto.cloudwatch import cloudwatch_backends

from localcloud.cloud import Cloud, current
from localcloud.cloudwatch.alarm import Alarm, Watched
from localcloud.cloudwatch.alarm_evaluation import (
    EXTRA_PERIODS,
    Datapoint,
    evaluate,
    has_few_samples,
)
from localcloud.cloudwatch.distribution import percentile
from localcloud.cloudwatch.metric_store import MetricStore
from localcloud.cloudwatch.state_reason import data, text

logger = logging.getLogger(__name__)

MINUTE, TEN_SECONDS = 60, 10
# However fast time passes: more often would only cost.
LEAST_PAUSE_SECONDS = 0.02
# While there is no alarm.
LONG_PAUSE_SECONDS = 3600.0


class Evaluator:
    """The thread that evaluates one cloud's alarms."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._fresh = True

    def start(self) -> None:
        """Begin; it ends with the cloud."""
        self._cloud.background("alarms", self._run)

    def wake(self) -> None:
        """There is an alarm that was not evaluated yet."""
        self._fresh = True
        self._cloud.changes.announce()

    def _run(self) -> None:
        while not self._cloud.stopping.is_set():
            self._fresh = False
            now = self._cloud.clock.now().timestamp()
            step = 0
            for backend in _backends():
                for alarm in list(backend.alarms.values()):
                    length = step_of(alarm)
                    step = min(step or length, length)
                    try:
                        evaluate_alarm(backend, alarm, now)
                    except Exception:
                        logger.exception("alarm %s could not be evaluated", alarm.name)
            pause = self._pause(step)
            self._cloud.changes.wait_until(
                lambda: self._fresh, pause, stop=self._cloud.stopping, recheck_seconds=pause
            )

    def _pause(self, step: int) -> float:
        """How long until the next period of this many ticks is over."""
        if not step:
            return LONG_PAUSE_SECONDS
        now = self._cloud.clock.now().timestamp() * self._cloud.settings.pace
        left = step - now % step
        return max(left / self._cloud.settings.pace, LEAST_PAUSE_SECONDS)


def evaluate_alarm(backend: Any, alarm: Alarm, now: float) -> None:
    """Evaluate an alarm if a period has ended since it last was; `now` is in seconds since 1970."""
    store: MetricStore = backend.metrics
    step = step_of(alarm)
    end = math.floor(now * store.pace) // step * step
    if alarm.evaluated_end is not None and end <= alarm.evaluated_end:
        return
    alarm.evaluated_end = end
    watched, rule = alarm.watched, alarm.evaluation_rule
    recent = datapoints(store, watched, end, rule.periods + EXTRA_PERIODS)
    evaluation = evaluate([point for _, point in recent], rule)
    percent = percentile(watched.statistic)
    if percent is not None and alarm.request.get("EvaluateLowSampleCountPercentile") == "ignore":
        samples = sum(point.sample_count for _, point in recent[EXTRA_PERIODS:] if point)
        if has_few_samples(percent, samples):
            return
    if evaluation.state is None or evaluation.state == alarm.state.value:
        backend.lasts(alarm)
        return
    reason = text(evaluation, rule, m_out_of_n=bool(alarm.request.get("DatapointsToAlarm")))
    reason_data = data(
        evaluation,
        rule,
        recent[-rule.periods :],
        now=current().clock.now(),
        statistic=watched.statistic,
        period=watched.period,
        unit=watched.unit,
    )
    backend.transition(alarm, evaluation.state, reason, reason_data)


def datapoints(
    store: MetricStore, watched: Watched, end: int, count: int
) -> list[tuple[float, Datapoint | None]]:
    """The data points of the last periods before a tick, oldest first, each with its period's start."""
    found = []
    for age in range(count, 0, -1):
        start = end - age * watched.period
        seen = store.read(watched.key, start, start + watched.period, watched.unit)
        value = seen.statistic(watched.statistic)
        seconds = start / store.pace
        point = None if value is None else Datapoint(seconds, value, seen.sample_count)
        found.append((seconds, point))
    return found


def step_of(alarm: Alarm) -> int:
    """How many ticks pass from one evaluation of an alarm to the next."""
    return TEN_SECONDS if alarm.watched.period < MINUTE else MINUTE


def _backends() -> Iterator[Any]:
    for account in list(cloudwatch_backends.values()):
        yield from list(account.values())


_lock = threading.Lock()
_evaluators: WeakKeyDictionary[Cloud, Evaluator] = WeakKeyDictionary()


def wake() -> None:
    """Have the present cloud's new alarms evaluated, now."""
    cloud = current()
    with _lock:
        evaluator = _evaluators.get(cloud)
        if evaluator is None:
            evaluator = _evaluators[cloud] = Evaluator(cloud)
            evaluator.start()
    evaluator.wake()
