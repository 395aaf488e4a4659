"""Versions that are registered by hand: in a second, and as bad as a test needs them."""

from __future__ import annotations

import itertools
from typing import Any

from demo import versions

from .deployed import Deployed

_numbers = itertools.count()


def register_like(
    deployed: Deployed,
    arn: str,
    *,
    archive: bytes | None = None,
    container: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """See demo/versions.py; `archive` takes the place of the model's."""
    members = dict(container or {})
    if archive is not None:
        members["ModelDataUrl"] = upload(deployed, archive)
    return versions.register_like(deployed.clients, arn, container=members, **changes)


def upload(deployed: Deployed, content: bytes) -> str:
    """Put a model archive into the artifact bucket; its address."""
    bucket = deployed.build["ArtifactBucketName"]
    key = f"by-hand/{next(_numbers)}/model.tar.gz"
    deployed.clients.s3.put_object(Bucket=bucket, Key=key, Body=content)
    return f"s3://{bucket}/{key}"


def archive_of(deployed: Deployed, arn: str) -> bytes:
    """The model archive of a version."""
    described = deployed.clients.sagemaker.describe_model_package(ModelPackageName=arn)
    url = described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    return versions.read(deployed.clients, url)
