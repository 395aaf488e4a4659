"""How an event that was emitted differs from the published ones of its kind. Pure.

The published shape of a kind is the union of its samples: which members each object has been seen
with, and the JSON types of each. A member that is in none of them is `unpublished`, one that every
sample has and the event has not is `missing`, and a type that no sample has is `type`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Objects whose members are the caller's own names.
OPEN = frozenset(
    {
        "Tags",
        "HyperParameters",
        "StaticHyperParameters",
        "Environment",
        "CustomerMetadataProperties",
        # Of a CloudWatch metric.
        "dimensions",
    }
)


@dataclass
class Shape:
    """What the samples show at one place."""

    types: set[str] = field(default_factory=set)
    members: dict[str, Shape] = field(default_factory=dict)
    always: set[str] | None = None
    items: Shape | None = None


def published(samples: Sequence[Any]) -> Shape:
    """The union of several values."""
    shape = Shape()
    for sample in samples:
        _add(shape, sample)
    return shape


def _add(shape: Shape, value: Any) -> None:
    shape.types.add(type_of(value))
    if isinstance(value, Mapping):
        present = set(value)
        shape.always = present if shape.always is None else shape.always & present
        for name, item in value.items():
            _add(shape.members.setdefault(name, Shape()), item)
    elif isinstance(value, list):
        shape.items = shape.items or Shape()
        for item in value:
            _add(shape.items, item)


def type_of(value: Any) -> str:
    """JSON's name for a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def differences(event: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """Each difference: its path and what it is (`unpublished`, `missing`, `type …`)."""
    if type_of(event) not in shape.types:
        yield path, f"type {type_of(event)}, published: {', '.join(sorted(shape.types))}"
        return
    if isinstance(event, Mapping) and path.rpartition(".")[2] not in OPEN:
        for name in sorted((shape.always or set()) - event.keys()):
            yield _join(path, name), "missing"
        for name, item in event.items():
            if name in shape.members:
                yield from differences(item, shape.members[name], _join(path, name))
            else:
                yield _join(path, name), "unpublished"
    elif isinstance(event, list) and shape.items is not None and shape.items.types:
        for item in event:
            yield from differences(item, shape.items, f"{path}[]")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
