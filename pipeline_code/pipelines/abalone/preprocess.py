"""Check the Abalone data, split it and turn it into what XGBoost learns from.

Runs as a SageMaker processing job in the scikit-learn container, as one file: it may import only
what that container holds, and needs no more than the standard library and NumPy.

Input: headerless CSV files in `<base>/processing/input/data`, read in the order of their names, in
the form of the UCI data set (https://doi.org/10.24432/C55C7W): sex, length, diameter, height,
whole weight, shucked weight, viscera weight, shell weight, rings. A measurement may be missing
(empty, NA or NaN) and is then imputed; the sex and the label may not.

Output: `train/train.csv`, `validation/validation.csv` and `test/test.csv` (70/15/15, drawn with a
fixed seed) without header, the label first, then the measurements, then the sex one-hot in the
order F, I, M; `quality/quality.csv`, the train split with a header and with what is missing left
out, which is what the data checks look at; and `features/features.json`, which says what each
column is and how it was computed, for whoever has to build a request for the endpoint.

The measurements are not scaled: trees need no scaling, and what a model of an earlier data set was
trained on, what the data checks compare and what an endpoint is sent are then the same numbers.
The label is written with a fraction and the sex without: Clarify tells by it whether a value is a
category or a number of which a threshold can be asked.

The data are read twice, in batches, so that memory does not grow with the rows. The first pass
checks every row, before there is any output; the second writes. What follows from that:

- Each 20 rows give three to test and three to validation, drawn anew: the shares are exact without
  counting first. Rows stay in the order of the input; shards take turns, so each is like the whole.
- A missing measurement becomes the median of the train split (so that nothing leaks), which a
  stream cannot hold: it is the median of all its rows up to SAMPLE_ROWS, and beyond that of as many
  rows drawn from it. Their median lies within 0.5 percentage points of the middle, by rank, in 95
  of 100 draws (1.96 * sqrt(0.25 / SAMPLE_ROWS)), and unlike a mean it bears a slipped decimal point.
- A row in the usual form is taken apart by one regular expression and keeps its digits; only one
  that is written otherwise, or is bad, is parsed value by value.

A bad data set ends the job with one line that names the file, the row and what is allowed: on
standard error and in `<base>/output/message`, which SageMaker shows as the job's ExitMessage
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html).
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import TextIO

import numpy as np

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

SPLITS = ["train", "validation", "test"]
TRAIN = 0
SEED = 20
BLOCK = 20  # rows, of which HELD_OUT go to validation and as many to test
HELD_OUT = 3
MIN_ROWS = 10  # fewer would leave a split empty or meaningless
SAMPLE_ROWS = 50_000
BATCH_CHARACTERS = 1 << 18  # of a file at a time; the outputs do not depend on it
MAX_MESSAGE_BYTES = 1024  # of ExitMessage

ONE_HOT = {sex: ",".join(str(int(sex == each)) for each in SEXES) + "\n" for sex in SEXES}
# Digits are bounded: so many of them are a finite number, whatever they are. The pattern of one
# measurement is repeated, not counted ({7}), and the gap comes second: both save time for each row.
DIGITS = "[0-9]{1,15}"
USUAL_MEASUREMENT = rf"(?:-?{DIGITS}\.{DIGITS},|,)"
USUAL_ROW = (
    f"([{''.join(SEXES)}]),({USUAL_MEASUREMENT * len(MEASUREMENTS)})"
    rf"({DIGITS})(\.{DIGITS})?"
)
LINE = re.compile(rf"(?:{USUAL_ROW}|(.*))\n")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


class BadDataError(ValueError):
    """The data set cannot be used; the text says where and what is allowed."""


def find_files(directory: Path) -> list[Path]:
    """The CSV files in the directory, in the order of their names."""
    files = sorted(path for path in directory.glob("*.csv") if path.is_file())
    if not files:
        found = ", ".join(sorted(path.name for path in directory.glob("*"))) or "nothing"
        raise BadDataError(f"no file named *.csv in {directory}; found: {found}")
    return files


def read_rows(path: Path) -> Iterator[list[str]]:
    """One file's rows as the outputs have them (a missing measurement is empty), in batches."""
    line, any_rows = 0, False
    try:
        with path.open(encoding="utf-8-sig") as file:
            while text := file.read(BATCH_CHARACTERS) + file.readline():
                found = LINE.findall(text if text.endswith("\n") else text + "\n")
                rows = [
                    f"{whole}{fraction or '.0'},{measurements}{ONE_HOT[sex]}"
                    if sex
                    else parse_row(unusual, f"{path.name}, row {number}")
                    for number, (sex, measurements, whole, fraction, unusual) in enumerate(
                        found, line + 1
                    )
                ]
                line += len(found)
                rows = list(filter(None, rows))
                any_rows = any_rows or bool(rows)
                yield rows
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadDataError(f"{path.name}: not a CSV file in UTF-8 ({error})") from error
    if not any_rows:
        raise BadDataError(
            f"{path.name}: the file is empty; rows of {len(COLUMNS)} columns without a header "
            "are needed"
        )


