"""The part of the SageMaker backend that keeps processing and training jobs."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend


class JobsBackend(SageMakerModelBackend):
    """State of processing and training jobs in one account and region."""
