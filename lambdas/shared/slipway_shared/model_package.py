"""A version in the Model Registry, as `DescribeModelPackage` tells it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

APPROVED = "Approved"
COMPLETED = "Completed"


@dataclass(frozen=True)
class ModelPackage:
    """What a deployment needs to know of a version."""

    arn: str
    group_name: str
    version: int
    status: str
    approval_status: str
    containers: tuple[Mapping[str, Any], ...]
    metadata: Mapping[str, str]
    last_modified_by: str | None
    """Who changed it last: its approver, if nothing was changed since."""
    last_modified_at: str | None = None
    """When; ISO 8601, UTC, with milliseconds."""
    approval_description: str | None = None
    """What its approver, or who rejected it, wrote about that."""

    @property
    def obstacle(self) -> str | None:
        """Why it must not be deployed, in a few words; None when it may be."""
        if self.approval_status != APPROVED:
            return f"its approval status is {self.approval_status}, not {APPROVED}"
        if self.status != COMPLETED:
            return f"its status is {self.status}, not {COMPLETED}"
        return None


def describe_model_package(sagemaker: Any, arn: str) -> ModelPackage:
    """The version with this ARN. Raises what SageMaker raises, also for one that does not exist."""
    return parse_model_package(sagemaker.describe_model_package(ModelPackageName=arn))


def parse_model_package(described: Mapping[str, Any]) -> ModelPackage:
    """The version in a response of `DescribeModelPackage`."""
    specification = described.get("InferenceSpecification") or {}
    modified_by = described.get("LastModifiedBy") or {}
    return ModelPackage(
        arn=described["ModelPackageArn"],
        group_name=described.get("ModelPackageGroupName", ""),
        version=int(described.get("ModelPackageVersion", 0)),
        status=described["ModelPackageStatus"],
        approval_status=described.get("ModelApprovalStatus", "absent"),
        containers=tuple(specification.get("Containers") or ()),
        metadata=described.get("CustomerMetadataProperties") or {},
        # A person in Studio is known by the user profile, anyone else by the IAM identity.
        last_modified_by=(modified_by.get("IamIdentity") or {}).get("Arn")
        or modified_by.get("UserProfileArn"),
        last_modified_at=_iso(described.get("LastModifiedTime") or described.get("CreationTime")),
        approval_description=described.get("ApprovalDescription"),
    )


def _iso(time: datetime | None) -> str | None:
    if time is None:
        return None
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
