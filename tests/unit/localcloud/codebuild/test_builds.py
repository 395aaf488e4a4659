"""Builds that run: phases, one shell, the environment, timeouts and stops."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import current
from localcloud.codebuild import build_container
from localcloud.events import delivery
from tests.unit.localcloud.codebuild.conftest import Cloud, phase, spec, statuses

PHASES = [
    "SUBMITTED",
    "QUEUED",
    "PROVISIONING",
    "DOWNLOAD_SOURCE",
    "INSTALL",
    "PRE_BUILD",
    "BUILD",
    "POST_BUILD",
    "UPLOAD_ARTIFACTS",
    "FINALIZING",
    "COMPLETED",
]


def test_all_phases_share_one_shell_and_export_variables(cloud: Cloud) -> None:
    build = cloud.build(
        """\
version: 0.2
env:
  variables: {FROM_SPEC: spec}
  exported-variables: [MADE, FROM_SPEC, MANY_LINES, ABSENT]
phases:
  install:
    commands:
      - mkdir sub && cd sub
      - MADE=one; greet() { echo "hello $1"; }
  build:
    commands:
      - basename "$PWD"; greet "$MADE"
      - MADE=two
      - export MANY_LINES="a
        b"
  post_build:
    commands:
      - echo succeeding=$CODEBUILD_BUILD_SUCCEEDING
"""
    )
    log = cloud.log(build)
    assert build["buildStatus"] == "SUCCEEDED", log
    assert list(statuses(build)) == PHASES
    assert build["currentPhase"] == "COMPLETED"
    assert {"sub", "hello one", "succeeding=1"} <= set(log)
    exported = {each["name"]: each["value"] for each in build["exportedEnvironmentVariables"]}
    assert exported == {"MADE": "two", "FROM_SPEC": "spec", "MANY_LINES": "a b", "ABSENT": ""}


def test_failed_build_runs_post_build_and_says_why(cloud: Cloud) -> None:
    build = cloud.build(
        spec(
            build=["cd /; export KEPT=yes", "exit 3", "echo not reached"],
            post_build=["echo succeeding=$CODEBUILD_BUILD_SUCCEEDING kept=$KEPT in $PWD"],
        )
    )
    assert build["buildStatus"] == "FAILED"
    assert phase(build, "BUILD")["contexts"] == [
        {
            "statusCode": "COMMAND_EXECUTION_ERROR",
            "message": "Error while executing command: exit 3. Reason: exit status 3",
        }
    ]
    assert statuses(build)["POST_BUILD"] == statuses(build)["UPLOAD_ARTIFACTS"] == "SUCCEEDED"
    log = cloud.log(build)
    assert "succeeding=0 kept=yes in /" in log
    assert "not reached" not in log
    own = [line.split(" ", 3)[-1] for line in log if line.startswith("[Container] ")]
    at = own.index("Command did not exit successfully exit 3 exit status 3")
    assert own[at : at + 3] == [
        "Command did not exit successfully exit 3 exit status 3",
        "Phase complete: BUILD State: FAILED",
        "Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing "
        "command: exit 3. Reason: exit status 3",
    ]


def test_failed_install_skips_the_rest(cloud: Cloud) -> None:
    build = cloud.build(spec(install=["false"], build=["echo built"], post_build=["echo after"]))
    assert build["buildStatus"] == "FAILED"
    assert list(statuses(build))[4:] == ["INSTALL", "FINALIZING", "COMPLETED"]
    assert not {"built", "after"} & set(cloud.log(build))


def test_finally_runs_after_a_failure_and_on_failure_decides_what_follows(cloud: Cloud) -> None:
    build = cloud.build(
        """\
version: 0.2
phases:
  pre_build:
    on-failure: CONTINUE
    commands: ["false", echo skipped]
    finally: [echo cleaned]
  build:
    on-failure: ABORT
    commands: [echo went on, "false"]
  post_build:
    commands: [echo unreachable]
"""
    )
    assert build["buildStatus"] == "FAILED"
    log = cloud.log(build)
    assert {"cleaned", "went on"} <= set(log)
    assert not {"skipped", "unreachable"} & set(log)
    assert "POST_BUILD" not in statuses(build)


def wait_for_line(cloud: Cloud, build_id: str, line: str) -> None:
    def seen() -> bool:
        found = cloud.get(build_id)
        return "groupName" in found["logs"] and line in cloud.log(found)

    assert current().changes.wait_until(seen, 30, recheck_seconds=0.05), cloud.get(build_id)


def test_log_is_written_while_it_runs_and_a_stopped_build_leaves_nothing(
    cloud: Cloud, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    build_id = cloud.start(cloud.project(spec(build=[f"echo $$ > {pid}", "echo begun; sleep 600"])))
    wait_for_line(cloud, build_id, "begun")
    assert cloud.get(build_id)["buildStatus"] == "IN_PROGRESS"
    cloud.codebuild.stop_build(id=build_id)
    build = cloud.wait(build_id)
    assert build["buildStatus"] == statuses(build)["BUILD"] == "STOPPED"
    assert "POST_BUILD" not in statuses(build)
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_timeout_ends_the_build(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_container, "SECONDS_PER_MINUTE", 0.3)
    started = time.monotonic()
    build = cloud.build(spec(build=["sleep 600"]), timeoutInMinutes=5)
    assert time.monotonic() - started < 20
    assert build["buildStatus"] == statuses(build)["BUILD"] == "TIMED_OUT"
    assert phase(build, "BUILD")["contexts"][0]["statusCode"] == "BUILD_TIMED_OUT"


def test_events_of_a_build(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[dict[str, Any]] = []
    monkeypatch.setattr(delivery, "deliver", events.append)
    build = cloud.build(spec(build=["false"]))
    mine = [event for event in events if event["detail"].get("build-id") == build["arn"]]
    assert current().changes.wait_until(
        lambda: sum("build-status" in event["detail"] for event in events) >= 2, 10
    )
    mine = [event for event in events if event["detail"].get("build-id") == build["arn"]]
    states = {e["detail"]["build-status"]: e for e in mine if "build-status" in e["detail"]}
    assert set(states) == {"IN_PROGRESS", "FAILED"}
    ended = states["FAILED"]
    assert (ended["source"], ended["detail-type"]) == (
        "aws.codebuild",
        "CodeBuild Build State Change",
    )
    assert ended["resources"] == [build["arn"]]
    assert ended["detail"]["current-phase"] == "COMPLETED"
    told = ended["detail"]["additional-information"]
    assert told["build-complete"] is True
    assert [each["phase-type"] for each in told["phases"]] == PHASES
    completed = {
        e["detail"]["completed-phase"]: e["detail"]
        for e in mine
        if "completed-phase" in e["detail"]
    }
    assert completed["BUILD"]["completed-phase-status"] == "FAILED"
    assert "exit status 1" in completed["BUILD"]["completed-phase-context"]
    assert set(PHASES) - set(completed) == set()
    # As in AWS's sample: the phase that has no end has that of the one before it.
    last, before = (dict(completed[name]) for name in ("COMPLETED", "FINALIZING"))
    assert last["completed-phase-status"] == "SUCCEEDED"
    for member in ("start", "end", "duration-seconds", "context", "status"):
        assert last[f"completed-phase-{member}"] == before[f"completed-phase-{member}"]
    assert last["additional-information"]["phases"][-1].keys() == {"start-time", "phase-type"}
