"""The CodeCommit backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.codecommit.models import CodeCommitBackend as MotoBackend


class CodeCommitBackend(MotoBackend):
    """State of CodeCommit in one account and region."""
