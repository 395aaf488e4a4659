"""The record of a model package group, and the numbers of its versions.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackageGroup.html. Assumed: the
number of a deleted version is not given to another. Its policy:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PutModelPackageGroupPolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.errors import ValidationException


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
    policy: str | None = None
    """Who else may use the group and its versions: other accounts, above all."""

    def put_policy(self, text: str) -> None:
        """Set the policy. Raises ValidationException for what is no policy document."""
        try:
            document = json.loads(text)
            statements = document["Statement"]
        except (ValueError, KeyError, TypeError):
            statements = None
        if not isinstance(statements, list | dict):
            raise ValidationException(f"Invalid resource policy for {self.arn}: {text[:200]}")
        self.policy = text

    def require_policy(self) -> str:
        """The policy, or SageMaker's refusal (words assumed)."""
        if self.policy is None:
            raise ValidationException(f"Cannot find resource policy for: {self.arn}")
        return self.policy

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
