"""The CodeBuild API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.codebuild.responses import CodeBuildResponse as MotoResponse


class CodeBuildResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
