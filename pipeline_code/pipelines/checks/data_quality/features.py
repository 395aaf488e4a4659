"""The features of a `statistics.json`, whoever wrote it: this check or Model Monitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .column import FRACTIONAL, INTEGRAL, STRING, UNKNOWN
from .json_reading import Node
from .quantiles import Distribution, from_levels

TYPES = (INTEGRAL, FRACTIONAL, STRING, UNKNOWN)


@dataclass(frozen=True)
class Categories:
    """Texts and how often each occurs; one that is not listed may up to `maximum_error` times."""

    counts: Mapping[str, int]
    total: int
    maximum_error: int = 0


@dataclass(frozen=True)
class Feature:
    """What the comparison needs of a column. Infinite values are part of the distribution.

    `distribution` is of the numbers, also of those in a String, and None without any.
    """

    name: str
    inferred_type: str
    present: int
    missing: int
    distribution: Distribution | None = None
    mean: float | None = None
    minimum: float | None = None
    categories: Categories | None = None
    type_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def completeness(self) -> float:
        """Present values by rows, 0 to 1."""
        rows = self.present + self.missing
        return self.present / rows if rows else 0.0


def features_of(statistics: Mapping[str, Any], what: str) -> dict[str, Feature]:
    """The features by name, in their order. Raises CheckError naming what is missing in `what`."""
    found = [_feature(node) for node in Node(statistics, what)["features"].items()]
    return {feature.name: feature for feature in found}


def _feature(node: Node) -> Feature:
    kind = node["inferred_type"].one_of(*TYPES)
    numeric = kind in (INTEGRAL, FRACTIONAL)
    # Of an Unknown Model Monitor may write either kind, or none: there is nothing in it.
    if kind == UNKNOWN:
        statistics = node.get("numerical_statistics") or node.get("string_statistics")
    else:
        statistics = node["numerical_statistics" if numeric else "string_statistics"]
    common = statistics["common"] if statistics else None
    present = common["num_present"].count() if common else 0
    numbers = statistics if numeric else node.get("numeric_part")
    infinite = node.get("infinite_counts")
    mean = numbers.get("mean") if numbers else None
    minimum = numbers.get("min") if numbers else None
    counts = node.get("data_type_counts")
    return Feature(
        name=node["name"].text(),
        inferred_type=kind,
        present=present,
        missing=common["num_missing"].count() if common else 0,
        distribution=_distribution(numbers, infinite) if numbers else None,
        mean=mean.number() if mean else None,
        minimum=minimum.number() if minimum else None,
        categories=_categories(statistics, present) if kind == STRING and statistics else None,
        type_counts={} if counts is None else {kind: counts[kind].count() for kind in TYPES[:3]},
    )


def _distribution(numbers: Node, infinite: Node | None) -> Distribution | None:
    """The distribution; None where there is no number."""
    parts: list[Distribution] = []
    if infinite is None or numbers.get("distribution") is not None:
        data = numbers["distribution"]["kll"]["sketch"]["data"]
        parts.append(from_levels([level.numbers() for level in data.items()]))
    if infinite is not None:
        weights = [infinite[sign].count() for sign in ("negative", "positive")]
        ends = np.array([-np.inf, np.inf])
        parts.append(Distribution(ends, np.cumsum(np.array(weights, dtype=np.float64))))
    whole = Distribution.of(
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([np.diff(part.cumulative, prepend=0.0) for part in parts]),
    )
    return whole if whole.total else None


def _categories(statistics: Node, present: int) -> Categories | None:
    if not present:
        return None
    categorical = statistics["distribution"]["categorical"]
    counts = {
        bucket["value"].text(): bucket["count"].count() for bucket in categorical["buckets"].items()
    }
    error = categorical.get("maximum_error")
    if error is not None:
        return Categories(counts, present, error.count())
    # A writer that lists only some of the values has not said how frequent the others may be.
    return Categories(counts, present, max(0, present - sum(counts.values())))
