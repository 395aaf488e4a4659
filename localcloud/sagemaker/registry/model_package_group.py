"""The record of a model package group, and the numbers of its versions.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackageGroup.html. Assumed: the
number of a deleted version is not given to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class ModelPackageGroup:
    """One group of versions of a model."""

    name: str
    arn: str
    created: datetime
    created_by: Mapping[str, Any]
    number: int
    description: str | None = None
    tags: list[dict[str, str]] = field(default_factory=list)
    latest_version: int = 0

    def next_version(self) -> int:
        """A number that no version of the group has had."""
        self.latest_version += 1
        return self.latest_version

    def describe(self) -> dict[str, Any]:
        """The group as DescribeModelPackageGroup answers it."""
        return {**self.summary(), "CreatedBy": dict(self.created_by)}

    def summary(self) -> dict[str, Any]:
        """The group as ListModelPackageGroups answers it."""
        described: dict[str, Any] = {
            "ModelPackageGroupName": self.name,
            "ModelPackageGroupArn": self.arn,
            "ModelPackageGroupDescription": self.description,
            "CreationTime": self.created,
            "ModelPackageGroupStatus": "Completed",
        }
        return {name: value for name, value in described.items() if value is not None}
