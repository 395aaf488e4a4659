"""The SageMaker Runtime backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.sagemakerruntime.models import SageMakerRuntimeBackend as MotoBackend


class SageMakerRuntimeBackend(MotoBackend):
    """State of SageMaker Runtime in one account and region."""
