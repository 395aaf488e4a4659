"""The SageMaker backend: one class made of the areas of the service, over moto's."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend

from localcloud.sagemaker.endpoints.models import EndpointsBackend
from localcloud.sagemaker.jobs.models import JobsBackend
from localcloud.sagemaker.pipelines.models import PipelinesBackend
from localcloud.sagemaker.registry.models import RegistryBackend


class SageMakerBackend(
    JobsBackend, RegistryBackend, PipelinesBackend, EndpointsBackend, SageMakerModelBackend
):
    """State of SageMaker in one account and region."""
