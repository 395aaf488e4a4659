"""The operations of SageMaker Pipelines."""

from __future__ import annotations

from moto.sagemaker.responses import SageMakerResponse


class PipelinesResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""
