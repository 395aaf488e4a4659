"""The CodeBuild backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.codebuild.models import CodeBuildBackend as MotoBackend


class CodeBuildBackend(MotoBackend):
    """State of CodeBuild in one account and region."""
