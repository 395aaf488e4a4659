"""The built-in XGBoost algorithm, as a job: its model loads, its metrics and errors are AWS's."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import numpy
import pytest
import xgboost

from tests.unit.localcloud.sagemaker.service import image

from .conftest import Jobs, channel

pytestmark = pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")


@pytest.fixture(scope="module")
def framework() -> None:
    """The real ones."""


def request(jobs: Jobs, **hyperparameters: str) -> dict[str, Any]:
    """A job on two channels, the label being the sum of the features."""
    random = numpy.random.default_rng(0)
    channels = []
    for name in ("train", "validation"):
        rows = random.normal(size=(200, 3))
        text = "\n".join(",".join(map(str, [row.sum(), *row])) for row in rows)
        uri = jobs.service.put(f"xgboost/{name}/rows.csv", text)
        channels.append(channel(name, uri, ContentType="text/csv"))
    return jobs.training_request(
        AlgorithmSpecification={
            "TrainingImage": image("sagemaker-xgboost"),
            "TrainingInputMode": "File",
        },
        HyperParameters={"objective": "reg:squarederror", **hyperparameters},
        InputDataConfig=channels,
    )


def test_the_model_loads_and_predicts(jobs: Jobs, tmp_path: Any) -> None:
    given = request(jobs, num_round="20")
    jobs.sagemaker.create_training_job(**given)
    described = jobs.trained(given["TrainingJobName"])
    assert described["TrainingJobStatus"] == "Completed", described
    content = jobs.service.get(f"models/{given['TrainingJobName']}/output/model.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert archive.getnames() == ["xgboost-model"]
        archive.extractall(tmp_path, filter="data")
    booster = xgboost.Booster()
    booster.load_model(bytearray((tmp_path / "xgboost-model").read_bytes()))
    low, high = booster.predict(xgboost.DMatrix(numpy.array([[-1.0, -1, -1], [1, 1, 1]])))
    assert low < -1 < 1 < high
    metrics = {entry["MetricName"]: entry["Value"] for entry in described["FinalMetricDataList"]}
    assert 0 < metrics["validation:rmse"] < 2
    assert 0 < metrics["train:rmse"] < metrics["validation:rmse"]


def test_a_missing_hyperparameter_is_the_reason(jobs: Jobs) -> None:
    given = request(jobs)
    jobs.sagemaker.create_training_job(**given)
    reason = jobs.trained(given["TrainingJobName"])["FailureReason"]
    assert reason.startswith("AlgorithmError: ")
    assert "Missing required hyperparameter: num_round" in reason


def test_a_script_finds_scikit_learn(jobs: Jobs) -> None:
    described = jobs.process(
        """
import pathlib
from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])
pathlib.Path("/opt/ml/processing/out/slope").write_text(str(round(model.coef_[0], 6)))
"""
    )
    assert described["ProcessingJobStatus"] == "Completed", described
    assert jobs.service.get(f"{described['ProcessingJobName']}/out/slope") == b"2.0"
