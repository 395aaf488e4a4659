"""Reading a channel's files into an xgboost.DMatrix, as the container does.

CSV has the label first (and the weight second with csv_weights=1) and no header; LIBSVM is
`label[:weight] index:value …`. https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html. Known
differences: several files are read in the order of their names, where the container's order is
unspecified; recordio-protobuf is refused by name.
"""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import Any

from localcloud.sagemaker.containers.xgboost_algorithm.errors import UserError

_MAX_FOLDER_DEPTH = 3


def data_files(path: Path) -> list[Path]:
    """A channel's files, those in folders too, in the order of their names.

    Folders deeper than the container looks are left out, with a warning. UserError for a hidden
    file.
    """
    files = sorted(entry for entry in path.rglob("*") if entry.is_file())
    if any(entry.name.startswith(".") for entry in files):
        raise UserError("Hidden file found in the data path! Remove that before training.")
    near = [entry for entry in files if len(entry.relative_to(path).parts) <= _MAX_FOLDER_DEPTH]
    if len(near) < len(files):
        logging.warning(
            f"The depth of folder {path} exceed the limit {_MAX_FOLDER_DEPTH}. Files in deeper sub "
            "dirs won't be loaded. Please adjust the folder structure accordingly."
        )
    return near


def read(path: Path, form: str, *, csv_weights: int = 0) -> Any:
    """A channel's data, or None when the channel is empty; UserError for what cannot be read."""
    files = data_files(path) if path.is_dir() else []
    if not sum(entry.stat().st_size for entry in files):
        return None
    if form == "csv":
        matrix = _read_csv(files, csv_weights)
    elif form == "libsvm":
        matrix = _read_libsvm(files)
    elif form == "parquet":
        matrix = _read_parquet(files)
    else:
        raise UserError(
            f"unsupported by the local cloud: training data as {form}; supported: csv, libsvm, "
            "parquet"
        )
    if matrix.get_label().size == 0:
        raise UserError(
            "Got input data without labels. Please check the input data set. If training job is "
            "running on multiple instances, please switch to using single instance if number of "
            "records in the data set is less than number of workers (16 * number of instance) in "
            "the cluster."
        )
    return matrix


def warn_of_redundancy(train: Path, validation: Path) -> None:
    """Log a warning for each pair of files with the same name and size."""
    sizes = {entry.name: entry.stat().st_size for entry in train.iterdir() if entry.is_file()}
    for entry in validation.iterdir():
        if entry.is_file() and sizes.get(entry.name) == entry.stat().st_size:
            logging.warning(
                f"Suspected identical files found. ({train / entry.name} and {entry}with same size "
                f"{entry.stat().st_size} bytes). Note: Duplicate data in the training set and "
                "validation set is usually not intentional and can impair the validity of the "
                "model evaluation by the validation score."
            )


def _read_csv(files: list[Path], csv_weights: int) -> Any:
    delimiters = [_delimiter(entry) for entry in files]
    weights = "&weight_column=1" if csv_weights == 1 else ""
    return _load(files, f"format=csv&label_column=0&delimiter={delimiters[0]}{weights}", "csv")


def _delimiter(file: Path) -> str:
    with file.open(errors="ignore") as lines:
        first = lines.readline()
    try:
        delimiter = csv.Sniffer().sniff(first).delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {first[:50]}:\n{error}") from error
    logging.info(f"Determined delimiter of CSV input is '{delimiter}'")
    return delimiter


def _read_libsvm(files: list[Path]) -> Any:
    for file in files:
        _require_libsvm(file)
    return _load(files, "format=libsvm", "libsvm")


def _require_libsvm(file: Path) -> None:
    """The first line with features must be `label[:weight] index:value …`."""
    with file.open(errors="ignore") as lines:
        for line in lines:
            label, *features = line.split()
            if not _is_label(label) or any(item.count(":") != 1 for item in features):
                raise UserError(
                    f"First line '{line[:50]}...' of file '{file.name}' is not 'LIBSVM' format. "
                    "Please ensure the file is in 'LIBSVM' format."
                )
            if features:
                return


def _is_label(text: str) -> bool:
    parts = text.split(":")
    try:
        return len(parts) <= 2 and all(float(part) is not None for part in parts)
    except ValueError:
        return False


def _load(files: list[Path], options: str, form: str) -> Any:
    import xgboost

    paths = ";".join(str(entry) for entry in files)
    try:
        return xgboost.DMatrix(f"{paths}?{options}")
    except Exception as error:
        raise UserError(f"Failed to load {form} data with exception:\n{error}") from error


def _read_parquet(files: list[Path]) -> Any:
    import pyarrow.parquet  # type: ignore[import-untyped]
    import xgboost

    try:
        table = pyarrow.parquet.read_table([str(entry) for entry in files]).to_pandas().to_numpy()
        return xgboost.DMatrix(table[:, 1:], label=table[:, 0])
    except Exception as error:
        raise UserError(f"Failed to load parquet data with exception:\n{error}") from error
