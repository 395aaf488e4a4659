"""The operations of processing and training jobs."""

from __future__ import annotations

from moto.sagemaker.responses import SageMakerResponse


class JobsResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""
