"""Run the two scripts as the jobs run them, and the training between them, under one directory."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from pipelines.abalone import preprocess
from pipelines.abalone.pipeline import HYPERPARAMETERS


def run_preprocess(base_dir: Path) -> dict[str, np.ndarray]:
    assert preprocess.main(["--base-dir", str(base_dir)]) == 0
    return {name: load(base_dir, name) for name in ("train", "validation", "test")}


def load(base_dir: Path, name: str) -> np.ndarray:
    return np.loadtxt(base_dir / "processing" / name / f"{name}.csv", delimiter=",", ndmin=2)


def train(base_dir: Path, rows: np.ndarray) -> xgboost.Booster:
    """Train as the built-in algorithm does, and archive the model as it does."""
    parameters = {key: value for key, value in HYPERPARAMETERS.items() if key != "num_round"}
    model = xgboost.train(
        parameters,
        xgboost.DMatrix(rows[:, 1:], rows[:, 0]),
        num_boost_round=HYPERPARAMETERS["num_round"],
    )
    model.save_model(base_dir / "xgboost-model")
    archive(base_dir, "xgboost-model")
    return model


def archive(base_dir: Path, name: str) -> None:
    path = base_dir / "processing" / "model" / "model.tar.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        tar.add(base_dir / name, name)


def output(base_dir: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (base_dir / "processing" / "evaluation" / name).read_text()
    )
    return content
