"""Build and Test action CodeBuild: starts a build on the input artifact and waits for its end.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html. On AWS the
project's source and artifacts are of type CODEPIPELINE, and CodeBuild is told the places privately;
here they are overrides of StartBuild, of type S3. `BatchEnabled` and `CombineArtifacts` are refused.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.codepipeline.actions.action import (
    ActionContext,
    ActionFailed,
    ActionProvider,
    ActionType,
    Result,
    service_failure,
)
from localcloud.codepipeline.records import Artifact

SERVICE = "AWSCodeBuild"
# A build of CodeBuild ends by itself after at most 36 hours and 8 in the queue.
LONGEST_SECONDS = 44 * 60 * 60.0
LOOK_AT_MOST_EVERY_SECONDS = 0.1
LOOK_AT_LEAST_EVERY_SECONDS = 0.25
CONFIGURATION = frozenset({"PrimarySource", "EnvironmentVariables"})


class CodeBuildBuild(ActionProvider):
    """`Build/CodeBuild`."""

    type = ActionType(
        "Build",
        "CodeBuild",
        required=frozenset({"ProjectName"}),
        optional=CONFIGURATION,
        inputs=(1, 5),
        outputs=(0, 5),
    )

    def entity_url(self, configuration: Mapping[str, str], region: str) -> str | None:
        return (
            f"https://{region}.console.aws.amazon.com/codebuild/home?#/projects/"
            f"{quote(configuration['ProjectName'])}/view"
        )

    def run(self, context: ActionContext) -> Result:
        codebuild = context.client("codebuild")
        try:
            build = codebuild.start_build(**start_build_request(context))["build"]
        except (ClientError, BotoCoreError) as error:
            raise service_failure("startBuild", SERVICE, error) from error
        build_id = str(build["id"])
        context.update(external_id=build_id, external_url=_url(build_id, context.region))
        watched = _Watched(codebuild, build)
        try:
            ended = context.wait_until(
                watched.ended, LONGEST_SECONDS, recheck_seconds=LOOK_AT_LEAST_EVERY_SECONDS
            )
        except (ClientError, BotoCoreError) as error:
            raise service_failure("batchGetBuilds", SERVICE, error) from error
        build = watched.build
        log = build.get("logs", {}).get("cloudWatchLogsArn")
        if log:
            context.update(log_stream_arn=log)
        if not ended or build["buildStatus"] != "SUCCEEDED":
            message = failure_message(build)
            context.update(summary=message)
            raise ActionFailed(message)
        exported = build.get("exportedEnvironmentVariables") or []
        return Result({variable["name"]: variable["value"] for variable in exported})


class CodeBuildTest(CodeBuildBuild):
    """`Test/CodeBuild`: the same, in another category."""

    type = replace(CodeBuildBuild.type, category="Test")


class _Watched:
    """A build, looked at when something changed but not for every line of its log."""

    def __init__(self, client: Any, build: dict[str, Any]) -> None:
        self.build = build
        self._client = client
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def ended(self) -> bool:
        now = current().clock.monotonic()
        with self._lock:
            if now - self._looked >= LOOK_AT_MOST_EVERY_SECONDS:
                self._looked = now
                builds = self._client.batch_get_builds(ids=[self.build["id"]])["builds"]
                self.build = builds[0] if builds else self.build
        return bool(self.build["buildStatus"] != "IN_PROGRESS")


def start_build_request(context: ActionContext) -> dict[str, Any]:
    """What StartBuild is asked; raises ActionFailed for a configuration that makes no sense."""
    inputs, outputs = context.run.inputs, context.run.outputs
    primary = _primary(context)
    request: dict[str, Any] = {
        "projectName": context.configuration["ProjectName"],
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": f"{primary.bucket}/{primary.key}",
        # The build's own name for a pipeline's revision: CODEBUILD_RESOLVED_SOURCE_VERSION.
        **({"sourceVersion": primary.revision} if primary.revision else {}),
    }
    others = [artifact for artifact in inputs if artifact is not primary]
    if others:
        request["secondarySourcesOverride"] = [
            {
                "type": "S3",
                "location": f"{artifact.bucket}/{artifact.key}",
                "sourceIdentifier": artifact.name,
            }
            for artifact in others
        ]
    if len(outputs) == 1:
        request["artifactsOverride"] = _destination(outputs[0])
    elif outputs:
        request["artifactsOverride"] = {"type": "NO_ARTIFACTS"}
        request["secondaryArtifactsOverride"] = [
            {**_destination(artifact), "artifactIdentifier": artifact.name} for artifact in outputs
        ]
    else:
        request["artifactsOverride"] = {"type": "NO_ARTIFACTS"}
    if "EnvironmentVariables" in context.configuration:
        request["environmentVariablesOverride"] = _environment(
            context.configuration["EnvironmentVariables"]
        )
    return request


def failure_message(build: Mapping[str, Any]) -> str:
    """Why a build ended otherwise than well, as CodePipeline tells it. Pure.

    Observed: `Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR,
    Message: Error while executing command: exit 1. Reason: exit status 1` (executionResult of
    ListActionExecutions and notifications, in public posts; older ones end after the state).
    """
    told = f"Build terminated with state: {build.get('buildStatus')}"
    for phase in build.get("phases") or ():
        if phase.get("phaseStatus") in (None, "SUCCEEDED", "IN_PROGRESS"):
            continue
        for reason in phase.get("contexts") or ():
            if reason.get("statusCode") or reason.get("message"):
                return (
                    f"{told}. Phase: {phase['phaseType']}, Code: {reason.get('statusCode', '')}, "
                    f"Message: {reason.get('message', '')}"
                )
    return told


def _primary(context: ActionContext) -> Artifact:
    inputs = context.run.inputs
    name = context.configuration.get("PrimarySource")
    if name is None:
        if len(inputs) > 1:
            raise ActionFailed(
                "PrimarySource is required in the configuration of a CodeBuild action with more "
                "than one input artifact",
                "ConfigurationError",
            )
        return inputs[0]
    for artifact in inputs:
        if artifact.name == name:
            return artifact
    raise ActionFailed(f"PrimarySource {name} is no input artifact", "ConfigurationError")


def _destination(artifact: Artifact) -> dict[str, str]:
    prefix, _, name = artifact.key.rpartition("/")
    return {
        "type": "S3",
        "location": artifact.bucket,
        "path": prefix,
        "name": name,
        "packaging": "ZIP",
        "namespaceType": "NONE",
    }


def _environment(text: str) -> list[dict[str, str]]:
    try:
        variables = json.loads(text)
        return [
            {
                "name": str(variable["name"]),
                "value": str(variable["value"]),
                "type": str(variable.get("type", "PLAINTEXT")),
            }
            for variable in variables
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ActionFailed(
            "EnvironmentVariables must be a JSON array of objects with name, value and type: "
            f"{text}",
            "ConfigurationError",
        ) from None


def _url(build_id: str, region: str) -> str:
    # Observed in published events: …/codebuild/home?region=…#/builds/<id>/view/new
    return (
        f"https://console.aws.amazon.com/codebuild/home?region={region}#/builds/{build_id}/view/new"
    )
