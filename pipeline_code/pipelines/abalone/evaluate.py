"""Measure the trained model on the test split, beside the live version, and choose the records of its
smoke test.

Runs as a SageMaker processing job in the built-in XGBoost container, as one file: it may import
only what that container holds (the standard library, NumPy, XGBoost, boto3).

Input: `<base>/processing/model/model.tar.gz`, as the training job wrote it, and
`<base>/processing/test/test.csv` without header, the label first.

Output, in `<base>/processing/evaluation`:

- `evaluation.json` in the form of a regression's model-quality report
  (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html): MSE,
  RMSE, MAE and R2, each with its standard deviation, which is that of 200 bootstrap resamples of
  the test rows (fixed seed); and under `comparison` how much worse the model is than the latest
  approved version of its group on the same rows, as a share of that version's MSE;
- `golden_records.json`: rows of the test split for an endpoint that serves this model, each with the
  prediction that the model gave here, which the endpoint must repeat, and bad requests, which it
  must refuse. README.md has the schema.

What goes wrong ends the job with one line, as in `preprocess.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import xgboost

BASE_DIR = Path("/opt/ml")
MODEL_NAME = "xgboost-model"  # as the built-in algorithm names it

SEED = 20
RESAMPLES = 200
GOLDEN_RECORDS = 20
# The container adds up the trees and prints their sum in 32-bit floating point, which is 7 digits:
# another processor's order of adding may change the last of them, and another model changes more.
RELATIVE_TOLERANCE = 1e-5
ABSOLUTE_TOLERANCE = 1e-5  # in rings, for a prediction near 0
CSV = "text/csv"
MAX_MESSAGE_BYTES = 1024  # of ExitMessage


class EvaluationError(Exception):
    """The model cannot be evaluated; the text says why."""


def load_model(archive: Path) -> xgboost.Booster:
    """The booster in the training job's archive, without unpacking anything to disk."""
    try:
        with tarfile.open(archive) as tar:
            names = {Path(name).name: name for name in tar.getnames()}
            if MODEL_NAME not in names:
                found = ", ".join(sorted(names)) or "nothing"
                raise EvaluationError(f"{archive.name} holds no {MODEL_NAME}; it holds {found}")
            file = tar.extractfile(names[MODEL_NAME])
            content = file.read() if file else b""
            if not content:  # XGBoost would not refuse it, but end the process
                raise EvaluationError(f"{MODEL_NAME} in {archive.name} is empty")
    except (OSError, tarfile.TarError) as error:
        raise EvaluationError(f"{archive}: cannot be read ({_brief(error)})") from error
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(content))
    except xgboost.core.XGBoostError as error:
        raise EvaluationError(
            f"{MODEL_NAME} in {archive.name} is not a model: {_brief(error)}"
        ) from error
    return booster


def read_records(path: Path) -> list[str]:
    """The lines of the test split."""
    try:
        records = [line for line in path.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror})") from error
    if not records:
        raise EvaluationError(f"{path} is empty; the test split is needed")
    return records


def predict(model: xgboost.Booster, features: np.ndarray) -> np.ndarray:
    """The model's predictions, refused if one of them is not a finite number."""
    # XGBoost would take columns that are not there for missing values.
    if features.shape[1] != model.num_features():
        raise EvaluationError(
            f"the test split has {features.shape[1]} features; "
            f"the model was trained on {model.num_features()}"
        )
    predictions = np.asarray(model.predict(xgboost.DMatrix(features)), dtype=float)
    if not np.isfinite(predictions).all():
        raise EvaluationError("the model predicts values that are not finite numbers")
    return predictions


