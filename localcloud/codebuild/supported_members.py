"""What of a project's and a build's settings is implemented, and the refusal of all else by name.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html

Accepted because they change nothing that a build could see here: the image, compute type and
environment type (Linux; the machine itself is used), `imagePullCredentialsType`, the queued timeout
(nothing queues), `insecureSsl`, `gitCloneDepth` and build status reports of sources that have none,
`encryptionDisabled` and `bucketOwnerAccess` of artifacts, and the values that switch a feature off
(`privilegedMode: false`, `NO_CACHE`, `badgeEnabled: false` …).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from localcloud.codebuild.errors import invalid_input, refused

SOURCE_TYPES = ("CODECOMMIT", "CODEPIPELINE", "NO_SOURCE", "S3")
ARTIFACT_TYPES = ("CODEPIPELINE", "NO_ARTIFACTS", "S3")
ENVIRONMENT_TYPES = ("ARM_CONTAINER", "LINUX_CONTAINER")
VARIABLE_TYPES = ("PARAMETER_STORE", "PLAINTEXT", "SECRETS_MANAGER")
PROJECT_MEMBERS = frozenset(
    {
        "artifacts",
        "badgeEnabled",
        "cache",
        "description",
        "encryptionKey",
        "environment",
        "logsConfig",
        "name",
        "queuedTimeoutInMinutes",
        "secondaryArtifacts",
        "secondarySourceVersions",
        "secondarySources",
        "serviceRole",
        "source",
        "sourceVersion",
        "tags",
        "timeoutInMinutes",
        "vpcConfig",
    }
)
SOURCE_MEMBERS = frozenset(
    {
        "buildspec",
        "gitCloneDepth",
        "gitSubmodulesConfig",
        "insecureSsl",
        "location",
        "reportBuildStatus",
        "sourceIdentifier",
        "type",
    }
)
ARTIFACT_MEMBERS = frozenset(
    {
        "artifactIdentifier",
        "bucketOwnerAccess",
        "encryptionDisabled",
        "location",
        "name",
        "namespaceType",
        "overrideArtifactName",
        "packaging",
        "path",
        "type",
    }
)
ENVIRONMENT_MEMBERS = frozenset(
    {
        "computeType",
        "environmentVariables",
        "image",
        "imagePullCredentialsType",
        "privilegedMode",
        "type",
    }
)
START_MEMBERS = frozenset(
    {
        "artifactsOverride",
        "buildspecOverride",
        "cacheOverride",
        "computeTypeOverride",
        "encryptionKeyOverride",
        "environmentTypeOverride",
        "environmentVariablesOverride",
        "gitCloneDepthOverride",
        "idempotencyToken",
        "imageOverride",
        "logsConfigOverride",
        "privilegedModeOverride",
        "projectName",
        "queuedTimeoutInMinutesOverride",
        "secondaryArtifactsOverride",
        "secondarySourcesOverride",
        "secondarySourcesVersionOverride",
        "serviceRoleOverride",
        "sourceLocationOverride",
        "sourceTypeOverride",
        "sourceVersion",
        "timeoutInMinutesOverride",
    }
)


def check_members(where: str, value: Mapping[str, Any], supported: Collection[str]) -> None:
    """Refuse members that exist on AWS and not here; one set to nothing is not there."""
    for name, each in value.items():
        if name not in supported and each not in (None, [], {}, "", False):
            raise refused(f"{where} member", name, supported)


def check_project(settings: Mapping[str, Any]) -> None:
    """Refuse what is not implemented, or makes no sense, of a whole project. Pure."""
    check_members("project", settings, PROJECT_MEMBERS)
    check_source("project source", settings["source"])
    for source in settings.get("secondarySources") or ():
        check_source("secondary source", source)
        if not source.get("sourceIdentifier"):
            raise invalid_input("Source identifier is required for secondary sources")
    check_artifacts("project artifacts", settings["artifacts"])
    for artifact in settings.get("secondaryArtifacts") or ():
        check_artifacts("secondary artifacts", artifact)
        if not artifact.get("artifactIdentifier"):
            raise invalid_input("Artifact identifier is required for secondary artifacts")
    # Observed: https://github.com/cloudposse/terraform-aws-codebuild/issues/23
    if (settings["source"]["type"] == "CODEPIPELINE") != (
        settings["artifacts"]["type"] == "CODEPIPELINE"
    ):
        raise invalid_input(
            "Invalid input: when using CodePipeline both sourceType, and artifactType must be set "
            "to: CODEPIPELINE"
        )
    check_environment(settings["environment"])
    check_cache(settings.get("cache") or {})
    check_logs(settings.get("logsConfig") or {})
    if settings.get("badgeEnabled"):
        raise refused("build badges", True, (False,))
    check_minutes("timeoutInMinutes", settings.get("timeoutInMinutes"), 2160)
    check_minutes("queuedTimeoutInMinutes", settings.get("queuedTimeoutInMinutes"), 480)


def check_source(where: str, source: Mapping[str, Any]) -> None:
    """One source."""
    check_members(where, source, SOURCE_MEMBERS)
    _check_value(f"{where} type", source.get("type"), SOURCE_TYPES)
    if source["type"] in ("S3", "CODECOMMIT") and not source.get("location"):
        raise invalid_input("Project source location is required")
    if source["type"] == "NO_SOURCE" and not source.get("buildspec") and "secondary" not in where:
        raise invalid_input("A buildspec is required for a project with source type NO_SOURCE")
    if (source.get("gitSubmodulesConfig") or {}).get("fetchSubmodules"):
        raise refused(f"{where} gitSubmodulesConfig.fetchSubmodules", True, (False,))


def check_artifacts(where: str, artifacts: Mapping[str, Any]) -> None:
    """One destination of artifacts."""
    check_members(where, artifacts, ARTIFACT_MEMBERS)
    _check_value(f"{where} type", artifacts.get("type"), ARTIFACT_TYPES)
    if artifacts["type"] == "NO_ARTIFACTS" and artifacts.get("location"):
        raise invalid_input(
            "Invalid artifacts: artifact type NO_ARTIFACTS should have null location"
        )
    if artifacts["type"] == "S3" and not artifacts.get("location"):
        raise invalid_input("Project artifacts location is required")
    _check_value(f"{where} packaging", artifacts.get("packaging") or "NONE", ("NONE", "ZIP"))
    _check_value(
        f"{where} namespaceType", artifacts.get("namespaceType") or "NONE", ("BUILD_ID", "NONE")
    )


def check_environment(environment: Mapping[str, Any]) -> None:
    """The machine and its variables."""
    check_members("project environment", environment, ENVIRONMENT_MEMBERS)
    _check_value("environment type", environment.get("type"), ENVIRONMENT_TYPES)
    if environment.get("privilegedMode"):
        raise refused("environment privilegedMode", True, (False,))
    check_variables(environment.get("environmentVariables") or ())


def check_variables(variables: Iterable[Mapping[str, Any]]) -> None:
    """Variables of a project or of StartBuild."""
    for variable in variables:
        _check_value(
            "environment variable type", variable.get("type") or "PLAINTEXT", VARIABLE_TYPES
        )


def check_cache(cache: Mapping[str, Any]) -> None:
    """A cache: there is none."""
    _check_value("cache type", cache.get("type") or "NO_CACHE", ("NO_CACHE",))


def check_logs(logs: Mapping[str, Any]) -> None:
    """Where logs go: CloudWatch Logs, or nowhere."""
    _check_value(
        "s3Logs status", (logs.get("s3Logs") or {}).get("status") or "DISABLED", ("DISABLED",)
    )


def check_minutes(name: str, minutes: Any, longest: int) -> None:
    """A timeout."""
    if minutes is not None and not 5 <= int(minutes) <= longest:
        raise invalid_input(
            f"Invalid {name}: {minutes}; it must be between 5 and {longest} minutes"
        )


def _check_value(kind: str, value: Any, supported: Collection[str]) -> None:
    if value not in supported:
        raise refused(kind, value, supported)
