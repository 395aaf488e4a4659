"""Nothing that a build, a function or a job started outlives it, or the server, however it hides."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from localcloud.changes import Changes
from localcloud.clock import SystemClock
from tests.local_server import LocalCloud, service_principal
from tests.unit.localcloud.safety.other_server import running_with, started, zipped
from tests.unit.localcloud.sagemaker.service import image

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere what leaves its group is not found"
)

# A process that left its group: by a session of its own; by a double fork with one; by nohup.
HIDE = (
    "setsid sleep 300.{word}1 & "
    "(setsid nohup sleep 300.{word}2 >/dev/null 2>&1 </dev/null &) ; "
    "nohup sleep 300.{word}3 >/dev/null 2>&1 & "
    "env -i setsid sh -c '(sleep 300.{word}4 &)' ; "
)
HIDDEN = 4
FUNCTION = """\
import os, subprocess, time
def handler(event, context):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execlp("sleep", "sleep", f"300.{event['word']}0")
        os._exit(0)
    subprocess.run(["bash", "-c", event["hide"]])
    if event["end"] == "exit":
        os._exit(3)
    time.sleep(event["seconds"])
"""


class Cloud(LocalCloud):
    """Clients of the other server, and what hides processes there."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.roles = {
            name: self.make_role(f"{name}-role", service_principal(name))
            for name in ("lambda", "codebuild", "sagemaker")
        }

    def make_function(self, timeout: int) -> str:
        name = f"function-{uuid4().hex[:8]}"
        self.client("lambda").create_function(
            FunctionName=name,
            Role=self.roles["lambda"],
            Runtime="python3.13",
            Handler="main.handler",
            Code={"ZipFile": zipped({"main.py": FUNCTION})},
            Timeout=timeout,
        )
        return name

    def invoke(self, word: str, seconds: int, timeout: int, kind: str, end: str = "") -> None:
        event = {"word": word, "hide": HIDE.format(word=word), "seconds": seconds, "end": end}
        self.client("lambda").invoke(
            FunctionName=self.make_function(timeout),
            InvocationType=kind,
            Payload=json.dumps(event),
        )

    def build(self, word: str, seconds: int) -> str:
        name = f"project-{uuid4().hex[:8]}"
        commands = json.dumps([HIDE.format(word=word), f"sleep {seconds}"])
        self.client("codebuild").create_project(
            name=name,
            source={
                "type": "NO_SOURCE",
                "buildspec": f"version: 0.2\nphases: {{build: {{commands: {commands}}}}}\n",
            },
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
            },
            serviceRole=self.roles["codebuild"],
        )
        return str(self.client("codebuild").start_build(projectName=name)["build"]["id"])

    def process(self, word: str, seconds: int) -> str:
        name = f"job-{uuid4().hex[:8]}"
        self.client("sagemaker").create_processing_job(
            ProcessingJobName=name,
            RoleArn=self.roles["sagemaker"],
            AppSpecification={
                "ImageUri": image("sagemaker-scikit-learn"),
                "ContainerEntrypoint": ["bash", "-c", HIDE.format(word=word) + f"sleep {seconds}"],
            },
            ProcessingResources={
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 1,
                }
            },
        )
        return name

    def has_ended(self, job: str) -> bool:
        described = self.client("sagemaker").describe_processing_job(ProcessingJobName=job)
        return described["ProcessingJobStatus"] in ("Completed", "Failed")

    def is_complete(self, build: str) -> bool:
        (found,) = self.client("codebuild").batch_get_builds(ids=[build])["builds"]
        return bool(found["buildComplete"])


def eventually(condition: Callable[[], Any], seconds: float = 60) -> bool:
    return Changes(SystemClock()).wait_until(
        lambda: bool(condition()), seconds, recheck_seconds=0.05
    )


@pytest.fixture
def word() -> str:
    """What marks this test's processes: digits, for `sleep` takes them."""
    return f"{os.getpid()}{uuid4().int % 10**8:08d}"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with started(tmp_path_factory.mktemp("state")) as (_, endpoint):
        yield Cloud(endpoint)


def test_a_killed_server_leaves_nothing_of_builds_functions_and_jobs(
    tmp_path: Path, word: str
) -> None:
    with started(tmp_path) as (server, endpoint):
        cloud = Cloud(endpoint)
        cloud.build(f"{word}1", 300)
        cloud.process(f"{word}2", 300)
        cloud.invoke(f"{word}3", 300, 900, "Event")
        everything = 3 * HIDDEN + 1
        assert eventually(lambda: len(running_with(f"sleep\x00300.{word}")) == everything), (
            running_with(word)
        )
        server.kill()
        server.wait()
        assert eventually(lambda: not running_with(word), 20), running_with(word)
        # And not only those: the parents of all processes, and whoever watched, have gone as well.
        assert eventually(lambda: not running_with(str(tmp_path)), 20), running_with(str(tmp_path))


def test_a_stopped_server_leaves_nothing(tmp_path: Path, word: str) -> None:
    with started(tmp_path) as (server, endpoint):
        cloud = Cloud(endpoint)
        cloud.build(f"{word}1", 300)
        cloud.process(f"{word}2", 300)
        assert eventually(lambda: len(running_with(f"sleep\x00300.{word}")) == 2 * HIDDEN)
        server.terminate()
        server.wait(60)
        assert not running_with(word)


def test_a_build_that_has_ended_leaves_nothing(cloud: Cloud, word: str) -> None:
    build = cloud.build(word, 3)
    assert eventually(lambda: len(running_with(f"sleep\x00300.{word}")) == HIDDEN)
    assert eventually(lambda: cloud.is_complete(build))
    assert not running_with(word)


def test_a_job_that_has_ended_leaves_nothing(cloud: Cloud, word: str) -> None:
    job = cloud.process(word, 3)
    assert eventually(lambda: len(running_with(f"sleep\x00300.{word}")) == HIDDEN)
    assert eventually(lambda: cloud.has_ended(job))
    assert not running_with(word)


def test_other_jobs_lose_nothing_by_it(cloud: Cloud, word: str) -> None:
    lasting, short = f"{word}7", f"{word}8"
    cloud.process(lasting, 300)
    assert eventually(lambda: len(running_with(f"sleep\x00300.{lasting}")) == HIDDEN)
    job = cloud.process(short, 0)
    assert eventually(lambda: cloud.has_ended(job))
    assert len(running_with(f"sleep\x00300.{lasting}")) == HIDDEN


@pytest.mark.parametrize("end", ["timeout", "exit"])
def test_a_function_that_has_ended_leaves_nothing(cloud: Cloud, word: str, end: str) -> None:
    cloud.invoke(word, 60, 3, "RequestResponse", end)
    assert not running_with(word)
