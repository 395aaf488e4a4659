"""A build that a pipeline starts, and what both know of each other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from localcloud.cloud import current
from tests.local_server import ACCOUNT, service_principal
from tests.unit.localcloud.codebuild.conftest import Cloud


def test_build_of_a_pipeline_knows_its_pipeline(cloud: Cloud) -> None:
    name = f"pipe-{uuid4().hex[:8]}"
    cloud.make_role(name, service_principal("codepipeline"))
    spec = """\
version: 0.2
env: {exported-variables: [WORD]}
phases:
  build:
    commands:
      - WORD=$(cat word); echo "$CODEBUILD_INITIATOR $CODEBUILD_RESOLVED_SOURCE_VERSION"
artifacts: {files: [word]}
"""
    version = cloud.put_zip(f"{name}.zip", {"buildspec.yml": spec, "word": "flown"})
    project = cloud.project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})

    def action(stage: str, provider: str, **more: Any) -> dict[str, Any]:
        category = {"category": stage, "owner": "AWS", "provider": provider, "version": "1"}
        return {"name": stage, "actions": [{"name": stage, "actionTypeId": category, **more}]}

    source = {
        "S3Bucket": cloud.bucket,
        "S3ObjectKey": f"{name}.zip",
        "PollForSourceChanges": "false",
    }
    codepipeline = cloud.client("codepipeline")
    codepipeline.create_pipeline(
        pipeline={
            "name": name,
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
            "artifactStore": {"type": "S3", "location": cloud.bucket},
            "stages": [
                action("Source", "S3", configuration=source, outputArtifacts=[{"name": "In"}]),
                action(
                    "Build",
                    "CodeBuild",
                    configuration={"ProjectName": project},
                    inputArtifacts=[{"name": "In"}],
                    outputArtifacts=[{"name": "Out"}],
                ),
            ],
        }
    )

    def status() -> str:
        found = codepipeline.list_pipeline_executions(pipelineName=name)
        return str(found["pipelineExecutionSummaries"][0]["status"])

    assert current().changes.wait_until(lambda: status() != "InProgress", 60)
    (build_id,) = cloud.codebuild.list_builds_for_project(projectName=project)["ids"]
    build = cloud.get(build_id)
    assert status() == "Succeeded", cloud.log(build)
    assert build["initiator"] == f"codepipeline/{name}"
    assert f"codepipeline/{name} {version}" in cloud.log(build)
    location = build["artifacts"]["location"].removeprefix(f"arn:aws:s3:::{cloud.bucket}/")
    assert cloud.read_zip(location) == {"word": b"flown"}
    details = codepipeline.list_action_executions(pipelineName=name)["actionExecutionDetails"]
    (ran,) = [each["output"] for each in details if each["actionName"] == "Build"]
    assert ran["outputVariables"] == {"WORD": "flown"}
