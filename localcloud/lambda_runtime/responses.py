"""The Lambda API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.awslambda.responses import LambdaResponse as MotoResponse


class LambdaResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