def regression_metrics(labels: np.ndarray, predictions: np.ndarray) -> dict[str, np.ndarray]:
    """MSE, RMSE, MAE and R2 along the last axis.

    R2 of constant labels is 1 for perfect predictions and else 0, as scikit-learn has it.
    """
    errors = labels - predictions
    squared = (errors**2).sum(axis=-1)
    total = ((labels - labels.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    constant = total == 0
    ratio = np.where(constant, squared > 0, squared / np.where(constant, 1, total))
    mse = squared / labels.shape[-1]
    return {
        "mse": mse,
        "rmse": np.sqrt(mse),
        "mae": np.abs(errors).mean(axis=-1),
        "r2": 1 - ratio,
    }


def quality_report(labels: np.ndarray, predictions: np.ndarray) -> dict[str, Any]:
    """The content of evaluation.json."""
    # One resample at a time: all of them at once would take 1,600 bytes a row and more.
    random = np.random.default_rng(SEED)
    drawn = (random.integers(len(labels), size=len(labels)) for _ in range(RESAMPLES))
    resampled = [regression_metrics(labels[rows], predictions[rows]) for rows in drawn]
    return {
        "version": 0.0,
        "dataset": {"item_count": len(labels)},
        "regression_metrics": {
            name: {
                "value": float(value),
                "standard_deviation": float(np.std([each[name] for each in resampled], ddof=1)),
            }
            for name, value in regression_metrics(labels, predictions).items()
        },
    }


def aws(service: str) -> Any:
    """A client; SageMaker tells its containers the region by AWS_REGION, which boto3 does not read."""
    return boto3.client(service, region_name=os.environ.get("AWS_REGION"))


def live_version(sagemaker: Any, group: str) -> tuple[str, str] | None:
    """ARN and model artifact of the latest approved version; None if there is none yet."""
    try:
        found = sagemaker.list_model_packages(
            ModelPackageGroupName=group,
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
            MaxResults=1,
        )["ModelPackageSummaryList"]
    except sagemaker.exceptions.ClientError as error:
        # The first run of a project: registering its first version makes the group.
        if "does not exist" in str(error):
            return None
        raise
    if not found:
        return None
    arn = found[0]["ModelPackageArn"]
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    return arn, package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]


def compare_with_live(
    arn: str, live: xgboost.Booster, features: np.ndarray, labels: np.ndarray, mse: float
) -> dict[str, object]:
    """How much worse than the live version the candidate is, on the same rows, in words too."""
    name = f"version {arn.rpartition('/')[2]}, which is live,"
    try:
        live_mse = float(regression_metrics(labels, predict(live, features))["mse"])
    except EvaluationError as error:
        # A model of other features has no error on these rows; a person decides by the threshold.
        return _comparison(arn, f"{name} cannot be compared: {error}", 0.0)
    worse_by = mse / live_mse - 1 if live_mse > 0 else float(mse > 0)
    side = "worse" if worse_by > 0 else "better"
    message = f"{name} has {live_mse:.6g} on the same rows: this one is {abs(worse_by):.2%} {side}"
    return {**_comparison(arn, message, worse_by), "live_mse": live_mse}


def _comparison(arn: str | None, message: str, worse_by: float) -> dict[str, object]:
    return {"live_model_package_arn": arn, "mse_worse_by": worse_by, "message": message}


def comparison(
    group: str | None, features: np.ndarray, labels: np.ndarray, mse: float
) -> dict[str, object]:
    """The `comparison` of evaluation.json."""
    live = live_version(aws("sagemaker"), group) if group else None
    if live is None:
        return _comparison(None, "no version is live yet", 0.0)
    arn, artifact = live
    bucket, _, key = artifact.removeprefix("s3://").partition("/")
    with tempfile.TemporaryDirectory() as directory:
        archive = Path(directory) / "model.tar.gz"
        aws("s3").download_file(bucket, key, str(archive))
        return compare_with_live(arn, load_model(archive), features, labels, mse)


def golden_records(
    records: list[str], labels: np.ndarray, predictions: np.ndarray
) -> dict[str, object]:
    """The content of golden_records.json."""
    chosen = spread(labels, GOLDEN_RECORDS)
    lines = [records[row].partition(",")[2] for row in chosen]
    return {
        "schemaVersion": "2",
        "contentType": CSV,
        "accept": CSV,
        "tolerance": {"relative": RELATIVE_TOLERANCE, "absolute": ABSOLUTE_TOLERANCE},
        "records": [
            {"input": line, "prediction": float(prediction)}
            for line, prediction in zip(lines, predictions[chosen], strict=True)
        ],
        "badRecords": bad_records(lines[0]),
    }


def spread(labels: np.ndarray, count: int) -> list[int]:
    """So many rows, or all if there are fewer, spread evenly over the range of the labels: for each of
    as many values from the smallest to the largest the nearest row that is left, the first of equals."""
    left = labels.astype(float)
    chosen = []
    for value in np.linspace(labels.min(), labels.max(), min(count, len(labels))):
        row = int(np.argmin(np.abs(left - value)))
        left[row] = np.inf
        chosen.append(row)
    return chosen


def bad_records(line: str) -> list[dict[str, str]]:
    """What the built-in container refuses, whatever it serves, made of a good line.

    Its code has the statuses (`serve.py` and `encoder.py` in
    https://github.com/aws/sagemaker-xgboost-container/tree/cb8df91/src/sagemaker_xgboost_container):
    415 for what it cannot parse, 400 for columns that the model does not have. Not among them: a line
    with too few columns, which XGBoost takes for missing values and answers, and an empty body, which
    the container answers with 204.
    """
    return [
        {"name": "a column too many", "contentType": CSV, "body": f"0,{line}"},
        {
            "name": "text instead of a number",
            "contentType": CSV,
            "body": f"F,{line.partition(',')[2]}",
        },
        {"name": "a blank line", "contentType": CSV, "body": "\n"},
        {"name": "another content type", "contentType": "application/json", "body": line},
    ]


def evaluate(processing_dir: Path, group: str | None = None) -> str:
    """Do the whole job under the directory; gives a line that says what came out."""
    model = load_model(processing_dir / "model" / "model.tar.gz")
    records = read_records(processing_dir / "test" / "test.csv")
    try:
        table = np.loadtxt(records, delimiter=",", ndmin=2)
    except ValueError as error:
        raise EvaluationError(f"test.csv: {error}") from error
    labels = table[:, 0]
    predictions = predict(model, table[:, 1:])
    report = quality_report(labels, predictions)
    mse = report["regression_metrics"]["mse"]["value"]
    report["comparison"] = comparison(group, table[:, 1:], labels, mse)
    directory = processing_dir / "evaluation"
    directory.mkdir(parents=True, exist_ok=True)
    _write_json(directory / "evaluation.json", report)
    _write_json(directory / "golden_records.json", golden_records(records, labels, predictions))
    metrics = json.dumps(report["regression_metrics"])
    return f"{len(labels)} rows, {metrics}; {report['comparison']['message']}"


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


def _brief(error: Exception) -> str:
    # XGBoost's texts go on with a C++ stack trace, tarfile's with each format that it tried.
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def report_failure(message: str, output_dir: Path) -> None:
    """Say why on standard error and where SageMaker looks for the job's ExitMessage."""
    sys.stderr.write(f"evaluate.py: {message}\n")
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        text = message.encode()[:MAX_MESSAGE_BYTES].decode(errors="ignore")
        (output_dir / "message").write_text(text)
    except OSError as error:
        sys.stderr.write(f"evaluate.py: no ExitMessage: {error}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the job; gives the exit code."""
    parser = argparse.ArgumentParser(description="Measure the model on the test split.")
    parser.add_argument("--base-dir", type=Path, default=BASE_DIR, help="default: %(default)s")
    parser.add_argument(
        "--model-package-group", help="whose live version to compare with; by default with none"
    )
    options = parser.parse_args(arguments)
    base_dir: Path = options.base_dir
    try:
        summary = evaluate(base_dir / "processing", options.model_package_group)
    except EvaluationError as error:
        report_failure(str(error), base_dir / "output")
        return 1
    sys.stdout.write(f"evaluate.py: {summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
