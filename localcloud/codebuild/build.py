"""A build: its phases, its state, and how BatchGetBuilds tells it.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.cloud import current
from localcloud.codebuild.plan import BuildPlan

IN_PROGRESS = "IN_PROGRESS"
SUCCEEDED = "SUCCEEDED"


@dataclass
class Phase:
    """One phase of a build; `COMPLETED` has neither an end nor a status."""

    type: str
    started: datetime
    ended: datetime | None = None
    status: str | None = None
    code: str = ""
    message: str = ""

    @property
    def seconds(self) -> int:
        """How long it took, in whole seconds as AWS tells it."""
        return int((self.ended - self.started).total_seconds()) if self.ended else 0

    def describe(self) -> dict[str, Any]:
        """As `BuildPhase`."""
        told: dict[str, Any] = {"phaseType": self.type, "startTime": self.started.timestamp()}
        if self.ended is not None:
            told.update(
                phaseStatus=self.status,
                endTime=self.ended.timestamp(),
                durationInSeconds=self.seconds,
                contexts=[{"statusCode": self.code, "message": self.message}],
            )
        return told


@dataclass
class Build:
    """One build of a project, from StartBuild on."""

    plan: BuildPlan
    uuid: str
    number: int
    account_id: str
    region: str
    partition: str
    initiator: str
    started: datetime
    phases: list[Phase] = field(default_factory=list)
    status: str = IN_PROGRESS
    ended: datetime | None = None
    resolved_source_version: str | None = None
    log_group: str | None = None
    log_stream: str | None = None
    exported: dict[str, str] = field(default_factory=dict)
    # What UPLOAD_ARTIFACTS wrote: location and checksums, by artifact identifier ("" the primary).
    uploaded: dict[str, dict[str, str]] = field(default_factory=dict)
    reports: list[str] = field(default_factory=list)
    stop_requested: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def id(self) -> str:
        """`project:uuid`."""
        return f"{self.plan.project_name}:{self.uuid}"

    @property
    def arn(self) -> str:
        """The build's ARN."""
        return f"arn:{self.partition}:codebuild:{self.region}:{self.account_id}:build/{self.id}"

    @property
    def complete(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.ended is not None

    @property
    def current_phase(self) -> Phase:
        """The phase that it is in."""
        return self.phases[-1]

    def enter(self, phase_type: str) -> Phase:
        """Begin a phase."""
        phase = Phase(phase_type, current().clock.now())
        with self.lock:
            self.phases.append(phase)
        current().changes.announce()
        return phase

    def leave(self, phase: Phase, status: str, code: str = "", message: str = "") -> None:
        """End a phase."""
        with self.lock:
            phase.status, phase.code, phase.message = status, code, message
            phase.ended = current().clock.now()
        current().changes.announce()

    def finish(self, status: str) -> None:
        """The build has ended."""
        with self.lock:
            self.status = status
            self.ended = current().clock.now()
            self.phases.append(Phase("COMPLETED", self.ended))
        current().changes.announce()

    def describe(self) -> dict[str, Any]:
        """As `Build`."""
        with self.lock:
            told = {
                "id": self.id,
                "arn": self.arn,
                "buildNumber": self.number,
                "startTime": self.started.timestamp(),
                "currentPhase": self.phases[-1].type,
                "buildStatus": self.status,
                "projectName": self.plan.project_name,
                "phases": [phase.describe() for phase in self.phases],
                "logs": self.logs(),
                "buildComplete": self.complete,
                "initiator": self.initiator,
                "exportedEnvironmentVariables": [
                    {"name": name, "value": value} for name, value in self.exported.items()
                ],
                **self.plan.describe(self.uploaded),
            }
            if self.reports:
                told["reportArns"] = list(self.reports)
            if self.resolved_source_version:
                told["resolvedSourceVersion"] = self.resolved_source_version
            if self.ended is not None:
                told["endTime"] = self.ended.timestamp()
            return told

    def logs(self) -> dict[str, Any]:
        """As `LogsLocation`."""
        told: dict[str, Any] = {
            "cloudWatchLogs": self.plan.cloud_watch_logs,
            "s3Logs": {"status": "DISABLED", "encryptionDisabled": False},
        }
        group, stream = self.log_group or "null", self.log_stream or "null"
        if self.plan.cloud_watch_logs["status"] == "ENABLED":
            told["cloudWatchLogsArn"] = (
                f"arn:{self.partition}:logs:{self.region}:{self.account_id}"
                f":log-group:{group}:log-stream:{stream}"
            )
            told["deepLink"] = (
                f"https://console.aws.amazon.com/cloudwatch/home?region={self.region}"
                f"#logEvent:group={group};stream={stream}"
            )
        if self.log_group:
            told.update(groupName=self.log_group, streamName=self.log_stream)
        return told
