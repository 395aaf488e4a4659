"""Associations: the directed edges of the graph.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddAssociation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.sagemaker.lineage.entity import Entity

ASSOCIATED_WITH = "AssociatedWith"
CONTRIBUTED_TO = "ContributedTo"
PRODUCED = "Produced"


@dataclass(frozen=True)
class Association:
    """From what contributed, to what came of it."""

    source: Entity
    destination: Entity
    type: str | None
    created: datetime
    number: int
    created_by: Mapping[str, Any] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Two entities have one association at most in each direction (assumed)."""
        return self.source.arn, self.destination.arn

    def edge(self) -> dict[str, Any]:
        """As QueryLineage answers it."""
        shape = {
            "SourceArn": self.source.arn,
            "DestinationArn": self.destination.arn,
            "AssociationType": self.type,
        }
        return {name: value for name, value in shape.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """As ListAssociations answers it."""
        shape = {
            **self.edge(),
            "SourceType": self.source.type,
            "SourceName": self.source.name,
            "DestinationType": self.destination.type,
            "DestinationName": self.destination.name,
            "CreationTime": self.created,
            "CreatedBy": dict(self.created_by) if self.created_by else None,
        }
        return {name: value for name, value in shape.items() if value is not None}
