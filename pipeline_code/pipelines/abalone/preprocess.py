"""Check the Abalone data, split it and turn it into what XGBoost learns from.

Runs as a SageMaker processing job in the scikit-learn container, as one file: it may import only
what that container holds (the standard library, NumPy, pandas, scikit-learn).

Input: headerless CSV files in `<base>/processing/input/data`, read in the order of their names, in
the form of the UCI data set (https://doi.org/10.24432/C55C7W): sex, length, diameter, height,
whole weight, shucked weight, viscera weight, shell weight, rings. A measurement may be missing
(empty, NA or NaN) and is then imputed; the sex and the label may not.

Output: `train/train.csv`, `validation/validation.csv` and `test/test.csv` (70/15/15, shuffled with
a fixed seed) without header, the label first, then the scaled measurements, then the sex one-hot
in the order F, I, M; and `features/features.json`, which says what each column is and how it was
computed, for whoever has to build a request for the endpoint.

A bad data set ends the job with one line that names the file, the row and what is allowed: on
standard error and in `<base>/output/message`, which SageMaker shows as the job's ExitMessage
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

BASE_DIR = Path("/opt/ml")

SEX = "sex"
SEXES = ["F", "I", "M"]
MEASUREMENTS = [
    "length",
    "diameter",
    "height",
    "whole_weight",
    "shucked_weight",
    "viscera_weight",
    "shell_weight",
]
LABEL = "rings"
COLUMNS = [SEX, *MEASUREMENTS, LABEL]
MISSING = {"", "NA", "NaN", "nan"}

SEED = 20
HELD_OUT_SHARE = 0.15  # of the rows, for validation and again for test
MIN_ROWS = 10  # fewer would leave a split empty or meaningless
MAX_MESSAGE_BYTES = 1024  # of ExitMessage


class BadDataError(ValueError):
    """The data set cannot be used; the text says where and what is allowed."""


def read_rows(path: Path) -> tuple[list[list[str]], list[str]]:
    """The rows of one CSV file, and for each row where it is ("abalone.csv, row 3")."""
    rows, places = [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                if not row:
                    continue
                place = f"{path.name}, row {reader.line_num}"
                if len(row) != len(COLUMNS):
                    raise BadDataError(
                        f"{place}: {len(row)} columns; {len(COLUMNS)} are needed: "
                        + ", ".join(COLUMNS)
                    )
                rows.append([value.strip() for value in row])
                places.append(place)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadDataError(f"{path.name}: not a CSV file in UTF-8 ({error})") from error
    if not rows:
        raise BadDataError(
            f"{path.name}: the file is empty; rows of {len(COLUMNS)} columns without a header "
            "are needed"
        )
    return rows, places


def read_data(directory: Path) -> pd.DataFrame:
    """All rows of the CSV files in the directory, checked; missing measurements are NaN."""
    files = sorted(path for path in directory.glob("*.csv") if path.is_file())
    if not files:
        found = ", ".join(sorted(path.name for path in directory.glob("*"))) or "nothing"
        raise BadDataError(f"no file named *.csv in {directory}; found: {found}")
    rows, places = [], []
    for path in files:
        file_rows, file_places = read_rows(path)
        rows += file_rows
        places += file_places
    text = pd.DataFrame(rows, columns=COLUMNS, index=places, dtype=str)
    _refuse_first(text[SEX], ~text[SEX].isin(SEXES), "allowed are " + ", ".join(SEXES))
    numbers = {name: _numbers(text[name], required=name == LABEL) for name in COLUMNS[1:]}
    data = pd.DataFrame({SEX: text[SEX], **numbers})
    if len(data) < MIN_ROWS:
        raise BadDataError(
            f"{', '.join(path.name for path in files)}: {len(data)} rows; "
            f"at least {MIN_ROWS} are needed"
        )
    return data


def _numbers(text: pd.Series, *, required: bool) -> pd.Series:
    missing = text.isin(MISSING)
    if required:
        _refuse_first(text, missing, "the label is needed in every row, a finite number")
    numbers = pd.to_numeric(text.mask(missing), errors="coerce")
    allowed = "a finite number is needed"
    _refuse_first(text, ~missing & ~np.isfinite(numbers), allowed)
    return numbers.astype(float)


def _refuse_first(text: pd.Series, bad: pd.Series, allowed: str) -> None:
    if bad.any():
        place = bad.idxmax()
        value = text[bad].iloc[0]
        shown = repr(value[:40]) if value else "missing"
        raise BadDataError(f"{place}: {text.name} is {shown}; {allowed}")


def split(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Shuffle with the fixed seed and divide 70/15/15."""
    order = np.random.default_rng(SEED).permutation(len(data))
    held_out = max(1, round(len(data) * HELD_OUT_SHARE))
    return {
        "test": data.iloc[order[:held_out]],
        "validation": data.iloc[order[held_out : 2 * held_out]],
        "train": data.iloc[order[2 * held_out :]],
    }


def fit_transformer(train: pd.DataFrame) -> ColumnTransformer:
    """Learn medians, means and scales from the train split only, so that nothing leaks."""
    for name in MEASUREMENTS:
        if train[name].isna().all():
            raise BadDataError(f"{name} is missing in every row of the train split")
    transformer = ColumnTransformer(
        [
            (
                "measurements",
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                MEASUREMENTS,
            ),
            (SEX, OneHotEncoder(categories=[SEXES], sparse_output=False), [SEX]),
        ]
    )
    return transformer.fit(train)


def describe_features(transformer: ColumnTransformer) -> dict[str, object]:
    """What each column of the outputs is, and the numbers that made it."""
    imputer, scaler = (step for _, step in transformer.named_transformers_["measurements"].steps)
    return {
        "label": LABEL,
        "features": [
            {"name": name, "imputed": imputed, "mean": mean, "scale": scale}
            for name, imputed, mean, scale in zip(
                MEASUREMENTS,
                imputer.statistics_.tolist(),
                scaler.mean_.tolist(),
                scaler.scale_.tolist(),
                strict=True,
            )
        ]
        + [{"name": f"{SEX}_{sex}", "one_hot": sex} for sex in SEXES],
    }


def preprocess(processing_dir: Path) -> str:
    """Do the whole job under the directory; gives a line that says what came out."""
    splits = split(read_data(processing_dir / "input" / "data"))
    transformer = fit_transformer(splits["train"])
    for name, rows in splits.items():
        table = np.column_stack([rows[LABEL], transformer.transform(rows)])
        path = processing_dir / name / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(table).to_csv(path, header=False, index=False)
    path = processing_dir / "features" / "features.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(describe_features(transformer), indent=2) + "\n")
    return ", ".join(f"{name} {len(rows)} rows" for name, rows in splits.items())


def report_failure(message: str, output_dir: Path) -> None:
    """Say why on standard error and where SageMaker looks for the job's ExitMessage."""
    sys.stderr.write(f"preprocess.py: {message}\n")
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        text = message.encode()[:MAX_MESSAGE_BYTES].decode(errors="ignore")
        (output_dir / "message").write_text(text)
    except OSError as error:
        sys.stderr.write(f"preprocess.py: no ExitMessage: {error}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the job; gives the exit code."""
    parser = argparse.ArgumentParser(description="Check, split and encode the Abalone data.")
    parser.add_argument("--base-dir", type=Path, default=BASE_DIR, help="default: %(default)s")
    base_dir: Path = parser.parse_args(arguments).base_dir
    try:
        summary = preprocess(base_dir / "processing")
    except BadDataError as error:
        report_failure(str(error), base_dir / "output")
        return 1
    sys.stdout.write(f"preprocess.py: {summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
