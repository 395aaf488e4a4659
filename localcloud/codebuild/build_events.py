"""CodeBuild's events on EventBridge.

https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from localcloud.codebuild.build import IN_PROGRESS, Build, Phase
from localcloud.events import bus

SOURCE = "aws.codebuild"
STATE_CHANGE = "CodeBuild Build State Change"
PHASE_CHANGE = "CodeBuild Build Phase Change"


def state_changed(build: Build) -> None:
    """The build is now in its present status."""
    _emit(build, STATE_CHANGE, state_detail(build))


def phase_changed(build: Build, phase: Phase) -> None:
    """A phase was completed."""
    _emit(build, PHASE_CHANGE, phase_detail(build, phase))


def state_detail(build: Build) -> dict[str, Any]:
    """The `detail` of a state change."""
    with build.lock:
        current = build.phases[-1]
        return {
            "build-status": build.status,
            "project-name": build.plan.project_name,
            "build-id": build.arn,
            "additional-information": _additional(build),
            "current-phase": current.type,
            "current-phase-context": _context(current),
            "version": "1",
        }


def phase_detail(build: Build, phase: Phase) -> dict[str, Any]:
    """The `detail` of a phase change.

    `COMPLETED` has neither an end nor a status in the API. In AWS's sample of its event it has those
    of the phase before it; that it also SUCCEEDED when the build failed is inferred.
    """
    with build.lock:
        completed = phase.type
        if phase.ended is None:
            phase = build.phases[build.phases.index(phase) - 1]
        return {
            "completed-phase": completed,
            "project-name": build.plan.project_name,
            "build-id": build.arn,
            "completed-phase-context": _context(phase),
            "additional-information": _additional(build),
            "completed-phase-status": phase.status,
            "completed-phase-duration-seconds": phase.seconds,
            "version": "1",
            "completed-phase-start": _time(phase.started),
            "completed-phase-end": _time(phase.ended or phase.started),
        }


def _additional(build: Build) -> dict[str, Any]:
    environment = build.plan.environment
    logs = build.logs()
    told: dict[str, Any] = {
        "environment": {
            "image": environment["image"],
            "privileged-mode": bool(environment.get("privilegedMode", False)),
            "compute-type": environment["computeType"],
            "type": environment["type"],
            "environment-variables": [
                {
                    "name": each["name"],
                    "value": each["value"],
                    "type": each.get("type", "PLAINTEXT"),
                }
                for each in environment.get("environmentVariables") or ()
            ],
        },
        "timeout-in-minutes": build.plan.timeout_minutes,
        "build-complete": build.status != IN_PROGRESS,
        "initiator": build.initiator,
        "build-start-time": _time(build.started),
        "source": {
            key: build.plan.source[key]
            for key in ("location", "type")
            if build.plan.source.get(key)
        },
        "logs": {
            name: logs[member]
            for member, name in (
                ("groupName", "group-name"),
                ("streamName", "stream-name"),
                ("deepLink", "deep-link"),
            )
            if member in logs
        },
        "phases": [_phase(phase) for phase in build.phases],
    }
    uploaded = build.uploaded.get("")
    told["artifact"] = (
        {
            "md5sum": uploaded["md5sum"],
            "sha256sum": uploaded["sha256sum"],
            "location": uploaded["location"],
        }
        if uploaded and "md5sum" in uploaded
        else {"location": (uploaded or {}).get("location", "")}
    )
    return told


def _phase(phase: Phase) -> dict[str, Any]:
    if phase.ended is None:
        return {"start-time": _time(phase.started), "phase-type": phase.type}
    return {
        "phase-context": [f"{phase.code}: {phase.message}"] if phase.code else [],
        "start-time": _time(phase.started),
        "end-time": _time(phase.ended),
        "duration-in-seconds": phase.seconds,
        "phase-type": phase.type,
        "phase-status": phase.status,
    }


def _context(phase: Phase) -> str:
    return f"[{phase.code}: {phase.message}]" if phase.code else "[]"


def _time(moment: datetime) -> str:
    """As AWS writes times here: `Sep 1, 2017 4:12:29 PM`."""
    hour = moment.hour % 12 or 12
    return f"{moment:%b} {moment.day}, {moment.year} {hour}:{moment:%M:%S %p}"


def _emit(build: Build, detail_type: str, detail: dict[str, Any]) -> None:
    bus.emit(
        SOURCE,
        detail_type,
        detail,
        resources=[build.arn],
        account_id=build.account_id,
        region=build.region,
    )
