"""The IAM API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.iam.responses import IamResponse as MotoResponse


class IAMResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
