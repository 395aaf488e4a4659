"""The AWS clients of the demonstration: plain boto3, pointed by its own environment variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3


@dataclass(frozen=True)
class Clients:
    """What the demonstration calls, each a boto3 client."""

    cloudformation: Any
    codepipeline: Any
    codebuild: Any
    sagemaker: Any
    runtime: Any
    s3: Any
    logs: Any


def make(endpoint_url: str | None, region: str) -> Clients:
    """Clients for one endpoint; without one, of AWS itself with the SDK's own configuration."""
    keys = {"aws_access_key_id": "localcloud", "aws_secret_access_key": "localcloud"}
    session = boto3.Session(region_name=region, **(keys if endpoint_url else {}))

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint_url)

    return Clients(
        cloudformation=client("cloudformation"),
        codepipeline=client("codepipeline"),
        codebuild=client("codebuild"),
        sagemaker=client("sagemaker"),
        runtime=client("sagemaker-runtime"),
        s3=client("s3"),
        logs=client("logs"),
    )


def stack_outputs(clients: Clients, stack: str) -> dict[str, str]:
    """A stack's outputs by key."""
    stacks = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
