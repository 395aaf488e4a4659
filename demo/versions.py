"""Versions: which one is served, and those that are registered by hand, beside the pipeline's own."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import Any

from demo.clients import Clients

COPIED = (
    "ModelPackageGroupName",
    "ModelMetrics",
    "DriftCheckBaselines",
    "CustomerMetadataProperties",
    "MetadataProperties",
)
# What the registry adds to a container by itself.
COMPUTED = ("ImageDigest", "ModelDataETag")


def register_like(
    clients: Clients, arn: str, *, container: Mapping[str, Any] | None = None, **changes: Any
) -> str:
    """Register a version that is like another, but for members of its container, or of the request (None
    leaves one out); its ARN."""
    described = clients.sagemaker.describe_model_package(ModelPackageName=arn)
    specification = described["InferenceSpecification"]
    serving = {**specification["Containers"][0], **(container or {})}
    for name in COMPUTED:
        serving.pop(name, None)
    request = {
        **{name: described[name] for name in COPIED if described.get(name)},
        "InferenceSpecification": {**specification, "Containers": [serving]},
        "ModelApprovalStatus": "PendingManualApproval",
        **changes,
    }
    made = clients.sagemaker.create_model_package(
        **{name: value for name, value in request.items() if value is not None}
    )
    return str(made["ModelPackageArn"])


def served_version(clients: Clients, endpoint_name: str) -> str:
    """The model package that an endpoint serves."""
    endpoint = clients.sagemaker.describe_endpoint(EndpointName=endpoint_name)
    config = clients.sagemaker.describe_endpoint_config(
        EndpointConfigName=endpoint["EndpointConfigName"]
    )
    model = clients.sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    container: dict[str, Any] = model.get("PrimaryContainer") or model["Containers"][0]
    return str(container["ModelPackageName"])


def read(clients: Clients, uri: str) -> bytes:
    """An object by its address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body: bytes = clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def write_beside(clients: Clients, uri: str, name: str, content: bytes) -> str:
    """Put an object beside another; its address."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    beside = f"{key.rpartition('/')[0]}/{name}"
    clients.s3.put_object(Bucket=bucket, Key=beside, Body=content)
    return f"s3://{bucket}/{beside}"


def with_files(archive: bytes, files: Mapping[str, bytes]) -> bytes:
    """A model archive with more files in it."""
    buffer = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as old,
        tarfile.open(fileobj=buffer, mode="w:gz") as new,
    ):
        for member in old.getmembers():
            new.addfile(member, old.extractfile(member))
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
