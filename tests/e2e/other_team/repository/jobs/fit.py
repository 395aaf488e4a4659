"""Fit a forest: a script that only looks where SageMaker's variables say."""

import argparse
import os
import pathlib
import sys

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", type=int, default=10)
    parser.add_argument("--max-depth", type=int)
    parser.add_argument("--learn", default=os.environ["SM_CHANNEL_LEARN"])
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    given, _ = parser.parse_known_args()
    # The same place, as the documentation of containers has it.
    assert pathlib.Path(given.learn) == pathlib.Path("/opt/ml/input/data/learn")
    wines = pd.concat(pd.read_csv(file) for file in sorted(pathlib.Path(given.learn).iterdir()))
    chemistry, cultivar = wines.drop(columns="cultivar"), wines["cultivar"]
    forest = RandomForestClassifier(given.trees, max_depth=given.max_depth, random_state=7)
    model = make_pipeline(StandardScaler(), forest)
    accuracy = cross_val_score(model, chemistry, cultivar, cv=3).mean()
    sys.stdout.write(f"folds: accuracy={accuracy:.4f};\n")
    model.fit(chemistry, cultivar)
    joblib.dump(model, pathlib.Path(given.model_dir) / "forest.joblib")


if __name__ == "__main__":
    main()
