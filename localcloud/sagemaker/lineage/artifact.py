"""Artifacts: what has an address, like a data set, an image, a model.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateArtifact.html. An address has one
artifact (page lineage-tracking-entities): whoever names it again means the same one.
"""

from __future__ import annotations

from localcloud.sagemaker.lineage.entity import Entity

DATA_SET = "DataSet"
IMAGE = "Image"
MODEL = "Model"
CHECKPOINT = "Checkpoint"


class Artifact(Entity):
    """Something that work reads or writes."""

    noun = "Artifact"
    arn_type = "artifact"
    given_members = ("Properties", "MetadataProperties")
