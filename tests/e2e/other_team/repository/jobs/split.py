"""Cut the wines into a part to learn from and a part to be judged by."""

import argparse
import pathlib

import pandas as pd
from sklearn.model_selection import train_test_split

BASE = pathlib.Path("/opt/ml/processing")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--held-back", type=float, required=True)
    arguments.add_argument("--header", choices=["yes", "no"], default="yes")
    given = arguments.parse_args()
    (source,) = (BASE / "raw").glob("*.csv")
    wines = pd.read_csv(source)
    # The label first, as SageMaker's algorithms have it.
    wines = wines[["cultivar", *wines.columns.drop("cultivar")]]
    learn, judge = train_test_split(
        wines, test_size=given.held_back, random_state=7, stratify=wines["cultivar"]
    )
    for name, part in {"learn": learn, "judge": judge}.items():
        part.to_csv(BASE / name / f"{name}.csv", index=False, header=given.header == "yes")


main()
