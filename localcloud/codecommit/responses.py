"""The CodeCommit API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.codecommit.responses import CodeCommitResponse as MotoResponse


class CodeCommitResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
