"""`evaluate.py` on a model that was trained as the built-in algorithm trains."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import synthetic
import xgboost
from botocore.exceptions import ClientError
from pipelines.abalone import evaluate
from scripts import archive, output, run_preprocess, train
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score


def test_evaluate_measures_what_scikit_learn_measures(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    splits = run_preprocess(tmp_path)
    model = train(tmp_path, splits["train"])
    assert evaluate.main(["--base-dir", str(tmp_path)]) == 0

    labels = splits["test"][:, 0]
    predictions = model.predict(xgboost.DMatrix(splits["test"][:, 1:]))
    report = output(tmp_path, "evaluation.json")
    metrics = report["regression_metrics"]
    mse = mean_squared_error(labels, predictions)
    assert report["dataset"] == {"item_count": 36}
    assert metrics["mse"]["value"] == pytest.approx(mse)
    assert metrics["rmse"]["value"] == pytest.approx(mse**0.5)
    assert metrics["mae"]["value"] == pytest.approx(mean_absolute_error(labels, predictions))
    assert metrics["r2"]["value"] == pytest.approx(r2_score(labels, predictions))
    # The standard error of a mean, of which the bootstrap's is an estimate.
    analytic = np.std((labels - predictions) ** 2) / len(labels) ** 0.5
    assert metrics["mse"]["standard_deviation"] == pytest.approx(analytic, rel=0.25)


def test_golden_records_are_test_rows_with_what_the_model_said(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    splits = run_preprocess(tmp_path)
    model = train(tmp_path, splits["train"])
    assert evaluate.main(["--base-dir", str(tmp_path)]) == 0

    golden = output(tmp_path, "golden_records.json")
    assert golden["schemaVersion"] == "2"
    assert (golden["contentType"], golden["accept"]) == ("text/csv", "text/csv")
    inputs = [record["input"] for record in golden["records"]]
    assert len(set(inputs)) == 20
    test = {tuple(row[1:]): row[0] for row in splits["test"]}
    features = np.array([[float(value) for value in line.split(",")] for line in inputs])
    labels = [test[tuple(row)] for row in features]
    # From the youngest to the oldest of the test split, and what lies between.
    assert (labels[0], labels[-1]) == (min(test.values()), max(test.values()))
    assert labels == sorted(labels)
    # To the last digit: the file has what the library computed.
    predictions = [record["prediction"] for record in golden["records"]]
    assert predictions == model.predict(xgboost.DMatrix(features)).tolist()
    # Another model's predictions are farther off than is allowed.
    other = train(tmp_path, splits["train"][:-10]).predict(xgboost.DMatrix(features))
    tolerance = golden["tolerance"]
    allowed = [
        max(tolerance["absolute"], tolerance["relative"] * abs(value)) for value in predictions
    ]
    assert (abs(other - predictions) > allowed).sum() > 15


def test_golden_records_are_small_and_the_same_each_time(tmp_path: Path) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    train(tmp_path, run_preprocess(tmp_path)["train"])
    path = tmp_path / "processing" / "evaluation" / "golden_records.json"
    written = []
    for _ in range(2):
        assert evaluate.main(["--base-dir", str(tmp_path)]) == 0
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert len(written[0]) < 5000


@pytest.mark.parametrize(
    ("labels", "count", "rows"),
    [
        ([5, 1, 9, 3], 4, [1, 3, 0, 2]),
        ([5, 1, 9, 3], 2, [1, 2]),
        ([5, 1, 9, 3], 9, [1, 3, 0, 2]),
        ([7, 7, 7], 2, [0, 1]),
        ([7], 20, [0]),
        # One old animal does not keep the others from being chosen.
        ([1, 2, 3, 100], 3, [0, 2, 3]),
    ],
)
def test_rows_are_spread_over_the_range_of_the_labels(
    labels: list[int], count: int, rows: list[int]
) -> None:
    assert evaluate.spread(np.array(labels), count) == rows


def test_bad_records_are_a_good_one_spoilt() -> None:
    bad = {each["name"]: each for each in evaluate.bad_records("0.5,0.4,1")}
    assert bad["a column too many"]["body"] == "0,0.5,0.4,1"
    assert bad["text instead of a number"]["body"] == "F,0.4,1"
    assert not bad["a blank line"]["body"].strip()
    assert bad["another content type"]["contentType"] == "application/json"


def test_metrics_of_constant_labels_are_numbers() -> None:
    same = evaluate.regression_metrics(np.array([3.0, 3.0]), np.array([3.0, 3.0]))
    other = evaluate.regression_metrics(np.array([3.0, 3.0]), np.array([3.0, 4.0]))
    assert [float(same[name]) for name in ("mse", "r2")] == [0, 1]
    assert [float(other[name]) for name in ("mse", "r2")] == [0.5, 0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("no archive", "model.tar.gz: cannot be read ("),
        ("no tar", "model.tar.gz: cannot be read ("),
        ("other file", "model.tar.gz holds no xgboost-model; it holds other"),
        ("empty model", "xgboost-model in model.tar.gz is empty"),
        ("no model", "xgboost-model in model.tar.gz is not a model: "),
        ("empty test", "test.csv is empty; the test split is needed"),
        ("words", "test.csv: could not convert string 'x' to float64"),
        ("features", "the test split has 1 features; the model was trained on 3"),
    ],
)
def test_evaluate_ends_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: str, message: str
) -> None:
    table = np.arange(20.0).reshape(5, 4)
    train(tmp_path, table)
    test = tmp_path / "processing" / "test" / "test.csv"
    test.parent.mkdir()
    test.write_text("1,2,3,4\n")
    model = tmp_path / "processing" / "model" / "model.tar.gz"
    if spoil == "no archive":
        model.unlink()
    elif spoil == "no tar":
        model.write_text("no archive")
    elif spoil in ("other file", "no model", "empty model"):
        name = "other" if spoil == "other file" else "xgboost-model"
        (tmp_path / name).write_text("" if spoil == "empty model" else "no model")
        archive(tmp_path, name)
    else:
        test.write_text({"empty test": "", "words": "1,2,x,4\n", "features": "1,2\n"}[spoil])
    assert evaluate.main(["--base-dir", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert message in (tmp_path / "output" / "message").read_text()
    assert not (tmp_path / "processing" / "evaluation").exists()


class Registry:
    """SageMaker and S3 as `evaluate.py` asks them: one approved version, or none."""

    def __init__(self, archive: Path | None) -> None:
        self.archive = archive
        self.exceptions = SimpleNamespace(ClientError=ClientError)

    def client(self, service: str, region_name: str | None) -> Registry:
        return self

    def list_model_packages(self, **request: object) -> dict[str, object]:
        assert request == {
            "ModelPackageGroupName": "Group",
            "ModelApprovalStatus": "Approved",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 1,
        }
        found = [{"ModelPackageArn": "arn:aws:sagemaker:r:a:model-package/group/7"}]
        return {"ModelPackageSummaryList": found if self.archive else []}

    def describe_model_package(self, ModelPackageName: str) -> dict[str, object]:
        assert ModelPackageName.endswith("/7")
        container = {"ModelDataUrl": "s3://bucket/a/model.tar.gz"}
        return {"InferenceSpecification": {"Containers": [container]}}

    def download_file(self, bucket: str, key: str, path: str) -> None:
        assert (bucket, key) == ("bucket", "a/model.tar.gz")
        assert self.archive is not None
        Path(path).write_bytes(self.archive.read_bytes())


def evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: Path | None
) -> dict[str, object]:
    monkeypatch.setattr(evaluate, "boto3", Registry(live))
    arguments = ["--base-dir", str(tmp_path), "--model-package-group", "Group"]
    assert evaluate.main(arguments) == 0
    comparison: dict[str, object] = output(tmp_path, "evaluation.json")["comparison"]
    return comparison


def test_first_model_has_nothing_to_be_compared_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    train(tmp_path, run_preprocess(tmp_path)["train"])
    assert evaluated(tmp_path, monkeypatch, None) == {
        "live_model_package_arn": None,
        "mse_worse_by": 0.0,
        "message": "no version is live yet",
    }


def test_candidate_is_compared_with_the_live_version_on_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    splits = run_preprocess(tmp_path)
    better = train(tmp_path, splits["train"])
    live = tmp_path / "live.tar.gz"
    archive_path = tmp_path / "processing" / "model" / "model.tar.gz"
    live.write_bytes(archive_path.read_bytes())
    worse = train(tmp_path, splits["train"][:20])
    labels, features = splits["test"][:, 0], xgboost.DMatrix(splits["test"][:, 1:])
    expected = mean_squared_error(labels, worse.predict(features)) / mean_squared_error(
        labels, better.predict(features)
    )
    comparison = evaluated(tmp_path, monkeypatch, live)
    assert comparison["mse_worse_by"] == pytest.approx(expected - 1)
    assert expected > 1
    message = str(comparison["message"])
    assert message.startswith("version 7, which is live, has ")
    assert message.endswith(f"this one is {expected - 1:.2%} worse")


def test_live_version_with_other_features_cannot_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.write_data(tmp_path, synthetic.rows())
    splits = run_preprocess(tmp_path)
    train(tmp_path, splits["train"][:, :5])
    live = tmp_path / "live.tar.gz"
    live.write_bytes((tmp_path / "processing" / "model" / "model.tar.gz").read_bytes())
    train(tmp_path, splits["train"])
    comparison = evaluated(tmp_path, monkeypatch, live)
    assert comparison["mse_worse_by"] == 0
    assert "cannot be compared: the test split has 10 features; the model was trained on 4" in str(
        comparison["message"]
    )
