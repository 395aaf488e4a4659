"""The XGBoost model of a training job: read, and asked for predictions and contributions."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError

MODEL_NAME = "xgboost-model"
"""The model's file in its archive, as the built-in algorithm names it."""


def load_model(path: Path) -> Any:
    """The booster in a `model.tar.gz`, or in an `xgboost-model` file itself.

    Nothing is unpacked to disk. Pickled models are refused: to read one is to run its code.
    """
    import xgboost  # a second that only this check needs

    content = _content(path)
    if not content:  # XGBoost would end the process
        raise CheckError(
            f"{MODEL_NAME} in {path.name} is empty: explainability needs an XGBoost model"
        )
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(content))
    except (xgboost.core.XGBoostError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "unknown format"
        raise CheckError(
            f"{MODEL_NAME} in {path.name} is not a model that XGBoost {xgboost.__version__} reads "
            f"({reason}): explainability needs an XGBoost model, written by save_model"
        ) from error
    return booster


def predict(booster: Any, features: pd.DataFrame | NDArray[Any]) -> NDArray[np.float64]:
    """The model's answers, shape (rows,): values, probabilities of class 1, or classes.

    Of a model with a probability for each class, the most probable class (its number) is taken.
    """
    values, names = numbers(features)
    data = _matrix(booster, values, _order(booster, names))
    answers = booster.predict(data, validate_features=False)
    if answers.ndim == 2 and answers.shape[1] > 1:
        answers = answers.argmax(axis=1)
    return np.asarray(answers, dtype=np.float64).reshape(len(values))


def contributions(
    booster: Any, values: NDArray[np.float32], names: Sequence[str]
) -> NDArray[np.float64]:
    """Exact SHAP values by TreeSHAP, in the unit of the model's raw output.

    Shape (rows, outputs, features + 1), the features in the order of `names`; the last of each is
    the expected value. A regression and a binary classifier have one output, a model of several
    classes has one for each.
    """
    order = _order(booster, names)
    found = np.asarray(
        booster.predict(
            _matrix(booster, values, order),
            pred_contribs=True,
            validate_features=False,
            strict_shape=True,
        ),
        dtype=np.float64,
    )
    result = np.empty_like(found)
    result[:, :, [*order, len(order)]] = found
    return result


def numbers(features: pd.DataFrame | NDArray[Any]) -> tuple[NDArray[np.float32], list[str]]:
    """Features as numbers of shape (rows, features), and their names; empty is missing (NaN)."""
    if not isinstance(features, pd.DataFrame):
        features = pd.DataFrame(features)
    columns = []
    for name in features.columns:
        texts = features[name].astype(str).str.strip().mask(features[name].isna(), "")
        converted = pd.to_numeric(texts, errors="coerce")
        bad = converted.isna() & ~texts.str.lower().isin(["", "nan"])
        if bad.any():
            raise CheckError(
                f"the feature {str(name)!r} has the value {texts[bad].iloc[0]!r}, which is no "
                "number: the model takes numbers only"
            )
        columns.append(converted.to_numpy(np.float32))
    values = np.column_stack(columns) if columns else np.empty((len(features), 0), np.float32)
    return values, [str(name) for name in features.columns]


def _order(booster: Any, names: Sequence[str]) -> list[int]:
    """Where the model's features are among `names`: by name, if it knows them all, else in order."""
    count = booster.num_features()
    if len(names) != count:
        listed = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        raise CheckError(
            f"the data have {len(names)} features ({listed}) and the model was trained on {count}: "
            "leave out the label, and what the model never saw"
        )
    known = list(booster.feature_names or ())
    if set(known) != set(names):
        return list(range(count))
    return [list(names).index(name) for name in known]


def _matrix(booster: Any, values: NDArray[np.float32], order: Sequence[int]) -> Any:
    import xgboost

    return xgboost.DMatrix(values[:, list(order)], feature_names=booster.feature_names)


def _content(path: Path) -> bytes:
    try:
        if not tarfile.is_tarfile(path):
            return path.read_bytes()
        with tarfile.open(path) as archive:
            names = {Path(name).name: name for name in archive.getnames()}
            if MODEL_NAME not in names:
                found = ", ".join(sorted(names)) or "nothing"
                raise CheckError(
                    f"{path.name} holds no {MODEL_NAME}; it holds {found}: explainability needs "
                    "an XGBoost model"
                )
            file = archive.extractfile(names[MODEL_NAME])
            return file.read() if file else b""
    except (OSError, EOFError, tarfile.TarError) as error:
        raise CheckError(f"the model {path} cannot be read ({error}): give another one") from error