def parse_row(line: str, place: str) -> str:
    """A row as the outputs have it, nothing for an empty line; `place` ("abalone.csv, row 3") is
    for the message."""
    values = next(csv.reader([line])) if '"' in line else line.split(",")
    values = [value.strip() for value in values]
    if values == [""]:
        return ""
    if len(values) != len(COLUMNS):
        raise BadDataError(
            f"{place}: {len(values)} columns; {len(COLUMNS)} are needed: " + ", ".join(COLUMNS)
        )
    sex, *measurements, label = values
    if sex not in SEXES:
        raise _refused(place, SEX, sex, "allowed are " + ", ".join(SEXES))
    numbers = [as_written(value) for value in measurements]
    if None in numbers:
        index = numbers.index(None)
        raise _refused(place, MEASUREMENTS[index], measurements[index], "a finite number is needed")
    rings = as_written(label)
    if rings == "":
        raise _refused(place, LABEL, label, "the label is needed in every row, a finite number")
    if rings is None:
        raise _refused(place, LABEL, label, "a finite number is needed")
    return ",".join([rings, *map(str, numbers), ONE_HOT[sex]])


@lru_cache(maxsize=10_000)  # measurements repeat
def as_written(value: str) -> str | None:
    """A number as the outputs have it, nothing for a missing one; None for what is no number."""
    if value in MISSING:
        return ""
    if not NUMBER.fullmatch(value) or not math.isfinite(float(value)):
        return None
    return repr(float(value))


def _refused(place: str, name: str, value: str, allowed: str) -> BadDataError:
    shown = repr(value[:40]) if value else "missing"
    return BadDataError(f"{place}: {name} is {shown}; {allowed}")


def batches(files: Sequence[Path]) -> Iterator[tuple[list[str], np.ndarray]]:
    """All rows in batches, and for each row the number of its split, the same at every call."""
    random = np.random.default_rng(SEED)
    done, rows = 0, []
    for path in files:
        for more in read_rows(path):
            rows += more
            whole = len(rows) // BLOCK * BLOCK
            if whole:
                yield rows[:whole], _assign(random, whole, done + whole)
                done, rows = done + whole, rows[whole:]
    if rows:
        yield rows, _assign(random, len(rows), done + len(rows))


def _assign(random: np.random.Generator, rows: int, total: int) -> np.ndarray:
    """The splits of rows that begin with a block; where they end within one, all rows (`total`)
    end, and that block gets what makes the shares of the total right."""
    blocks = math.ceil(rows / BLOCK)
    keys = random.random((blocks, BLOCK))
    held_out = np.full((blocks, 1), HELD_OUT)
    if rows % BLOCK:
        keys[-1, rows % BLOCK :] = math.inf
        held_out[-1] = round(total * HELD_OUT / BLOCK) - total // BLOCK * HELD_OUT
    ranks = keys.argsort(axis=1).argsort(axis=1)
    splits: np.ndarray = (ranks < 2 * held_out).astype(int) + (ranks < held_out)
    return splits.reshape(-1)[:rows]


def survey(files: Sequence[Path]) -> tuple[dict[str, int], list[str]]:
    """The first pass: checks every row; gives the rows of each split, and a sample of train."""
    random = np.random.default_rng(SEED)
    counts = np.zeros(len(SPLITS), dtype=int)
    sample: list[tuple[float, str]] = []
    limit = 1.0  # rows with a higher key than this have no place in the sample any more
    for rows, splits in batches(files):
        counts += np.bincount(splits, minlength=len(SPLITS))
        train = list(compress(rows, (splits == TRAIN).tolist()))
        keyed = zip(random.random(len(train)).tolist(), train, strict=True)
        sample += [(key, row) for key, row in keyed if key <= limit]
        if len(sample) > 2 * SAMPLE_ROWS:
            sample = sorted(sample)[:SAMPLE_ROWS]
            limit = sample[-1][0]
    if counts.sum() < MIN_ROWS:
        names = ", ".join(path.name for path in files)
        raise BadDataError(f"{names}: {counts.sum()} rows; at least {MIN_ROWS} are needed")
    sampled = [row for _, row in sorted(sample)[:SAMPLE_ROWS]]
    return dict(zip(SPLITS, counts.tolist(), strict=True)), sampled


