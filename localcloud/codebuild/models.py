"""The CodeBuild backend: projects, their builds, and reports of these.

https://docs.aws.amazon.com/codebuild/latest/APIReference/. Nothing of moto's is used but its place.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from moto.codebuild.models import CodeBuildBackend as MotoBackend

from localcloud.cloud import current
from localcloud.codebuild import build_events
from localcloud.codebuild.build import IN_PROGRESS, SUCCEEDED, Build, Phase
from localcloud.codebuild.build_run import BuildRun
from localcloud.codebuild.errors import invalid_input, not_found
from localcloud.codebuild.plan import plan
from localcloud.codebuild.project import Project
from localcloud.codebuild.report_store import ReportStore
from localcloud.errors import AwsError

# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html: idempotencyToken
TOKEN_SECONDS = 5 * 60


class CodeBuildBackend(MotoBackend):
    """State of CodeBuild in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.projects: dict[str, Project] = {}
        self.builds: dict[str, Build] = {}
        self.reports = ReportStore(f"arn:{self.partition}:codebuild:{region_name}:{account_id}")
        self._tokens: dict[str, tuple[float, Mapping[str, Any], Build]] = {}
        self._requests: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.RLock()

    def project(self, name: str) -> Project:
        """A project by its name or ARN; raises ResourceNotFoundException."""
        found = self.projects.get(name.rpartition(":project/")[2])
        if found is None:
            raise not_found(f"Project cannot be found: {self._project_arn(name)}")
        return found

    def create(self, settings: Mapping[str, Any]) -> Project:
        """CreateProject."""
        made = Project(settings, self.account_id, self.region_name, self.partition)
        with self._lock:
            if made.name in self.projects:
                raise AwsError(
                    "ResourceAlreadyExistsException", f"Project already exists: {made.arn}"
                )
            self.projects[made.name] = made
        return made

    def update(self, settings: Mapping[str, Any]) -> Project:
        """UpdateProject: what is not given stays."""
        project = self.project(str(settings["name"]))
        project.change({key: value for key, value in settings.items() if key != "name"})
        return project

    def delete(self, name: str) -> None:
        """DeleteProject, and its builds; nothing happens if there is none."""
        with self._lock:
            project = self.projects.pop(name.rpartition(":project/")[2], None)
            if project is None:
                return
            for build in self.of_project(project.name):
                del self.builds[build.id]
                build.stop_requested.set()
        current().changes.announce()

    def start(self, request: Mapping[str, Any], initiator: str) -> Build:
        """StartBuild: the build, which runs in the background."""
        token = request.get("idempotencyToken")
        with self._lock:
            if token and (known := self._known(str(token), request)):
                return known
            project = self.project(str(request["projectName"]))
            made = plan(project.describe(), request)
            project.builds += 1
            now = current().clock.now()
            build = Build(
                plan=made,
                uuid=str(uuid.uuid4()),
                number=project.builds,
                account_id=self.account_id,
                region=self.region_name,
                partition=self.partition,
                initiator=initiator,
                started=now,
                phases=[
                    Phase("SUBMITTED", now, now, SUCCEEDED),
                    Phase("QUEUED", now),
                ],
            )
            self.builds[build.id] = build
            self._requests[build.id] = request
            if token:
                self._tokens[str(token)] = (current().clock.monotonic(), request, build)
        build_events.state_changed(build)
        current().background(f"build {build.id}", BuildRun(build, self.reports).run)
        return build

    def retry(self, build_id: str, token: str | None, initiator: str) -> Build:
        """RetryBuild: the same request again."""
        build = self.build(build_id)
        if not build.complete:
            raise invalid_input(f"Build {build.id} is in progress and cannot be retried")
        request = {**self._requests[build.id], "idempotencyToken": token}
        return self.start(request, initiator)

    def build(self, build_id: str) -> Build:
        """A build by its id or ARN; raises ResourceNotFoundException."""
        build_id = build_id.rpartition(":build/")[2]
        if ":" not in build_id:
            raise invalid_input("Invalid build ID provided")
        found = self.builds.get(build_id)
        if found is None:
            raise not_found(f"Build {build_id} does not exist")
        return found

    def stop_build_by_id(self, build_id: str) -> Build:
        """StopBuild; a build that has ended stays as it is."""
        build = self.build(build_id)
        if build.status == IN_PROGRESS:
            build.stop_requested.set()
            current().changes.announce()
            # AWS answers at once, while the build still stops.
        return build

    def of_project(self, name: str) -> Sequence[Build]:
        """A project's builds, the newest first."""
        builds = [build for build in self.builds.values() if build.plan.project_name == name]
        return builds[::-1]

    def _known(self, token: str, request: Mapping[str, Any]) -> Build | None:
        when, asked, build = self._tokens.get(token, (float("-inf"), request, None))
        if build is None or current().clock.monotonic() - when > TOKEN_SECONDS:
            return None
        if asked != request:
            raise invalid_input(
                "Parameter mismatch: the idempotency token was used with different parameters"
            )
        return build

    def _project_arn(self, name: str) -> str:
        if name.startswith("arn:"):
            return name
        return f"arn:{self.partition}:codebuild:{self.region_name}:{self.account_id}:project/{name}"
