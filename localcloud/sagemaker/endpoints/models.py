"""The part of the SageMaker backend that keeps models and endpoints."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend


class EndpointsBackend(SageMakerModelBackend):
    """State of models and endpoints in one account and region."""
