"""Runs one step: from the cache if it can be, again if a retry policy says so, else once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.sagemaker.pipelines import caching, execution_events, retry, steps
from localcloud.sagemaker.pipelines.execution import (
    EXECUTING,
    FAILED,
    STOPPED,
    SUCCEEDED,
    PipelineExecution,
    StepRun,
)
from localcloud.sagemaker.pipelines.expressions import ExpressionError, resolve
from localcloud.sagemaker.pipelines.scope import Calls, ExecutionScope
from localcloud.sagemaker.pipelines.steps.step_type import FOREVER, StepFailure, StepStopped

logger = logging.getLogger(__name__)


class StepRunner:
    """The life of one step; also the `StepContext` that its type works with."""

    def __init__(
        self,
        execution: PipelineExecution,
        run: StepRun,
        calls: Calls,
        earlier: Callable[[], Iterable[PipelineExecution]],
    ) -> None:
        self.execution = execution
        self.run = run
        self._calls = calls
        self._earlier = earlier
        self._scope = ExecutionScope(execution, calls)

    def work(self) -> None:
        """Run the step to its last status; never raises."""
        execution_events.step_changed(self.execution, self.run, None)
        self.enter(EXECUTING)
        try:
            # The arguments of a Condition step hold other steps, whose time has not come.
            if self.run.step.type != "Condition":
                self.run.arguments = self.resolve(steps.of(self.run.step).inputs(self.run.step))
            if not self._from_cache():
                self._attempt()
        except StepStopped:
            self._end(STOPPED)
        except StepFailure as failure:
            self._fail(str(failure))
        except (ExpressionError, AwsError) as error:
            self._fail(f"ClientError: {error}")
        except Exception as error:
            # A defect of this program: the execution must end all the same, and say so.
            logger.exception("step %s of %s failed", self.run.name, self.execution.arn)
            self._fail(f"the local cloud failed in step {self.run.name}: {error!r}")
        else:
            self._end(SUCCEEDED)

    # What a step type needs

    @property
    def sagemaker(self) -> Any:
        return self._calls.client("sagemaker")

    def client(self, service: str) -> Any:
        return self._calls.client(service)

    def resolve(self, value: Any) -> Any:
        return resolve(value, self._scope)

    def job_ended(self, operation_noun: str, name: str) -> bool:
        return self._calls.job_ended(operation_noun, name)

    def wait_until(self, condition: Callable[[], bool], seconds: float = FOREVER) -> bool:
        cloud = current()
        met = cloud.changes.wait_until(condition, seconds, stop=cloud.stopping)
        if not met and cloud.stopping.is_set():
            raise StepStopped
        return met

    def enter(self, status: str) -> None:
        previous, self.run.status = self.run.status, status
        if status != previous:
            execution_events.step_changed(self.execution, self.run, previous)
        current().changes.announce()

    # The course of a step

    def _from_cache(self) -> bool:
        allowed = caching.window(self.run.step)
        keys = steps.of(self.run.step).cache_keys
        if allowed is None or not keys:
            return False
        now = current().clock.now()
        found = caching.hit(self.run, keys, allowed, self._earlier(), now)
        if found is not None:
            caching.adopt(self.run, *found)
        return found is not None

    def _attempt(self) -> None:
        policies = retry.policies(self.run.step.members, self.run.name)
        clock = current().clock
        began = clock.monotonic()
        while True:
            try:
                return steps.of(self.run.step).run(self)
            except StepFailure as failure:
                policy = retry.applying(policies, failure.exception_type)
                retries = self.run.attempts - 1
                delay = policy.delay(retries, clock.monotonic() - began) if policy else None
                if delay is None:
                    raise
                if clock.wait(self.execution.stop_requested, delay):
                    raise StepStopped from failure
                self.run.attempts += 1

    def _fail(self, reason: str) -> None:
        self.run.failure_reason = reason or None
        self._end(FAILED)

    def _end(self, status: str) -> None:
        # The status comes first: whoever sees the end sees how it ended.
        previous, self.run.status = self.run.status, status
        self.run.ended = current().clock.now()
        execution_events.step_changed(self.execution, self.run, previous)
        current().changes.announce()
