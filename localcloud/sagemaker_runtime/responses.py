"""The SageMaker Runtime API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.sagemakerruntime.responses import SageMakerRuntimeResponse as MotoResponse


class SageMakerRuntimeResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
