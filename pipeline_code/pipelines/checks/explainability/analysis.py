"""From features and a model to the content of analysis.json."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from .model import contributions, numbers

CHUNK_ROWS = 20_000

LOCAL_VALUES_FILE = "explanations_shap/out.csv"
"""Where Clarify puts the values of single rows, below its output directory."""

Features: TypeAlias = "pd.DataFrame | NDArray[Any]"


def analyze(
    features: Features | Iterable[Features],
    feature_names: Sequence[str],
    booster: Any,
    *,
    local_values: Path | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> dict[str, Any]:
    """The content of `analysis.json`: each feature's mean absolute SHAP value, per output.

    `features` has one row per prediction and one column per feature, as numbers or text, or is an
    iterable of such parts; memory is bounded by `chunk_rows` of them. An empty value is missing,
    as XGBoost has it. The outputs are `label0`, `label1`, …: one for a regression and a binary
    classifier, one for each of several classes.

    The values are exact (TreeSHAP, path dependent) and in the unit of the model's raw output: of
    classifiers that is the margin, log-odds for two classes. Clarify writes under the same key
    `kernel_shap`, but estimates with KernelSHAP, by default of probabilities; a baseline of one
    engine ranks features as the other does, its values are on another scale.

    `local_values` is the directory below which `explanations_shap/out.csv` gets the values of every
    row: a header of `<feature>_label0`, … and one line for each row.

    Raises CheckError for data without rows, a feature that is no number, and a model that was
    trained on another number of features.
    """
    names = [str(name) for name in feature_names]
    rows = 0
    totals = np.zeros((0, 0))
    expected = np.zeros(0)
    out = _LocalValues(local_values, names) if local_values is not None else None
    for part in _parts(features, chunk_rows):
        values, _ = numbers(part)
        if values.shape[1] != len(names):
            raise CheckError(
                f"there are {len(names)} feature names for {values.shape[1]} columns of data"
            )
        found = contributions(booster, values, names)
        if rows == 0:
            totals = np.zeros((found.shape[1], len(names)))
            expected = np.zeros(found.shape[1])
        totals += np.abs(found[:, :, :-1]).sum(axis=0)
        expected += found[:, :, -1].sum(axis=0)
        rows += len(values)
        if out is not None:
            out.add(found[:, :, :-1])
    if rows == 0:
        raise CheckError("the data have no rows: at least one prediction has to be explained")
    return {
        "version": "1.0",
        "explanations": {
            "kernel_shap": {
                f"label{index}": {
                    "global_shap_values": dict(zip(names, (total / rows).tolist(), strict=True)),
                    "expected_value": float(value / rows),
                }
                for index, (total, value) in enumerate(zip(totals, expected, strict=True))
            }
        },
    }


def global_values(analysis: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Label to feature to mean absolute SHAP value. Raises CheckError if there are none."""
    labels = analysis.get("explanations", {}).get("kernel_shap", {})
    if not labels:
        raise CheckError("this is no explainability analysis: it has no explanations.kernel_shap")
    return {label: dict(entry["global_shap_values"]) for label, entry in labels.items()}


class _LocalValues:
    """`explanations_shap/out.csv`, written part by part."""

    def __init__(self, directory: Path, names: Sequence[str]) -> None:
        self._path = directory / LOCAL_VALUES_FILE
        self._names = names
        self._started = False

    def add(self, values: NDArray[np.float64]) -> None:
        """Append rows; values of shape (rows, outputs, features)."""
        rows, outputs, features = values.shape
        header = [f"{name}_label{index}" for index in range(outputs) for name in self._names]
        table = pd.DataFrame(values.reshape(rows, outputs * features), columns=header)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        mode = "a" if self._started else "w"
        table.to_csv(self._path, mode=mode, header=not self._started, index=False)
        self._started = True


def _parts(features: Features | Iterable[Features], chunk_rows: int) -> Iterator[Features]:
    wholes = [features] if isinstance(features, pd.DataFrame | np.ndarray) else features
    for whole in wholes:
        for start in range(0, len(whole), chunk_rows):
            yield whole[start : start + chunk_rows]
