"""A local cloud in this process with a role, a bucket, and a way to run a build to its end."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from tests.local_server import ACCOUNT, LocalCloud, service_principal

ROLE = f"arn:aws:iam::{ACCOUNT}:role/code-build"
ENVIRONMENT = {
    "type": "LINUX_CONTAINER",
    "image": "aws/codebuild/standard:7.0",
    "computeType": "BUILD_GENERAL1_SMALL",
}


class Cloud(LocalCloud):
    """Clients of a running local cloud, and builds that have ended."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.bucket = f"bucket-{uuid4().hex[:8]}"

    @property
    def codebuild(self) -> Any:
        """A client of CodeBuild."""
        return self.client("codebuild")

    def project(self, buildspec: str | None = None, **settings: Any) -> str:
        """Make a project, of an inline buildspec unless told otherwise; its name."""
        name = f"project-{uuid4().hex[:8]}"
        source: dict[str, Any] = {"type": "NO_SOURCE", "buildspec": buildspec or ""}
        self.codebuild.create_project(
            **{
                "name": name,
                "source": source,
                "artifacts": {"type": "NO_ARTIFACTS"},
                "environment": ENVIRONMENT,
                "serviceRole": ROLE,
                **settings,
            }
        )
        return name

    def start(self, project: str, **overrides: Any) -> str:
        """Start a build; its id."""
        return str(self.codebuild.start_build(projectName=project, **overrides)["build"]["id"])

    def get(self, build_id: str) -> dict[str, Any]:
        """BatchGetBuilds, of one."""
        found: dict[str, Any] = self.codebuild.batch_get_builds(ids=[build_id])["builds"][0]
        return found

    def wait(self, build_id: str) -> dict[str, Any]:
        """Wait until a build is complete."""
        met = current().changes.wait_until(lambda: bool(self.get(build_id)["buildComplete"]), 60)
        found = self.get(build_id)
        assert met, found
        return found

    def build(self, buildspec: str, **settings: Any) -> dict[str, Any]:
        """Make a project of an inline buildspec and build it."""
        return self.wait(self.start(self.project(buildspec, **settings)))

    def log(self, build: Mapping[str, Any]) -> list[str]:
        """The lines of a build's log."""
        logs = build["logs"]
        events = self.client("logs").get_log_events(
            logGroupName=logs["groupName"], logStreamName=logs["streamName"], startFromHead=True
        )["events"]
        return [event["message"] for event in events]

    def put_zip(self, key: str, files: Mapping[str, str | bytes]) -> str:
        """Put a zip of files into the bucket; its version."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        put = self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content.getvalue())
        return str(put["VersionId"])

    def read_zip(self, key: str) -> dict[str, bytes]:
        """The files of a zip in the bucket."""
        body = self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def phase(build: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One phase of a build."""
    (found,) = [each for each in build["phases"] if each["phaseType"] == name]
    return dict(found)


def statuses(build: Mapping[str, Any]) -> dict[str, str | None]:
    """The status of each phase, in order."""
    return {each["phaseType"]: each.get("phaseStatus") for each in build["phases"]}


def spec(**phases: list[str]) -> str:
    """A buildspec of phases with these commands."""
    lines = ["version: 0.2", "phases:"]
    for name, commands in phases.items():
        lines += [f"  {name}:", "    commands:", *(f"      - {each}" for each in commands)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def cloud(endpoint: str) -> Cloud:
    """A running local cloud, with its bucket and the role of its builds."""
    made = Cloud(endpoint)
    made.client("s3").create_bucket(Bucket=made.bucket)
    made.client("s3").put_bucket_versioning(
        Bucket=made.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    made.make_role("code-build", service_principal("codebuild"))
    return made
