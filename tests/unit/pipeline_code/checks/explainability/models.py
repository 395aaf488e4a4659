"""Small seeded XGBoost models of the three kinds, each with its features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

NAMES = ["length", "weight", "age", "noise"]
ROWS = 120


@dataclass(frozen=True)
class Trained:
    """A booster and the rows that it learned from, shape (120, 4)."""

    booster: Any
    features: NDArray[np.float64]


def train(kind: str, **parameters: Any) -> Trained:
    """`kind` is regression, binary or multiclass (three classes)."""
    random = np.random.default_rng(12)
    features = random.normal(size=(ROWS, len(NAMES))).astype(np.float32).astype(np.float64)
    features[::7, 2] = np.nan
    known = np.nan_to_num(features)
    score = 2 * known[:, 0] - known[:, 1] + 0.5 * known[:, 0] * known[:, 2]
    labels, chosen = {
        "regression": (score + 7, {"objective": "reg:squarederror"}),
        "binary": (score > 0, {"objective": "binary:logistic"}),
        "multiclass": (
            np.digitize(score, [-1, 1]),
            {"objective": "multi:softprob", "num_class": 3},
        ),
    }[kind]
    data = xgboost.DMatrix(features, label=labels)
    settings = {"max_depth": 3, "seed": 1, "nthread": 1, **chosen, **parameters}
    return Trained(xgboost.train(settings, data, num_boost_round=8), features)
