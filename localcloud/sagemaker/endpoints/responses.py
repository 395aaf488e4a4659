"""The operations of models and endpoints."""

from __future__ import annotations

from moto.sagemaker.responses import SageMakerResponse


class EndpointsResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""
