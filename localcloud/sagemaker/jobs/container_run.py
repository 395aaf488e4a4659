"""Runs a job's container to its end: within its time, unless it is stopped, with its log kept.

Log groups and streams: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from localcloud import log_groups
from localcloud.cloud import current
from localcloud.sagemaker.containers import container, layout, namespace
from localcloud.sagemaker.containers.container import Command, ContainerDirectory, Function
from localcloud.sagemaker.containers.frameworks import Framework
from localcloud.sagemaker.containers.warm_parents import warm_parents

# "SageMaker sends the algorithm the SIGTERM signal, which delays job termination for 120 seconds"
# (API_StopTrainingJob).
STOP_SECONDS = 120.0
# What a log agent makes of the control characters that it meets (syslog's escapes).
_ESCAPES = {number: f"#{number:03o}" for number in range(32)}


@dataclass
class JobLog:
    """A job's log stream, and a copy of it for the metrics."""

    group: str
    job_name: str
    account_id: str
    region: str
    lines: list[tuple[datetime, str]] = field(default_factory=list)
    stream: str = ""
    host: str = layout.HOST

    def open(self) -> None:
        """Name the stream by the present moment, in seconds since 1970."""
        self.stream = f"{self.job_name}/{self.host}-{int(current().clock.now().timestamp())}"

    def append(self, lines: list[str]) -> None:
        """Add lines; a tab shows as `#011`, as metric definitions expect it."""
        escaped = [line.translate(_ESCAPES) for line in lines]
        moment = current().clock.now()
        self.lines += [(moment, line) for line in escaped]
        log_groups.append(
            self.group, self.stream, escaped, account_id=self.account_id, region=self.region
        )


class Stop(Protocol):
    """What says that a container is to stop: a `threading.Event`, or several things in one."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...


@dataclass(frozen=True)
class Outcome:
    """How a container ended: its exit code, and whether somebody or the time limit ended it."""

    exit_code: int
    was_stopped: bool = False
    was_late: bool = False


def run(
    *,
    framework: Framework,
    program: Command | Function,
    directory: ContainerDirectory,
    environment: Mapping[str, str],
    log: JobLog,
    max_runtime_seconds: float,
    stop_requested: Stop,
    sockets: Mapping[str, int] | None = None,
) -> Outcome:
    """Run a container until it ends, is to stop (announce that), or has used up its time.

    Raises IsolationUnavailable where the container could not be made: its program never ran.
    """
    # The first container of a framework waits for seconds here: the job may be stopped meanwhile.
    warm_parents().get(framework)
    if stop_requested.is_set():
        return Outcome(0, was_stopped=True)
    log.open()
    running = container.start(
        framework=framework,
        program=program,
        directory=directory,
        environment=environment,
        sockets=sockets,
        on_output=log.append,
    )
    current().changes.wait_until(
        lambda: running.has_ended or stop_requested.is_set(),
        max_runtime_seconds,
        stop=current().stopping,
    )
    if running.has_ended:
        code = running.wait() or 0
        last = log.lines[-1][1] if log.lines else ""
        if code == namespace.NOT_MADE and last.startswith(namespace.REFUSAL):
            raise namespace.IsolationUnavailable(last)
        return Outcome(code)
    was_stopped = stop_requested.is_set()
    code = running.stop(0 if current().stopping.is_set() else STOP_SECONDS)
    return Outcome(code, was_stopped=was_stopped, was_late=not was_stopped)
