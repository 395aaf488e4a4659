"""The SageMaker backend: one class made of the areas of the service, over moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.sagemaker.endpoints.models import EndpointsBackend
from localcloud.sagemaker.jobs import warm_start
from localcloud.sagemaker.lineage.models import LineageBackend
from localcloud.sagemaker.pipelines.models import PipelinesBackend
from localcloud.sagemaker.registry.model_package_group import ModelPackageGroup
from localcloud.sagemaker.registry.models import RegistryBackend
from localcloud.sagemaker.tags import TagsBackend
from localcloud.sagemaker.transform.models import TransformBackend
from localcloud.sagemaker.tuning.models import TuningBackend


class SageMakerBackend(
    LineageBackend,
    TransformBackend,
    TuningBackend,
    RegistryBackend,
    PipelinesBackend,
    EndpointsBackend,
    TagsBackend,
):
    """State of SageMaker in one account and region."""

    def make_group(self, request: dict[str, Any], caller: Mapping[str, Any]) -> ModelPackageGroup:
        """CreateModelPackageGroup: who makes a group is about to train for it."""
        group = super().make_group(request, caller)
        warm_start.begin()
        return group
