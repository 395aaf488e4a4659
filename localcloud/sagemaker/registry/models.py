"""The part of the SageMaker backend that keeps the model registry."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend


class RegistryBackend(SageMakerModelBackend):
    """State of the model registry in one account and region."""
