"""The CodePipeline backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.codepipeline.models import CodePipelineBackend as MotoBackend


class CodePipelineBackend(MotoBackend):
    """State of CodePipeline in one account and region."""
