"""The part of the SageMaker backend that keeps the tags of every resource of ours."""

from __future__ import annotations

from typing import Any, NoReturn

from moto.sagemaker.models import SageMakerModelBackend

from localcloud.errors import ValidationException


class TagsBackend(SageMakerModelBackend):
    """Tags of whatever the areas of the service find by its ARN."""

    def add_tags(self, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        """AddTags: a key has one value (moto appends another)."""
        resource: Any = self._get_resource_from_arn(arn)
        merged = {tag["Key"]: tag for tag in [*(resource.tags or []), *tags]}
        resource.tags = list(merged.values())
        return list(resource.tags)

    def _get_resource_from_arn(self, arn: str) -> NoReturn:
        """What no area of the service has. That AWS says it so is assumed."""
        raise ValidationException(f"Could not find the resource {arn}")
