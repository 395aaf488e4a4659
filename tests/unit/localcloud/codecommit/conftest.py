"""A local cloud in this process, clients for it, plain `git`, and the events that it makes."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from tests.local_server import LocalCloud


class Cloud(LocalCloud):
    """A running local cloud, and the queue that keeps every event of CodeCommit."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        name = f"codecommit-{uuid4().hex[:8]}"
        self.queue, arn = self.make_queue(name)
        events = self.client("events")
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.codecommit"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        self._events: list[dict[str, Any]] = []

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
                self._events.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [each for each in self._events if each["detail"]["repositoryName"] == repository]


@pytest.fixture(scope="module")
def cloud(endpoint: str) -> Cloud:
    """A running local cloud."""
    return Cloud(endpoint)


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
