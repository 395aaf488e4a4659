"""The same preparation of the Abalone data by one of three programs; prints its peak memory.

python bench/preprocess_work.py script|pandas|polars DIRECTORY    (of `processing/input/data/*.csv`)

Each checks the sexes and the numbers, splits 70/15/15, imputes medians of the train split, and
writes train, validation and test without header, label first, and the train split with gaps and
header. What pandas and Polars leave out: messages that name the row.
"""

from __future__ import annotations

import importlib
import resource
import runpy
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "pipeline_code/pipelines/abalone/preprocess.py"
SEXES = ["F", "I", "M"]
MEASUREMENTS = [
    *("length", "diameter", "height", "whole_weight"),
    *("shucked_weight", "viscera_weight", "shell_weight"),
]
COLUMNS = ["sex", *MEASUREMENTS, "rings"]
HEADER = ["rings", *MEASUREMENTS, *(f"sex_{sex}" for sex in SEXES)]


def by_script(directory: Path) -> None:
    """The job's own script, unchanged."""
    sys.argv = [str(SCRIPT), "--base-dir", str(directory)]
    try:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise


def by_pandas(directory: Path) -> None:
    """What a person would write first: pandas, and scikit-learn's transformers."""
    import numpy as np
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    processing = directory / "processing"
    files = sorted((processing / "input" / "data").glob("*.csv"))
    data = pd.concat([pd.read_csv(file, header=None, names=COLUMNS) for file in files])
    data = data.astype({"rings": float})
    assert data["sex"].isin(SEXES).all()
    assert np.isfinite(data["rings"]).all()
    assert not np.isinf(data[MEASUREMENTS]).any(axis=None)
    order = np.random.default_rng(20).permutation(len(data))
    held_out = round(len(data) * 0.15)
    splits = {
        "test": data.iloc[order[:held_out]],
        "validation": data.iloc[order[held_out : 2 * held_out]],
        "train": data.iloc[order[2 * held_out :]],
    }
    one_hot = OneHotEncoder(categories=[SEXES], sparse_output=False, dtype=int)
    transformer = ColumnTransformer(
        [
            ("measurements", SimpleImputer(strategy="median"), MEASUREMENTS),
            ("sex", one_hot, ["sex"]),
        ]
    ).fit(splits["train"])
    for name, rows in splits.items():
        table = pd.DataFrame(np.column_stack([rows["rings"], transformer.transform(rows)]))
        table = table.astype(dict.fromkeys(table.columns[-len(SEXES) :], int))
        table.to_csv(_place(processing, name), header=False, index=False)
    train = splits["train"]
    sexes = {f"sex_{sex}": (train["sex"] == sex).astype(int) for sex in SEXES}
    train.assign(**sexes)[HEADER].to_csv(_place(processing, "quality"), index=False)


def by_polars(directory: Path) -> None:
    """The same in Polars, which AWS's containers do not have."""
    pl = importlib.import_module("polars")
    processing = directory / "processing"
    schema = dict.fromkeys(COLUMNS, pl.Float64) | {"sex": pl.String}
    data = pl.read_csv(
        processing / "input" / "data" / "*.csv",
        has_header=False,
        schema=schema,
        null_values=["NA", "NaN", "nan"],
    )
    assert data["sex"].is_in(SEXES).all()
    assert data["rings"].is_finite().all()
    assert not data["rings"].is_null().any()
    assert data.select(pl.col(MEASUREMENTS).is_finite().all()).to_numpy().all()
    sexes = [(pl.col("sex") == sex).cast(pl.Int8).alias(f"sex_{sex}") for sex in SEXES]
    data = data.with_columns(sexes).select(HEADER).sample(fraction=1, shuffle=True, seed=20)
    held_out = round(len(data) * 0.15)
    train = data[2 * held_out :]
    train.write_csv(_place(processing, "quality"))
    medians = [pl.col(name).fill_null(train[name].median()) for name in MEASUREMENTS]
    splits = {"test": data[:held_out], "validation": data[held_out : 2 * held_out], "train": train}
    for name, rows in splits.items():
        rows.with_columns(medians).write_csv(_place(processing, name), include_header=False)


def _place(processing: Path, name: str) -> Path:
    path = processing / name / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    return path


def peak_megabytes() -> float:
    """The highest resident set of this process.

    Not `ru_maxrss` where there is another way: on Linux it begins with what the process that started
    this one had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [each for each in status.read_text().splitlines() if each.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)  # of macOS, in bytes


def main() -> None:
    """Do it once."""
    {"script": by_script, "pandas": by_pandas, "polars": by_polars}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write(f"{peak_megabytes()}\n")


if __name__ == "__main__":
    main()
