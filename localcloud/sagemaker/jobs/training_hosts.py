"""A training job's instances: each a process with its own `/opt/ml`, and what they come to together.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html:
hosts are algo-1, algo-2 …; with ShardedByS3Key each gets its part of a channel's objects (every n-th:
assumed). A host that fails ends the others (inferred).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.cloud import current
from localcloud.sagemaker.containers import layout
from localcloud.sagemaker.containers.container import ContainerDirectory
from localcloud.sagemaker.containers.xgboost_algorithm import distributed
from localcloud.sagemaker.jobs.container_run import JobLog, Outcome, Stop


@dataclass
class Host:
    """One instance of a job."""

    name: str
    directory: ContainerDirectory
    log: JobLog
    outcome: Outcome | None = None
    error: BaseException | None = None
    environment: dict[str, str] = field(default_factory=dict)
    sockets: dict[str, int] = field(default_factory=dict)


class _Halt:
    """Stops every host when the job is to stop, or when one of them has failed."""

    def __init__(self, job_stop: Stop) -> None:
        self._job_stop = job_stop
        self._failed = threading.Event()

    def is_set(self) -> bool:
        return self._job_stop.is_set() or self._failed.is_set()

    def fail(self) -> None:
        self._failed.set()
        current().changes.announce()


def make(count: int, directory: ContainerDirectory, log: Callable[[str], JobLog]) -> list[Host]:
    """A job's hosts; the first has the job's own directory, the others directories below it."""
    names = [f"algo-{number}" for number in range(1, count + 1)]
    return [
        Host(
            name,
            directory if name == layout.HOST else ContainerDirectory(directory.path / name),
            log(name),
        )
        for name in names
    ]


def keys_of(host: int, count: int, source: Mapping[str, Any], keys: list[str]) -> list[str]:
    """The objects of a channel that a host (by its number, from 0) gets."""
    if source.get("S3DataDistributionType") == "ShardedByS3Key":
        return keys[host::count]
    return keys


def run(hosts: list[Host], run_one: Callable[[Host, Stop], Outcome], stop: Stop) -> Host:
    """Run every host's container to its end; the host whose outcome is the job's."""
    if len(hosts) == 1:
        hosts[0].outcome = run_one(hosts[0], stop)
        return hosts[0]
    halt = _Halt(stop)
    deciding: list[Host] = []

    def work(host: Host) -> None:
        try:
            host.outcome = run_one(host, halt)
        except BaseException as error:  # noqa: BLE001 (raised again below, in the job's thread)
            host.error = error
        failed = host.error is not None or (
            host.outcome is not None and host.outcome.exit_code and not halt.is_set()
        )
        if failed:
            deciding.append(host)
            halt.fail()

    with socket.create_server(("127.0.0.1", 0), backlog=len(hosts)) as meeting:
        hosts[0].sockets = {distributed.LISTENER: meeting.fileno()}
        for host in hosts[1:]:
            host.environment = {distributed.PORT: str(meeting.getsockname()[1])}
        threads = [
            threading.Thread(target=work, args=(host,), name=f"{host.name} of a training job")
            for host in hosts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    first = (deciding or [host for host in hosts if _was_ended(host)] or hosts)[0]
    if first.error is not None:
        raise first.error
    return first


def _was_ended(host: Host) -> bool:
    return host.outcome is not None and (host.outcome.was_late or host.outcome.was_stopped)
