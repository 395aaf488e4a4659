"""The CodeBuild API: parses a request, calls the backend, answers in botocore's shapes.

Ours: projects, builds and their lists, and reports (`report_responses`). Operations that are not here
(batches, fleets, webhooks, sandboxes, source credentials, shared projects …) are refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from localcloud.codebuild.errors import invalid_input
from localcloud.codebuild.initiator import initiator
from localcloud.codebuild.report_responses import ReportOperations


class CodeBuildResponse(ReportOperations):
    """Parses a request, calls the backend, answers."""

    # Every operation that is served is here.
    MOTO_OPERATIONS: Mapping[str, tuple[str, ...]] = {}

    def create_project(self) -> str:
        """CreateProject."""
        return json.dumps({"project": self.codebuild_backend.create(self._request).describe()})

    def update_project(self) -> str:
        """UpdateProject."""
        return json.dumps({"project": self.codebuild_backend.update(self._request).describe()})

    def delete_project(self) -> str:
        """DeleteProject."""
        self.codebuild_backend.delete(self._request["name"])
        return "{}"

    def batch_get_projects(self) -> str:
        """BatchGetProjects."""
        projects = self.codebuild_backend.projects
        found, missing = [], []
        for name in self._request["names"]:
            project = projects.get(name.rpartition(":project/")[2])
            if project is None:
                missing.append(name)
            else:
                found.append(project.describe())
        return json.dumps({"projects": found, "projectsNotFound": missing})

    def list_projects(self) -> str:
        """ListProjects, by name unless told otherwise."""
        projects = list(self.codebuild_backend.projects.values())
        order = self._request.get("sortBy", "NAME")
        if order == "CREATED_TIME":
            projects.sort(key=lambda project: project.created)
        elif order == "LAST_MODIFIED_TIME":
            projects.sort(key=lambda project: project.modified)
        else:
            projects.sort(key=lambda project: project.name)
        if self._request.get("sortOrder") == "DESCENDING":
            projects.reverse()
        return self._paged("projects", [project.name for project in projects])

    def start_build(self) -> str:
        """StartBuild."""
        request = self._request
        who = initiator(self.current_account, self.region, self.access_key, request)
        return json.dumps({"build": self.codebuild_backend.start(request, who).describe()})

    def retry_build(self) -> str:
        """RetryBuild."""
        request = self._request
        who = initiator(self.current_account, self.region, self.access_key, {})
        if "id" not in request:
            raise invalid_input("Build id is required")
        build = self.codebuild_backend.retry(request["id"], request.get("idempotencyToken"), who)
        return json.dumps({"build": build.describe()})

    def stop_build(self) -> str:
        """StopBuild."""
        build = self.codebuild_backend.stop_build_by_id(self._request["id"])
        return json.dumps({"build": build.describe()})

    def batch_get_builds(self) -> str:
        """BatchGetBuilds."""
        found, missing = [], []
        for given in self._request["ids"]:
            build_id = given.rpartition(":build/")[2]
            if ":" not in build_id:
                raise invalid_input("Invalid build ID provided")
            build = self.codebuild_backend.builds.get(build_id)
            if build is None:
                missing.append(given)
            else:
                found.append(build.describe())
        return json.dumps({"builds": found, "buildsNotFound": missing})

    def list_builds(self) -> str:
        """ListBuilds, the newest first unless told otherwise."""
        return self._list([build.id for build in self.codebuild_backend.builds.values()][::-1])

    def list_builds_for_project(self) -> str:
        """ListBuildsForProject, the newest first unless told otherwise."""
        project = self.codebuild_backend.project(self._request["projectName"])
        return self._list([build.id for build in self.codebuild_backend.of_project(project.name)])

    def _list(self, ids: list[str]) -> str:
        return self._paged(
            "ids", ids[::-1] if self._request.get("sortOrder") == "ASCENDING" else ids
        )
