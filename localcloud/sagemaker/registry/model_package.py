"""The record of a model package: a version in a group, or a package of its own.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html. A version has no
ModelPackageName (observed in ListModelPackages; assumed for DescribeModelPackage); its ARN ends in
`model-package/<group in lower case>/<version>` (observed). Known differences: a package is Completed at
once, since nothing here scans images or validates models; containers have no ImageDigest.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# What CreateModelPackage takes over from the request, and Describe and the event show.
GIVEN = (
    "ModelPackageDescription",
    "ModelPackageRegistrationType",
    "InferenceSpecification",
    "MetadataProperties",
    "ModelMetrics",
    "Domain",
    "Task",
    "SamplePayloadUrl",
    "CustomerMetadataProperties",
    "DriftCheckBaselines",
    "AdditionalInferenceSpecifications",
    "SkipModelValidation",
    "SourceUri",
    "ModelLifeCycle",
)
_SUMMARY = (
    "ModelPackageName",
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
)
_BATCH_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "InferenceSpecification",
    "ModelPackageStatus",
    "ModelApprovalStatus",
    "ModelPackageRegistrationType",
)


@dataclass
class ModelPackage:
    """One model package."""

    arn: str
    name: str | None
    group_name: str | None
    version: int | None
    given: dict[str, Any]
    approval_status: str | None
    created: datetime
    created_by: Mapping[str, Any]
    number: int
    tags: list[dict[str, str]] = field(default_factory=list)
    approval_description: str | None = None
    modified: datetime | None = None
    modified_by: Mapping[str, Any] | None = None

    def describe(self) -> dict[str, Any]:
        """The package as DescribeModelPackage answers it; the caller's to change."""
        described: dict[str, Any] = {
            **{name: self.given.get(name) for name in GIVEN},
            "ModelPackageName": self.name,
            "ModelPackageGroupName": self.group_name,
            "ModelPackageVersion": self.version,
            "ModelPackageArn": self.arn,
            "CreationTime": self.created,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CertifyForMarketplace": False,
            "ModelApprovalStatus": self.approval_status,
            "ApprovalDescription": self.approval_description,
            "CreatedBy": self.created_by,
            "LastModifiedTime": self.modified,
            "LastModifiedBy": self.modified_by,
        }
        return copy.deepcopy(
            {name: value for name, value in described.items() if value not in (None, {}, [])}
        )

    def summary(self) -> dict[str, Any]:
        """The package as ListModelPackages answers it."""
        return self._some(_SUMMARY)

    def batch_summary(self) -> dict[str, Any]:
        """The package as BatchDescribeModelPackage answers it."""
        return self._some(_BATCH_SUMMARY)

    def _some(self, names: tuple[str, ...]) -> dict[str, Any]:
        described = self.describe()
        return {name: described[name] for name in names if name in described}
