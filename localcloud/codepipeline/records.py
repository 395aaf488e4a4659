"""What is known of an execution and of each run of an action: data only, written by the engine."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


def new_id() -> str:
    """An identifier as CodePipeline makes them: a version 4 UUID."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Artifact:
    """An artifact of one execution, where it lies, and the source revision it came from."""

    name: str
    bucket: str
    key: str
    revision: str | None = None

    @property
    def s3_location(self) -> dict[str, str]:
        """As ListActionExecutions and the events tell it."""
        return {"bucket": self.bucket, "key": self.key}


@dataclass(frozen=True)
class SourceRevision:
    """The revision that a source action took."""

    action_name: str
    revision_id: str
    summary: str | None = None
    url: str | None = None
    created: datetime | None = None
    artifact_name: str = ""
    # The revision's identifier of its change: an S3 object's ETag.
    change_identifier: str | None = None


@dataclass(frozen=True)
class Trigger:
    """Why an execution started."""

    type: str
    detail: str = ""


@dataclass(frozen=True)
class Override:
    """A source revision given to StartPipelineExecution."""

    revision_type: str
    revision_value: str


@dataclass
class ExecutionRecord:
    """One pipeline execution, beside what `execution.Execution` says of its place."""

    id: str
    version: int
    trigger: Trigger
    started: datetime
    updated: datetime
    declaration: Mapping[str, Any]
    mode: str = "SUPERSEDED"
    # Of a rollback: the execution whose stage it does again.
    rollback_target: str | None = None
    overrides: Mapping[str, Override] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    revisions: list[SourceRevision] = field(default_factory=list)
    stop_reason: str | None = None

    @property
    def type(self) -> str:
        """The API's ExecutionType."""
        return "ROLLBACK" if self.rollback_target else "STANDARD"


@dataclass
class ApprovalAnswer:
    """What PutApprovalResult said."""

    status: str
    summary: str
    caller: str


@dataclass
class ActionRun:
    """One run of one action, or of a rule (whose name is `action`); a retry makes another."""

    execution_id: str
    stage: str
    action: str
    version: int
    declaration: Mapping[str, Any]
    started: datetime
    updated: datetime
    id: str = field(default_factory=new_id)
    status: str = "InProgress"
    updated_by: str | None = None
    resolved_configuration: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Artifact, ...] = ()
    outputs: tuple[Artifact, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    external_id: str | None = None
    external_url: str | None = None
    summary: str | None = None
    percent_complete: int | None = None
    log_stream_arn: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    entity_url: str | None = None
    revision: SourceRevision | None = None
    approval_token: str | None = None
    approval: ApprovalAnswer | None = None
    abandoned: threading.Event = field(default_factory=threading.Event)


@dataclass
class ConditionRun:
    """One look at a condition of a stage, for one execution: its rules' runs in their order."""

    execution_id: str
    stage: str
    kind: str
    result: str
    rules: list[ActionRun]
    updated: datetime
    status: str = "InProgress"
    summary: str | None = None
