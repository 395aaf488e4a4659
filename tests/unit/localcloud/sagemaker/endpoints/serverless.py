"""Serverless configurations."""

from __future__ import annotations

from uuid import uuid4

from .conftest import VARIANT, Hosting


def config(hosting: Hosting, model: str, **members: int) -> str:
    """A serverless configuration."""
    name = f"config-{uuid4().hex[:8]}"
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 2, **members}
    hosting.sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {"VariantName": VARIANT, "ModelName": model, "ServerlessConfig": serverless}
        ],
    )
    return name
