"""The part of the SageMaker backend that keeps SageMaker Pipelines."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend


class PipelinesBackend(SageMakerModelBackend):
    """State of SageMaker Pipelines in one account and region."""
