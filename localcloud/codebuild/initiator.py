"""Who started a build, as `Build.initiator` and `CODEBUILD_INITIATOR` tell it.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html#CodeBuild-Type-Build-initiator:
`codepipeline/<pipeline>` for a pipeline, else the caller's own name. On AWS CodePipeline says so
privately; here the pipeline is the one among whose running actions one has the build's source as its
input artifact, an object that belongs to that action alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.codepipeline.models import codepipeline_backends

from localcloud.codepipeline.roles import caller_arn


def initiator(account_id: str, region: str, access_key: str, request: Mapping[str, Any]) -> str:
    """The name of a pipeline, user or role session."""
    location = request.get("sourceLocationOverride")
    if location:
        for name, pipeline in list(codepipeline_backends[account_id][region].pipelines.items()):
            if any(
                f"{artifact.bucket}/{artifact.key}" == location
                for run in list(pipeline.engine.runs)
                for artifact in run.inputs
            ):
                return f"codepipeline/{name}"
    return caller_arn(account_id, access_key).rpartition(":")[2].partition("/")[2] or "root"
