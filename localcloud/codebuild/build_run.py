"""One build, from its role's session to its last phase.

https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html. A failure before
BUILD ends the build; after a failed BUILD, POST_BUILD and UPLOAD_ARTIFACTS still run. `on-failure`
says otherwise: `ABORT` ends the build there, `CONTINUE` goes on; either way the build has failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from localcloud import clients
from localcloud.cloud import current
from localcloud.codebuild import build_events, network
from localcloud.codebuild.build import SUCCEEDED, Build, Phase
from localcloud.codebuild.build_container import BuildContainer
from localcloud.codebuild.build_log import BuildLog
from localcloud.codebuild.errors import SERVICE, PhaseFailed
from localcloud.codebuild.project import CANNOT_ASSUME
from localcloud.codebuild.report_store import ReportStore
from localcloud.errors import AwsError

logger = logging.getLogger(__name__)

COMMAND_PHASES = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")


class BuildRun:
    """Runs a build to its end, in a thread of its own."""

    def __init__(self, build: Build, reports: ReportStore) -> None:
        self._build = build
        self._reports = reports
        self._cloud = current()
        self._status = SUCCEEDED
        self._log: BuildLog | None = None
        self._container: BuildContainer | None = None

    def run(self) -> None:
        """Run every phase; the build is complete afterwards, whatever happens."""
        try:
            self._announce(self._build.phases[0])
            self._phases()
        except Exception as error:
            if self._cloud.stopping.is_set():
                return
            logger.exception("build %s failed", self._build.id)
            self._status = "FAULT"
            if self._log is not None:
                self._log.container(f"The local cloud failed: {error!r}")
        finally:
            self._end()

    def _phases(self) -> None:
        if not self._phase("QUEUED", self._queue, self._build.phases[-1]):
            return
        if not self._phase("PROVISIONING", self._provision) or self._container is None:
            return
        container = self._container
        if not self._phase("DOWNLOAD_SOURCE", container.download):
            return
        for name in COMMAND_PHASES:
            if self._phase(name, lambda name=name: container.commands(name)):  # type: ignore[misc]
                continue
            if self._interrupted or container.aborts(name):
                return
        self._phase("UPLOAD_ARTIFACTS", container.upload)

    @property
    def _interrupted(self) -> bool:
        return self._status in ("STOPPED", "TIMED_OUT")

    def _queue(self) -> None:
        build = self._build
        try:
            credentials = clients.role_session(
                build.plan.service_role, f"AWSCodeBuild-{build.uuid}", SERVICE
            )
        except AwsError as error:
            raise PhaseFailed(
                "ACCESS_DENIED", CANNOT_ASSUME.format(role=build.plan.service_role)
            ) from error
        self._log = BuildLog(build, credentials)
        self._log.open()
        self._container = BuildContainer(build, self._log, credentials, self._reports)

    def _provision(self) -> None:
        if self._log is None or self._container is None:
            return
        self._log.container("Waiting for agent ping")
        network.attach(self._build, self._container.credentials)
        self._container.provision()
        self._log.container("Waiting for DOWNLOAD_SOURCE")

    def _phase(self, name: str, work: Callable[[], None], begun: Phase | None = None) -> bool:
        """Run one phase; whether it succeeded."""
        phase = begun or self._build.enter(name)
        told = self._log if name not in ("QUEUED", "PROVISIONING") else None
        if told and name != "DOWNLOAD_SOURCE":
            told.container(f"Entering phase {name}")
        status, code, message = SUCCEEDED, "", ""
        try:
            if self._build.stop_requested.is_set():
                raise PhaseFailed("", "", "STOPPED")
            work()
        except PhaseFailed as failure:
            status, code, message = failure.status, failure.code, failure.message
            self._status = status if not self._interrupted else self._status
            if self._container is not None:
                self._container.succeeding = False
        except Exception:
            self._build.leave(phase, "FAULT", "INTERNAL_ERROR", "the local cloud failed")
            raise
        if told:
            told.container(f"Phase complete: {name} State: {status}")
            told.container(f"Phase context status code: {code} Message: {message}")
        self._build.leave(phase, status, code, message)
        self._announce(phase)
        return status == SUCCEEDED

    def _announce(self, phase: Phase) -> None:
        build_events.phase_changed(self._build, phase)

    def _end(self) -> None:
        build = self._build
        if self._cloud.stopping.is_set():
            return
        phase = build.enter("FINALIZING")
        if self._container is not None:
            self._container.close()
        if self._log is not None:
            self._log.close()
        build.leave(phase, SUCCEEDED)
        self._announce(phase)
        build.finish(self._status)
        self._announce(build.phases[-1])
        build_events.state_changed(build)
        if self._container is not None:
            self._container.remove()
