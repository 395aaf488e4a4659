"""Contexts: what groups other entities, like an endpoint or a model package group.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateContext.html
"""

from __future__ import annotations

from localcloud.sagemaker.lineage.entity import Entity

ENDPOINT = "Endpoint"
MODEL_GROUP = "ModelGroup"


class Context(Entity):
    """A logical group of entities."""

    noun = "Context"
    arn_type = "context"
    given_members = ("Description", "Properties")
