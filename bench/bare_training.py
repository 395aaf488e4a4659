"""The training of the pipeline as a plain script: what a person would run without any cloud."""

from __future__ import annotations

import argparse
import json
import tarfile
from pathlib import Path

import numpy
import xgboost


def matrix(path: Path) -> xgboost.DMatrix:
    """A split of the data, the label first."""
    rows = numpy.loadtxt(path, delimiter=",", dtype=numpy.float32, ndmin=2)
    return xgboost.DMatrix(rows[:, 1:], rows[:, 0])


def main() -> None:
    """Train on `<base>/processing/train` and archive the model for the evaluation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-dir", type=Path, required=True)
    parser.add_argument("--hyperparameters", type=json.loads, required=True)
    arguments = parser.parse_args()
    processing = arguments.base_dir / "processing"
    rounds = int(arguments.hyperparameters.pop("num_round"))
    train = matrix(processing / "train" / "train.csv")
    validation = matrix(processing / "validation" / "validation.csv")
    booster = xgboost.train(
        arguments.hyperparameters,
        train,
        num_boost_round=rounds,
        evals=[(train, "train"), (validation, "validation")],
        verbose_eval=False,
    )
    booster.save_model(arguments.base_dir / "xgboost-model")
    (processing / "model").mkdir(exist_ok=True)
    with tarfile.open(processing / "model" / "model.tar.gz", "w:gz") as archive:
        archive.add(arguments.base_dir / "xgboost-model", "xgboost-model")


if __name__ == "__main__":
    main()
