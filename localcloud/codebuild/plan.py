"""What a build does: the project's settings with StartBuild's overrides in their place. Pure.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.codebuild import supported_members as supported
from localcloud.codebuild.errors import invalid_input

# StartBuild's members that replace one of the project's source or environment.
SOURCE_OVERRIDES = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "buildspecOverride": "buildspec",
    "gitCloneDepthOverride": "gitCloneDepth",
}
ENVIRONMENT_OVERRIDES = {
    "computeTypeOverride": "computeType",
    "environmentTypeOverride": "type",
    "imageOverride": "image",
    "privilegedModeOverride": "privilegedMode",
}


@dataclass(frozen=True)
class BuildPlan:
    """Everything that one build was asked for."""

    project_name: str
    source: Mapping[str, Any]
    source_version: str | None
    secondary_sources: Sequence[Mapping[str, Any]]
    secondary_versions: Mapping[str, str]
    artifacts: Mapping[str, Any]
    secondary_artifacts: Sequence[Mapping[str, Any]]
    environment: Mapping[str, Any]
    service_role: str
    encryption_key: str
    timeout_minutes: int
    queued_timeout_minutes: int
    cloud_watch_logs: Mapping[str, Any]
    vpc: Mapping[str, Any]

    def describe(self, uploaded: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """Its part of `Build`; `uploaded` is what became of the artifacts, by identifier."""
        told: dict[str, Any] = {
            "source": dict(self.source),
            "secondarySources": list(self.secondary_sources),
            "secondarySourceVersions": [
                {"sourceIdentifier": name, "sourceVersion": version}
                for name, version in self.secondary_versions.items()
            ],
            "artifacts": _artifact(self.artifacts, uploaded.get("", {})),
            "secondaryArtifacts": [
                _artifact(each, uploaded.get(each["artifactIdentifier"], {}))
                for each in self.secondary_artifacts
            ],
            "cache": {"type": "NO_CACHE"},
            "environment": dict(self.environment),
            "serviceRole": self.service_role,
            "timeoutInMinutes": self.timeout_minutes,
            "queuedTimeoutInMinutes": self.queued_timeout_minutes,
            "encryptionKey": self.encryption_key,
        }
        if self.vpc:
            told["vpcConfig"] = dict(self.vpc)
        if self.source_version:
            told["sourceVersion"] = self.source_version
        return told


def plan(project: Mapping[str, Any], request: Mapping[str, Any]) -> BuildPlan:
    """What StartBuild asks of a project (as `Project` tells it); raises InvalidInputException."""
    supported.check_members("StartBuild", request, supported.START_MEMBERS)
    source = _overridden(project["source"], request, SOURCE_OVERRIDES)
    artifacts = request.get("artifactsOverride") or project["artifacts"]
    if source["type"] == "CODEPIPELINE":
        # On AWS too, only CodePipeline starts such a project, and says where its source is.
        raise invalid_input(
            "Invalid input: a project with source type CODEPIPELINE is started by CodePipeline only; "
            "to start it otherwise, override its source type, source location and artifacts"
        )
    if artifacts["type"] == "CODEPIPELINE":
        artifacts = {"type": "NO_ARTIFACTS"}
    sources = request.get("secondarySourcesOverride")
    if sources is None:
        sources = project.get("secondarySources") or []
    destinations = request.get("secondaryArtifactsOverride")
    if destinations is None:
        destinations = project.get("secondaryArtifacts") or []
    environment = _overridden(project["environment"], request, ENVIRONMENT_OVERRIDES)
    environment["environmentVariables"] = _variables(
        project["environment"].get("environmentVariables") or (),
        request.get("environmentVariablesOverride") or (),
    )
    made = BuildPlan(
        project_name=str(project["name"]),
        source=source,
        source_version=request.get("sourceVersion") or project.get("sourceVersion"),
        secondary_sources=sources,
        secondary_versions=_versions(
            request.get("secondarySourcesVersionOverride")
            or project.get("secondarySourceVersions")
            or ()
        ),
        artifacts=artifacts,
        secondary_artifacts=destinations,
        environment=environment,
        service_role=str(request.get("serviceRoleOverride") or project["serviceRole"]),
        encryption_key=str(request.get("encryptionKeyOverride") or project["encryptionKey"]),
        timeout_minutes=int(request.get("timeoutInMinutesOverride") or project["timeoutInMinutes"]),
        queued_timeout_minutes=int(
            request.get("queuedTimeoutInMinutesOverride") or project["queuedTimeoutInMinutes"]
        ),
        cloud_watch_logs=_logs(
            request.get("logsConfigOverride") or project.get("logsConfig") or {}
        ),
        vpc=project.get("vpcConfig") or {},
    )
    _check(made, request)
    return made


def _check(made: BuildPlan, request: Mapping[str, Any]) -> None:
    supported.check_source("source", made.source)
    for source in made.secondary_sources:
        supported.check_source("secondary source", source)
    supported.check_artifacts("artifacts", made.artifacts)
    for artifacts in made.secondary_artifacts:
        supported.check_artifacts("secondary artifacts", artifacts)
    supported.check_environment(made.environment)
    supported.check_cache(request.get("cacheOverride") or {})
    supported.check_logs(request.get("logsConfigOverride") or {})
    supported.check_minutes("timeoutInMinutesOverride", made.timeout_minutes, 2160)
    supported.check_minutes("queuedTimeoutInMinutesOverride", made.queued_timeout_minutes, 480)


def _overridden(
    settings: Mapping[str, Any], request: Mapping[str, Any], members: Mapping[str, str]
) -> dict[str, Any]:
    given = {name: request[key] for key, name in members.items() if request.get(key) is not None}
    return {**settings, **given}


def _variables(
    project: Sequence[Mapping[str, Any]], override: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    merged = {each["name"]: each for each in (*project, *override)}
    return [{"type": "PLAINTEXT", **each} for each in merged.values()]


def _versions(given: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {each["sourceIdentifier"]: each["sourceVersion"] for each in given}


def _logs(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": "ENABLED", **(config.get("cloudWatchLogs") or {})}


def _artifact(settings: Mapping[str, Any], uploaded: Mapping[str, str]) -> dict[str, Any]:
    """As `BuildArtifacts`, which has no type: a place, or an empty one."""
    told: dict[str, Any] = {"location": "", **uploaded}
    for name in (
        "artifactIdentifier",
        "bucketOwnerAccess",
        "encryptionDisabled",
        "overrideArtifactName",
    ):
        if name in settings:
            told[name] = settings[name]
    return told
