"""A baseline as Model Monitor's container writes it, without what this check adds to it."""

from __future__ import annotations

from typing import Any


def numeric(name: str, kind: str, levels: list[list[float]]) -> dict[str, Any]:
    """A feature of numbers with this sketch."""
    weighted = [(item, 2**level) for level, items in enumerate(levels) for item in items]
    count = sum(weight for _, weight in weighted)
    total = sum(item * weight for item, weight in weighted)
    return {
        "name": name,
        "inferred_type": kind,
        "numerical_statistics": {
            "common": {"num_present": count, "num_missing": 0},
            "mean": total / count,
            "sum": total,
            "std_dev": 1.0,
            "min": min(item for item, _ in weighted),
            "max": max(item for item, _ in weighted),
            "distribution": {
                "kll": {
                    "buckets": [],
                    "sketch": {"parameters": {"c": 0.64, "k": 2048.0}, "data": levels},
                }
            },
        },
    }


def string(name: str, counts: dict[str, int]) -> dict[str, Any]:
    """A feature of categories."""
    return {
        "name": name,
        "inferred_type": "String",
        "string_statistics": {
            "common": {"num_present": sum(counts.values()), "num_missing": 0},
            "distinct_count": float(len(counts)),
            "distribution": {
                "categorical": {
                    "buckets": [{"value": value, "count": n} for value, n in counts.items()]
                }
            },
        },
    }


def statistics(*features: dict[str, Any]) -> dict[str, Any]:
    """The content of statistics.json."""
    return {"version": 0.0, "dataset": {"item_count": 100}, "features": list(features)}
