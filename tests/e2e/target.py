"""On what the end-to-end tests run: a local cloud of their own, or with `TARGET=aws` a real account.

The account and region are those of the AWS SDK's own configuration; `cdk bootstrap` must have been done, and
git must be able to clone from CodeCommit (its credential helper). What the tests made there is removed at
the end: both stacks, the endpoints that a deployment made, and what `cdk destroy` leaves. Tests that are
marked `local_only` are skipped there.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from rich.console import Console

from demo import deploying
from demo.clients import Clients
from demo.local_cloud import LocalCloud
from demo.loop import STACKS
from demo.narration import Narration
from tests import iam_calls

TARGETS = ("local", "aws")


def target() -> str:
    """`local` or `aws`. Raises ValueError for anything else."""
    name = os.environ.get("TARGET", "local")
    if name not in TARGETS:
        raise ValueError(f"TARGET is {name!r}; it must be one of {', '.join(TARGETS)}")
    return name


class Target(Protocol):
    """Where the stacks are: `endpoint_url` is None on AWS. Waiting there takes `patience` times as long."""

    endpoint_url: str | None
    region: str
    patience: float

    def environment(self) -> dict[str, str]:
        """For command-line clients."""
        ...

    def deploy(self, output: Path, settings: Mapping[str, Any]) -> None:
        """Both stacks, by the unmodified CDK CLI."""
        ...

    def judge(self) -> None:
        """After the tests: what nobody expected. Raises AssertionError."""
        ...

    def end(self, clients: Clients | None) -> None:
        """Remove what was made."""
        ...


# Five minutes of watching a new version are two and a half seconds.
PACE = 120.0


class OnLocalCloud:
    """A local cloud for the tests of one process."""

    patience = 1.0

    def __init__(self, port: int, state: Path, region: str, pace: float = PACE) -> None:
        self.cloud = LocalCloud(port, state, pace)
        self.endpoint_url: str | None = self.cloud.endpoint_url
        self.region = region

    def environment(self) -> dict[str, str]:
        """See Target."""
        return self.cloud.environment()

    def deploy(self, output: Path, settings: Mapping[str, Any]) -> None:
        """See Target."""
        silent = Narration(Console(file=io.StringIO()))
        deploying.deploy(silent, self.cloud, output, settings)

    def judge(self) -> None:
        """Keep the calls; raises AssertionError for a denial that no test expects."""
        iam_calls.keep(self.cloud.endpoint_url, self.region, self.cloud.state)

    def end(self, clients: Clients | None) -> None:
        """See Target: all ends with the cloud."""
        self.cloud.stop()


@dataclass
class OnAws:
    """The account that the AWS SDK's configuration names."""

    region: str
    endpoint_url: str | None = None
    patience: float = 30.0

    def environment(self) -> dict[str, str]:
        """See Target."""
        return dict(os.environ)

    def deploy(self, output: Path, settings: Mapping[str, Any]) -> None:
        """See Target."""
        context = ["--context", f"slipway={json.dumps(dict(settings))}"]
        unasked = ["--require-approval", "never"]
        self._cdk("deploy", "--all", "--output", str(output), *context, *unasked)

    def judge(self) -> None:
        """See Target: AWS tells a denial only to whoever was denied."""

    def end(self, clients: Clients | None) -> None:
        """See Target. Endpoints first: they are what costs, and no stack knows them."""
        if clients is not None:
            remove_endpoints(clients)
        self._cdk("destroy", "--all", "--force")
        for bucket in self._buckets:
            boto3.resource("s3").Bucket(bucket).object_versions.delete()
            boto3.resource("s3").Bucket(bucket).delete()

    @property
    def _buckets(self) -> list[str]:
        prefixes = tuple(f"{stack.lower()}-" for stack in STACKS)
        found = boto3.client("s3").list_buckets()["Buckets"]
        return [each["Name"] for each in found if each["Name"].startswith(prefixes)]

    def _cdk(self, *arguments: str) -> None:
        subprocess.run(["cdk", *arguments], env=self.environment(), check=True)


def remove_endpoints(clients: Clients) -> None:
    """Delete the endpoints of the deploy stack, with their configurations and models."""
    sagemaker = clients.sagemaker
    for stage in ("staging", "prod"):
        name = f"abalone-{stage}"
        for each in sagemaker.list_endpoints(NameContains=name)["Endpoints"]:
            sagemaker.delete_endpoint(EndpointName=each["EndpointName"])
        for each in sagemaker.list_endpoint_configs(NameContains=f"{name}-v")["EndpointConfigs"]:
            sagemaker.delete_endpoint_config(EndpointConfigName=each["EndpointConfigName"])
        for each in sagemaker.list_models(NameContains=f"{name}-v")["Models"]:
            sagemaker.delete_model(ModelName=each["ModelName"])
