"""QueryLineage: what an entity came from, or what came of it. Pure: a graph in, vertices and edges out.

https://docs.aws.amazon.com/sagemaker/latest/dg/querying-lineage-entities.html. Ascendants are found against
the direction of the associations, descendants along it; for Both, "from each node that is visited" both
ways. With IncludeEdges the answer has "the Associations and lineage entities on the path", without only
the entities that match. Assumed: the entity that the query starts at is part of a path, and not itself
among what is found; the vertices come nearest first; an edge is on the page of the later of its two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.sagemaker.lineage.association import Association
from localcloud.sagemaker.lineage.entity import Entity

ASCENDANTS = "Ascendants"
DESCENDANTS = "Descendants"
BOTH = "Both"
MAX_DEPTH = 10

# From an entity over an association to the next entity.
Step = tuple[str, Association, Entity]


@dataclass(frozen=True)
class Found:
    """The answer: entities, nearest first, and the associations between them."""

    vertices: list[Entity]
    edges: list[Association]


def query(
    start: Entity,
    associations: Iterable[Association],
    *,
    direction: str = BOTH,
    include_edges: bool = False,
    filters: Mapping[str, Any] | None = None,
    max_depth: int = MAX_DEPTH,
) -> Found:
    """What is connected to an entity and passes the filters."""
    order, steps = _walk(start, _neighbours(associations, direction), max_depth)
    matches = {each.arn for each in order[1:] if passes(each, filters or {})}
    if not include_edges:
        return Found([each for each in order if each.arn in matches], [])
    kept = _on_a_path(matches, steps)
    edges = {step[1].key: step[1] for step in steps if step[0] in kept and step[2].arn in kept}
    return Found([each for each in order if each.arn in kept], list(edges.values()))


def passes(entity: Entity, filters: Mapping[str, Any]) -> bool:
    """Whether an entity is one that is asked for; of several Properties one is enough."""
    wanted = filters.get("Properties") or {}
    modified = entity.modified or entity.created
    return (
        (not filters.get("Types") or entity.type in filters["Types"])
        and (not filters.get("LineageTypes") or entity.lineage_type in filters["LineageTypes"])
        and (not wanted or any(entity.properties.get(k) == v for k, v in wanted.items()))
        and _in_time(entity.created.timestamp(), filters, "Created")
        and _in_time(modified.timestamp(), filters, "Modified")
    )


def _in_time(moment: float, filters: Mapping[str, Any], which: str) -> bool:
    after, before = filters.get(f"{which}After"), filters.get(f"{which}Before")
    return (after is None or moment > float(after)) and (before is None or moment < float(before))


def _neighbours(
    associations: Iterable[Association], direction: str
) -> Callable[[Entity], list[tuple[Association, Entity]]]:
    found: dict[str, list[tuple[Association, Entity]]] = {}
    for each in associations:
        if direction in (ASCENDANTS, BOTH):
            found.setdefault(each.destination.arn, []).append((each, each.source))
        if direction in (DESCENDANTS, BOTH):
            found.setdefault(each.source.arn, []).append((each, each.destination))
    return lambda entity: found.get(entity.arn, [])


def _walk(
    start: Entity,
    neighbours: Callable[[Entity], list[tuple[Association, Entity]]],
    max_depth: int,
) -> tuple[list[Entity], list[Step]]:
    """The entities within reach, nearest first, and every step that leads away from the start."""
    depths = {start.arn: 0}
    order: list[Entity] = [start]
    steps: list[Step] = []
    waiting = deque([start])
    while waiting:
        entity = waiting.popleft()
        depth = depths[entity.arn]
        if depth == max_depth:
            continue
        for association, other in neighbours(entity):
            if other.arn not in depths:
                depths[other.arn] = depth + 1
                order.append(other)
                waiting.append(other)
            if depths[other.arn] > depth:
                steps.append((entity.arn, association, other))
    return order, steps


def _on_a_path(matches: set[str], steps: list[Step]) -> set[str]:
    """The entities from which one that matches is reached, and these themselves."""
    kept = set(matches)
    # Steps are in the order of their depth: from the far end each is looked at once.
    for source, _, destination in reversed(steps):
        if destination.arn in kept:
            kept.add(source)
    return kept
