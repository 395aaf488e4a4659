"""The operations of the model registry."""

from __future__ import annotations

from moto.sagemaker.responses import SageMakerResponse


class RegistryResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""
