"""What SageMaker records by itself is made with this: found if it is there, made if it is not.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-entities.html: "SageMaker AI reuses any
existing entities rather than creating new ones."
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from localcloud.cloud import current
from localcloud.sagemaker.lineage.action import Action
from localcloud.sagemaker.lineage.artifact import Artifact
from localcloud.sagemaker.lineage.context import Context
from localcloud.sagemaker.lineage.entity import Entity
from localcloud.sagemaker.lineage.graph import Graph

_Kind = TypeVar("_Kind", bound=Entity)
# API_CreateAction and its siblings; a group's or model's name has 63 characters at most.
_MAX_NAME = 120
_ARN = "ARN"


class Recorder:
    """Makes entities and associations in a graph, as of now."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def artifact(self, uri: str, kind: str, metadata: Mapping[str, Any] | None = None) -> Artifact:
        """The artifact at an address; of the type that it had first."""
        with self.graph.lock:
            found = self.graph.by_source(Artifact, uri)
            if found is not None:
                return found
            return self.graph.make(
                Artifact,
                self.graph.arn(Artifact, None),
                current().clock.now(),
                type=kind,
                source={"SourceUri": uri, "SourceTypes": []},
                given={"MetadataProperties": dict(metadata)} if metadata else {},
            )

    def context(self, name: str, uri: str, kind: str) -> Context:
        """The context of a resource."""
        with self.graph.lock:
            found = self.graph.by_source(Context, uri)
            return found if found is not None else self._named(Context, name, uri, kind, {})

    def action(
        self, label: str, suffix: str, uri: str, kind: str, properties: Mapping[str, str]
    ) -> Action:
        """An action that was completed now; the second is in its name, which no other action has."""
        now = current().clock.now()
        with self.graph.lock:
            seconds = int(now.timestamp())
            while self._named_already(Action, f"{label}-{seconds}-{suffix}"):
                seconds += 1  # assumed
            given = {"Status": "Completed", "Properties": dict(properties)}
            return self._named(Action, f"{label}-{seconds}-{suffix}", uri, kind, given)

    def associate(self, source: Entity, destination: Entity, kind: str) -> None:
        """Connect two entities, unless they are."""
        self.graph.associate(source, destination, kind, current().clock.now())

    def _named_already(self, kind: type[Entity], name: str) -> bool:
        return self.graph.known(self.graph.arn(kind, name[-_MAX_NAME:])) is not None

    def _named(
        self, kind: type[_Kind], name: str, uri: str, entity_type: str, given: dict[str, Any]
    ) -> _Kind:
        return self.graph.make(
            kind,
            self.graph.arn(kind, name[-_MAX_NAME:]),
            current().clock.now(),
            type=entity_type,
            name=name[-_MAX_NAME:],
            source={"SourceUri": uri, "SourceType": _ARN},
            given=given,
        )
