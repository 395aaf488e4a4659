"""The Lambda backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.awslambda.models import LambdaBackend as MotoBackend


class LambdaBackend(MotoBackend):
    """State of Lambda in one account and region."""
