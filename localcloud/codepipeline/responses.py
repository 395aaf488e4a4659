"""The CodePipeline API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.codepipeline.responses import CodePipelineResponse as MotoResponse


class CodePipelineResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
