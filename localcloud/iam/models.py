"""The IAM backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.iam.models import IAMBackend as MotoBackend


class IAMBackend(MotoBackend):
    """State of IAM in one account and region."""
