"""Runs one pipeline execution: starts what is ready, waits for changes, ends when nothing is left.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html: steps that do not depend on
each other run at the same time, at most MaxParallelExecutionSteps of them. Assumed, as AWS does not say:
once a step has failed no other starts, those that run come to their end, and then the execution is
Failed. On StopPipelineExecution running jobs are stopped and nothing more starts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from localcloud.cloud import current
from localcloud.sagemaker.pipelines import execution_events, graph
from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.execution import (
    FAILED,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    PipelineExecution,
    StepRun,
)
from localcloud.sagemaker.pipelines.scope import Calls
from localcloud.sagemaker.pipelines.step_runner import StepRunner

STEP_FAILURE = "Step failure: One or multiple steps failed."
_FOREVER = 366 * 24 * 3600.0


class Executor:
    """The life of one execution."""

    def __init__(
        self,
        execution: PipelineExecution,
        calls: Calls,
        earlier: Callable[[], Iterable[PipelineExecution]],
    ) -> None:
        self.execution = execution
        self._calls = calls
        # The executions of the pipeline, in which a cached step may be found.
        self._earlier = earlier
        self._lock = threading.Lock()

    def run(self, previous: str | None = None) -> None:
        """Run the execution to its end, in this thread; its steps have threads of their own.

        `previous` is the status that it had before it was retried.
        """
        execution_events.execution_changed(self.execution, previous)
        while not current().stopping.is_set():
            ended = self._ended()
            self._start_ready()
            if len(self.execution.steps) == ended:
                self._finish()
                return
            self._wait_for_more_than(ended)

    def request_stop(self) -> None:
        """Begin to stop: the execution is Stopping until its running steps have ended."""
        self.execution.stop_requested.set()
        self._enter(STOPPING)

    def _wait_for_more_than(self, ended: int) -> None:
        cloud = current()
        cloud.changes.wait_until(lambda: self._ended() > ended, _FOREVER, stop=cloud.stopping)

    def _start_ready(self) -> None:
        if self.execution.stop_requested.is_set() or self._failed():
            return
        running = len(self.execution.steps) - self._ended()
        statuses = {run.name: run.status for run in self.execution.steps.values()}
        outcomes = self.execution.outcomes()
        ready = [
            step
            for step in graph.ready(self.execution.definition, statuses, outcomes)
            if self.execution.selected is None or step.name in self.execution.selected
        ]
        limit = self.execution.max_parallel_steps
        for step in ready if limit is None else ready[: max(0, limit - running)]:
            self._start(step)

    def _start(self, step: Step) -> None:
        # Not the count: a retried execution has forgotten some.
        number = 1 + max((run.number for run in self.execution.steps.values()), default=-1)
        run = StepRun(step, number, current().clock.now())
        self.execution.steps[step.name] = run
        runner = StepRunner(self.execution, run, self._calls, self._earlier)
        current().background(f"step {step.name} of {self.execution.arn}", runner.work)

    def _finish(self) -> None:
        self.execution.ended = current().clock.now()
        if self._failed():
            self.execution.failure_reason = STEP_FAILURE
            self._enter(FAILED)
        elif self.execution.stop_requested.is_set():
            self._enter(STOPPED)
        else:
            self._enter(SUCCEEDED)

    def _enter(self, status: str) -> None:
        with self._lock:
            previous = self.execution.status
            if self.execution.finished or previous == status:
                return
            self.execution.status = status
            self.execution.modified = current().clock.now()
        execution_events.execution_changed(self.execution, previous)
        current().changes.announce()

    def _ended(self) -> int:
        return sum(run.ended is not None for run in list(self.execution.steps.values()))

    def _failed(self) -> bool:
        return any(run.status == FAILED for run in list(self.execution.steps.values()))