def find_medians(sample: Sequence[str]) -> list[float]:
    """The median of each measurement, of the rows in which it is there."""
    unknown = ["nan"] * len(MEASUREMENTS)
    columns = range(1, 1 + len(MEASUREMENTS))
    table = np.loadtxt([impute(row, unknown) for row in sample], delimiter=",", usecols=columns)
    for index in np.flatnonzero(np.isnan(table).all(axis=0)):
        raise BadDataError(
            f"{MEASUREMENTS[index]} is missing in all {len(sample)} rows of the train split that "
            "its median is taken from"
        )
    medians: list[float] = np.nanmedian(table, axis=0).tolist()
    return medians


def impute(row: str, values: Sequence[str]) -> str:
    """The row with each missing measurement replaced."""
    if ",," not in row:
        return row
    label, *cells = row.split(",")
    for index, value in enumerate(values):
        cells[index] = cells[index] or value
    return ",".join([label, *cells])


def write_splits(
    files: Sequence[Path], processing_dir: Path, shards: int, imputed: Sequence[str]
) -> None:
    """The second pass: the splits, and the train split as the data checks see it."""
    with ExitStack() as stack:

        def create(directory: str, name: str) -> TextIO:
            path = processing_dir / directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            return stack.enter_context(path.open("w", encoding="ascii"))

        outputs = {
            split: [create(split, f"{split}-{number:05d}.csv") for number in range(shards)]
            if shards > 1 and split != "test"
            else [create(split, f"{split}.csv")]
            for split in SPLITS
        }
        quality = create("quality", "quality.csv")
        quality.write(",".join([LABEL, *MEASUREMENTS, *(f"{SEX}_{sex}" for sex in SEXES)]) + "\n")
        written = dict.fromkeys(SPLITS, 0)
        for rows, numbers in batches(files):
            for number, (split, parts) in enumerate(outputs.items()):
                own = list(compress(rows, (numbers == number).tolist()))
                if split == "train":
                    quality.write("".join(own))
                own = [impute(row, imputed) for row in own]
                for part, file in enumerate(parts):
                    first = (part - written[split]) % len(parts)
                    file.write("".join(own[first :: len(parts)]))
                written[split] += len(own)


def describe_features(medians: Sequence[float]) -> dict[str, object]:
    """What each column of the outputs is, and the numbers that made it."""
    return {
        "label": LABEL,
        "features": [
            {"name": name, "imputed": median}
            for name, median in zip(MEASUREMENTS, medians, strict=True)
        ]
        + [{"name": f"{SEX}_{sex}", "one_hot": sex} for sex in SEXES],
    }


def preprocess(processing_dir: Path, shards: int = 1) -> str:
    """Do the whole job under the directory; gives a line that says what came out."""
    files = find_files(processing_dir / "input" / "data")
    counts, sample = survey(files)
    most = min(counts["train"], counts["validation"])
    if not 1 <= shards <= most:
        raise BadDataError(
            f"--shards is {shards}; allowed are 1 to {most}, the rows of the validation split, of "
            "which each training instance needs one"
        )
    medians = find_medians(sample)
    write_splits(files, processing_dir, shards, [repr(median) for median in medians])
    path = processing_dir / "features" / "features.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(describe_features(medians), indent=2) + "\n")
    return ", ".join(f"{split} {rows} rows" for split, rows in counts.items())


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
    parser.add_argument(
        "--data-version", help="which content the data has; not looked at, but in the log"
    )
    parser.add_argument(
        "--shards",
        type=int,
        default=1,
        help="files of the train and validation splits, at least one per training instance",
    )
    options = parser.parse_args(arguments)
    base_dir: Path = options.base_dir
    try:
        summary = preprocess(base_dir / "processing", options.shards)
    except BadDataError as error:
        report_failure(str(error), base_dir / "output")
        return 1
    sys.stdout.write(f"preprocess.py: {summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
