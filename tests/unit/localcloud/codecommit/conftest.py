"""A local cloud in this process, clients for it, plain `git`, and the events that it makes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from localcloud.cloud import current
from localcloud.server import Server
from localcloud.settings import Settings

REGION = "us-east-1"
ACCOUNT = "123456789012"


@dataclass
class Cloud:
    """A running local cloud."""

    endpoint: str
    queue: str

    def client(self, service: str) -> Any:
        """A client of a service."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint)

    @property
    def codecommit(self) -> Any:
        """A client of CodeCommit."""
        return self.client("codecommit")

    def repository(self, name: str | None = None) -> str:
        """Make a repository; its name."""
        name = name or f"r-{uuid4().hex[:8]}"
        self.codecommit.create_repository(repositoryName=name)
        return name

    def head(self, name: str, branch: str = "main") -> str:
        """The commit of a branch, by the API."""
        answer = self.codecommit.get_branch(repositoryName=name, branchName=branch)
        return str(answer["branch"]["commitId"])

    def url(self, name: str) -> str:
        """The address to clone from."""
        metadata = self.codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
        return str(metadata["cloneUrlHttp"])

    def events(self, repository: str, count: int) -> list[dict[str, Any]]:
        """Wait until `count` events of a repository are there; all that are, oldest first."""
        assert current().changes.wait_until(lambda: len(self._seen(repository)) >= count, 20), (
            f"{count} events of {repository} were not seen: {self._seen(repository)}"
        )
        return self._seen(repository)

    def _seen(self, repository: str) -> list[dict[str, Any]]:
        sqs = self.client("sqs")
        while True:
            got = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
            if not got.get("Messages"):
                break
            for message in got["Messages"]:
                _events.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [each for each in _events if each["detail"]["repositoryName"] == repository]


_events: list[dict[str, Any]] = []


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A running local cloud, with a rule that keeps every event of CodeCommit."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Server(Settings(port=port, state_dir=tmp_path_factory.mktemp("state")))
    server.start()
    _events.clear()
    try:
        made = Cloud(server.settings.endpoint_url, "")
        name = f"codecommit-{uuid4().hex[:8]}"
        made.queue = made.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        events = made.client("events")
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.codecommit"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        yield made
        events.remove_targets(Rule=name, Ids=["queue"])
    finally:
        server.stop()


@dataclass
class Git:
    """Plain `git` in one directory, as a person has it, with an identity and nothing else."""

    directory: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command; its exit code and what it wrote."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A Person",
            "GIT_AUTHOR_EMAIL": "person@example.com",
            "GIT_COMMITTER_NAME": "A Person",
            "GIT_COMMITTER_EMAIL": "person@example.com",
            **variables,
        }
        return subprocess.run(
            ["git", *arguments],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def __call__(self, *arguments: str, **variables: str) -> str:
        """Run a command that must succeed; what it answers."""
        done = self.run(*arguments, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, files: dict[str, str | bytes], message: str = "change") -> str:
        """Write files and commit them; the commit's id."""
        for name, content in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self("add", "--all")
        self("commit", "--quiet", "-m", message)
        return self("rev-parse", "HEAD")


@pytest.fixture
def work(tmp_path: Path) -> Git:
    """An empty working repository on branch main."""
    directory = tmp_path / "work"
    directory.mkdir()
    made = Git(directory)
    made("init", "--quiet", "--initial-branch=main")
    return made
