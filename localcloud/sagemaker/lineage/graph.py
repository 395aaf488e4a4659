"""The entities and associations of one account and region, and how they are found.

Ask it for an entity that is not there and it says ResourceNotFound, as the API models it; the words are
assumed. All methods may be called from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from moto.utilities.utils import get_partition

from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.lineage.association import Association
from localcloud.sagemaker.lineage.entity import Entity

Kind = TypeVar("Kind", bound=Entity)


class Graph:
    """What there is."""

    def __init__(self, account_id: str, region: str) -> None:
        self._prefix = f"arn:{get_partition(region)}:sagemaker:{region}:{account_id}"
        self._entities: dict[str, Entity] = {}
        self._associations: dict[tuple[str, str], Association] = {}
        self._numbers = 0
        # Held by whoever looks for something and makes it if it is missing.
        self.lock = threading.RLock()

    def entities(self, kind: type[Kind]) -> list[Kind]:
        """All of a kind, in the order of their making."""
        with self.lock:
            return [each for each in self._entities.values() if isinstance(each, kind)]

    def associations(self) -> list[Association]:
        """All of them, in the order of their making."""
        with self.lock:
            return list(self._associations.values())

    def by_source(self, kind: type[Kind], source_uri: str) -> Kind | None:
        """The first entity of a kind that stands for an address."""
        return next((each for each in self.entities(kind) if each.source_uri == source_uri), None)

    def by_arn(self, arn: str) -> Entity:
        """The entity. Raises AwsError ResourceNotFound."""
        found = self._entities.get(arn)
        if found is None:
            raise AwsError("ResourceNotFound", f"Lineage entity '{arn}' does not exist.")
        return found

    def known(self, arn: str) -> Entity | None:
        """The entity, if there is one."""
        return self._entities.get(arn)

    def get(self, kind: type[Kind], name_or_arn: str) -> Kind:
        """An entity by its name or ARN. Raises AwsError ResourceNotFound."""
        arn = name_or_arn if name_or_arn.startswith("arn:") else self.arn(kind, name_or_arn)
        found = self._entities.get(arn)
        if not isinstance(found, kind):
            raise AwsError("ResourceNotFound", f"{kind.noun} '{name_or_arn}' does not exist.")
        return found

    def arn(self, kind: type[Entity], name: str | None) -> str:
        """ARNs carry names in lower case, as jobs' do (assumed); an artifact's has a made-up one."""
        return f"{self._prefix}:{kind.arn_type}/{name.lower() if name else uuid4().hex}"

    def make(self, kind: type[Kind], arn: str, created: datetime, **members: Any) -> Kind:
        """Add an entity. Raises ValidationException if there is one with its name."""
        with self.lock:
            if arn in self._entities:
                raise ValidationException(f"{kind.noun} already exists: {arn}")
            entity = kind(arn=arn, created=created, number=self.next_number(), **members)
            self._entities[arn] = entity
        return entity

    def remove(self, entity: Entity) -> None:
        """Delete an entity. Refused, assumed, while it has associations: the SDK removes them first."""
        with self.lock:
            if any(entity.arn in key for key in self._associations):
                raise ValidationException(
                    f"{entity.noun} '{entity.arn}' has associations; delete them first."
                )
            self._entities.pop(entity.arn, None)

    def associate(
        self,
        source: Entity,
        destination: Entity,
        association_type: str | None,
        created: datetime,
        created_by: Mapping[str, Any] | None = None,
    ) -> bool:
        """Add an association unless the two have one; whether it was added."""
        with self.lock:
            if (source.arn, destination.arn) in self._associations:
                return False
            made = Association(
                source, destination, association_type, created, self.next_number(), created_by
            )
            self._associations[made.key] = made
        return True

    def dissociate(self, source_arn: str, destination_arn: str) -> None:
        """Delete an association. Raises AwsError ResourceNotFound."""
        with self.lock:
            if self._associations.pop((source_arn, destination_arn), None) is None:
                raise AwsError(
                    "ResourceNotFound",
                    f"Association from '{source_arn}' to '{destination_arn}' does not exist.",
                )

    def next_number(self) -> int:
        """What tells apart two things that were made in the same moment."""
        with self.lock:
            self._numbers += 1
            return self._numbers


def of_type(entities: Iterable[Kind], source_uri: str | None, kind: str | None) -> list[Kind]:
    """Those that stand for an address and have a type, where these are given."""
    return [
        each
        for each in entities
        if source_uri in (None, each.source_uri) and kind in (None, each.type)
    ]
