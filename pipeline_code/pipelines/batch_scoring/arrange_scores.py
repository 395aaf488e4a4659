"""Put scores into the form of the baseline that their version registered, for the data-quality check.

Runs as a SageMaker processing job, as one file: it imports the standard library only.

Input, below `<base>/processing/input`: `scores`, what the transform job wrote, headerless CSV files of
features with the prediction last; `baseline/constraints.json` of the version's data-quality baseline.

Output, below `<base>/processing`:

- `check_data/scores.csv`: the same rows with the prediction first and the baseline's names as header;
- `check_baseline/constraints.json`: the baseline's, with the check of the first column disabled;
- `summary/summary.json`: how many rows and files there are.

Why: the baseline is of the training data, in which the label is the first column, and columns are
compared by name; the prediction stands where the label stood, so the two have the same schema. But a
regression predicts means, which lie closer together than what is measured: the predictions for the very
data that the Abalone model learned from are 0.103 away from its labels, and the check allows 0.1. So
the first column is not compared (`monitoring_config_overrides`, as the SDK's `set_monitoring` writes
it); that every prediction is a finite number is looked at here.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BASE_DIR = Path("/opt/ml")
MAX_MESSAGE_BYTES = 1024  # of ExitMessage


class ScoresError(ValueError):
    """The scores cannot be checked; the text says where and why."""


def read_constraints(path: Path) -> dict[str, Any]:
    """The version's constraints. Raises ScoresError."""
    try:
        constraints = json.loads(path.read_text())
        names = [feature["name"] for feature in constraints["features"]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ScoresError(
            f"{path.name} of the live version's data-quality baseline cannot be read: {error}"
        ) from error
    if len(names) < 2:
        raise ScoresError(
            f"{path.name} of the live version has {len(names)} features; "
            "the label and at least one feature are needed"
        )
    return dict(constraints)


def without_first(constraints: dict[str, Any]) -> dict[str, Any]:
    """The constraints with the check of the first column, the label, disabled."""
    label, *features = constraints["features"]
    disabled = {**label, "monitoring_config_overrides": {"evaluate_constraints": "Disabled"}}
    return {**constraints, "features": [disabled, *features]}


def read_scores(directory: Path, columns: list[str]) -> Iterator[tuple[Path, list[str]]]:
    """Each row with its file, checked: as many columns as the baseline, the last a finite number."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    if not files:
        raise ScoresError("the transform job wrote no scores")
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                if not row:
                    continue
                place = f"{path.relative_to(directory)}, row {reader.line_num}"
                if len(row) != len(columns):
                    raise ScoresError(
                        f"{place}: {len(row)} columns, of which the prediction is the last; "
                        f"{len(columns) - 1} features and a prediction are needed: "
                        + ", ".join(columns[1:])
                    )
                if not _is_finite(row[-1]):
                    raise ScoresError(f"{place}: the prediction is {row[-1]!r}, no finite number")
                yield path, row


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def arrange(processing_dir: Path) -> str:
    """Do the whole job under the directory; gives a line that says what came out."""
    inputs = processing_dir / "input"
    constraints = read_constraints(inputs / "baseline" / "constraints.json")
    columns = [str(feature["name"]) for feature in constraints["features"]]
    rows, files = 0, set()
    with _new(processing_dir / "check_data" / "scores.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for path, row in read_scores(inputs / "scores", columns):
            writer.writerow([row[-1], *row[:-1]])
            rows += 1
            files.add(path)
    if not rows:
        raise ScoresError("the scores have no rows")
    _write_json(processing_dir / "check_baseline" / "constraints.json", without_first(constraints))
    _write_json(processing_dir / "summary" / "summary.json", {"rows": rows, "files": len(files)})
    return f"{rows} rows of {len(files)} files, {len(columns) - 1} features"


def _new(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_json(path: Path, content: dict[str, Any]) -> None:
    _new(path).write_text(json.dumps(content, indent=2) + "\n")


def report_failure(message: str, output_dir: Path) -> None:
    """Say why on standard error and where SageMaker looks for the job's ExitMessage."""
    sys.stderr.write(f"arrange_scores.py: {message}\n")
    try:
        text = message.encode()[:MAX_MESSAGE_BYTES].decode(errors="ignore")
        _new(output_dir / "message").write_text(text)
    except OSError as error:
        sys.stderr.write(f"arrange_scores.py: no ExitMessage: {error}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the job; gives the exit code."""
    parser = argparse.ArgumentParser(description="Arrange scores for their data-quality check.")
    parser.add_argument("--base-dir", type=Path, default=BASE_DIR, help="default: %(default)s")
    base_dir: Path = parser.parse_args(arguments).base_dir
    try:
        summary = arrange(base_dir / "processing")
    except ScoresError as error:
        report_failure(str(error), base_dir / "output")
        return 1
    sys.stdout.write(f"arrange_scores.py: {summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
