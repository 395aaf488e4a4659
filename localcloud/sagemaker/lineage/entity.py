"""What artifacts, actions, contexts and trial components have in common.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-entities.html
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(kw_only=True)
class Entity:
    """A vertex of the graph. `noun` is its name in the API, `lineage_type` in a query's answer."""

    noun: ClassVar[str]
    arn_type: ClassVar[str]
    # What Create takes over and Update replaces, besides name, source and type.
    given_members: ClassVar[tuple[str, ...]]

    arn: str
    type: str
    source: Mapping[str, Any]
    created: datetime
    number: int
    name: str | None = None
    given: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    created_by: Mapping[str, Any] | None = None
    modified: datetime | None = None
    modified_by: Mapping[str, Any] | None = None

    @property
    def lineage_type(self) -> str:
        """What QueryLineage calls this kind of entity."""
        return self.noun

    @property
    def source_uri(self) -> str:
        """What the entity stands for."""
        return str(self.source["SourceUri"])

    @property
    def properties(self) -> Mapping[str, str]:
        """Its own properties, by which a query can filter."""
        return self.given.get("Properties") or {}

    def update(self, request: Mapping[str, Any]) -> None:
        """Update<noun>: Properties take the place of all that there were (API_UpdateArtifact)."""
        for member in self.given_members:
            if request.get(member) is not None:
                self.given[member] = request[member]
        removed = request.get("PropertiesToRemove") or []
        if removed:
            self.given["Properties"] = {
                key: value for key, value in self.properties.items() if key not in removed
            }

    def summary(self) -> dict[str, Any]:
        """The entity as its List operation answers it."""
        return self._members("Status") | {"LastModifiedTime": self.modified or self.created}

    def describe(self) -> dict[str, Any]:
        """The entity as its Describe operation answers it."""
        by = {"CreatedBy": self.created_by, "LastModifiedBy": self.modified_by}
        return {
            **self._members(*self.given_members),
            "LastModifiedTime": self.modified or self.created,
            **{name: dict(value) for name, value in by.items() if value},
        }

    def _members(self, *given: str) -> dict[str, Any]:
        members = {
            f"{self.noun}Arn": self.arn,
            f"{self.noun}Name": self.name,
            "Source": dict(self.source),
            f"{self.noun}Type": self.type,
            "CreationTime": self.created,
            **{name: self.given.get(name) for name in given if name in self.given_members},
        }
        return copy.deepcopy({name: value for name, value in members.items() if value})
