"""How many of the held-back wines a booster tells right."""

import json
import pathlib
import tarfile

import numpy as np
import xgboost as xgb

BASE = pathlib.Path("/opt/ml/processing")

with tarfile.open(BASE / "model" / "model.tar.gz") as archive:
    archive.extractall("/tmp/model", filter="data")
table = np.loadtxt(BASE / "judge" / "judge.csv", delimiter=",")
booster = xgb.Booster(model_file="/tmp/model/xgboost-model")
right = booster.predict(xgb.DMatrix(table[:, 1:])).argmax(axis=1) == table[:, 0]
grades = {"accuracy": float(right.mean()), "wrong": int((~right).sum()), "sizes": [len(table)]}
(BASE / "grades" / "grades.json").write_text(json.dumps({"grades": [grades]}))
