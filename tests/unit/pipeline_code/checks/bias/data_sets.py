"""Small seeded data sets with bias in them, for the recording script and for the tests alike.

Standard library only: the script runs in another environment, and `random.Random` draws the same
numbers in every version.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

Row = dict[str, str]


@dataclass(frozen=True)
class DataSet:
    """Rows of text as in a CSV file, and what its analysis_config.json would say."""

    rows: list[Row]
    label: str
    label_values: list[str | int | float]
    facet: str
    facet_values: list[str | int | float] = field(default_factory=list)
    predicted_label: str = "prediction"
    group_variable: str | None = None


def _rows(count: int, seed: int, make: Callable[[random.Random], Row]) -> list[Row]:
    source = random.Random(seed)
    return [make(source) for _ in range(count)]


def _binary(source: random.Random) -> Row:
    sex = int(source.random() < 0.4)
    income = source.gauss(50 - 8 * sex, 12)
    region = source.randrange(4)
    chance = 0.25 + 0.01 * (income - 40) + 0.05 * region
    return {
        "label": str(int(source.random() < chance)),
        "prediction": str(int(source.random() < chance - 0.1 * sex)),
        "sex": str(sex),
        "income": f"{income:.5f}",
        "age": f"{source.uniform(18, 80):.3f}",
        "region": str(region),
    }


def _categorical(source: random.Random) -> Row:
    city = source.choice(["Bonn", "Köln", "Ulm"])
    draw = source.random() + (0.15 if city == "Ulm" else 0)
    said = source.random() + (0.25 if city == "Ulm" else 0)
    words = ["no", "maybe", "yes"]
    return {
        "city": city,
        "level": source.choice("ab"),
        "label": words[min(int(draw * 3), 2)],
        "prediction": words[min(int(said * 3), 2)],
    }


def _continuous(source: random.Random) -> Row:
    wealth = source.uniform(0, 1)
    price = 100 + 40 * wealth + source.gauss(0, 15)
    return {
        "price": f"{price:.4f}",
        "wealth": f"{wealth:.6f}",
        "rooms": f"{source.uniform(1, 8):.4f}",
        "prediction": f"{price + source.gauss(4 * wealth, 8):.4f}",
        "quarter": str(source.randrange(3)),
    }


def _whole(source: random.Random) -> Row:
    rings = max(1, round(source.gauss(10, 4)))
    return {
        "rings": str(rings),
        "length": str(int(10 * rings + source.gauss(0, 25))),
        "weight": f"{source.uniform(0, 3):.5f}",
        "prediction": str(max(1, round(rings + source.gauss(0, 2)))),
    }


def _extreme(source: random.Random) -> Row:
    """The advantaged group is never denied wrongly, nor accepted wrongly in the other one."""
    group = int(source.random() < 0.5)
    label = int(source.random() < 0.5)
    wrong = source.random() < 0.3
    prediction = label if not wrong or label != group else 1 - label
    return {
        "group": str(group),
        "label": str(label),
        "prediction": str(prediction),
        "x": f"{source.gauss(0, 1):.6f}",
    }


def _small(source: random.Random) -> Row:
    return {
        "team": source.choice(["red", "blue"]),
        "label": source.choice(["yes", "no"]),
        "prediction": source.choice(["yes", "no"]),
        "x": f"{source.gauss(0, 1):.6f}",
        "y": f"{source.gauss(0, 1):.6f}",
    }


def _absent(source: random.Random) -> Row:
    """Nobody of the sensitive group has the positive label."""
    group = int(source.random() < 0.5)
    return {
        "group": str(group),
        "label": str(int(source.random() < 0.5) * (1 - group)),
        "prediction": str(int(source.random() < 0.5)),
        "x": f"{source.gauss(0, 1):.6f}",
    }


DATA_SETS = {
    "binary": DataSet(_rows(300, 1, _binary), "label", [1], "sex", [1], group_variable="region"),
    "every_value": DataSet(_rows(200, 2, _binary), "label", [1], "sex"),
    "categorical": DataSet(
        _rows(250, 3, _categorical), "label", ["yes", "maybe"], "city", group_variable="level"
    ),
    "continuous": DataSet(
        _rows(250, 4, _continuous), "price", [120], "wealth", [0.5], group_variable="quarter"
    ),
    "whole": DataSet(_rows(150, 5, _whole), "rings", [10], "length", [90.5]),
    "extreme": DataSet(_rows(120, 6, _extreme), "label", [1], "group", [1]),
    "small": DataSet(_rows(16, 7, _small), "label", ["yes"], "team", ["red"]),
    "absent": DataSet(_rows(120, 8, _absent), "label", [1], "group", [1]),
}
