"""Fit an XGBoost model in script mode; it is served by the container's own server."""

import argparse
import os
import pathlib
import sys

import numpy as np
import xgboost as xgb


def load(channel):
    (file,) = pathlib.Path(channel).glob("*.csv")
    table = np.loadtxt(file, delimiter=",")
    return xgb.DMatrix(table[:, 1:], label=table[:, 0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--eta", type=float)
    given = parser.parse_args()
    learn, judge = (load(os.environ[f"SM_CHANNEL_{name}"]) for name in ("LEARN", "JUDGE"))
    measured = {}
    booster = xgb.train(
        {"objective": "multi:softprob", "num_class": 3, "eta": given.eta, "seed": 7},
        learn,
        num_boost_round=given.rounds,
        evals=[(judge, "judge")],
        evals_result=measured,
        verbose_eval=False,
    )
    sys.stdout.write(f"final mlogloss={measured['judge']['mlogloss'][-1]:.5f}\n")
    booster.save_model(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "xgboost-model")


if __name__ == "__main__":
    main()
