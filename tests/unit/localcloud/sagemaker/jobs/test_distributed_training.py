"""The built-in XGBoost algorithm on several instances, each a process of its own."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import numpy
import pytest
import xgboost
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.jobs.training_hosts import keys_of
from tests.unit.localcloud.sagemaker.service import image

from .conftest import Jobs, channel, cluster

pytestmark = pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")
LOGS = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def framework() -> None:
    """The real ones."""


def request(
    jobs: Jobs,
    instances: int,
    distribution: str,
    parts: int = 3,
    names: tuple[str, ...] = ("train",),
    **hyperparameters: str,
) -> dict[str, Any]:
    """A job on channels of a few objects of fifty rows, the label being the sum of the features."""
    given = jobs.training_request()
    channels = []
    for name in names:
        random = numpy.random.default_rng(len(name))
        prefix = f"{given['TrainingJobName']}/{name}"
        for part in range(parts):
            rows = random.normal(size=(50, 3))
            text = "\n".join(",".join(map(str, [row.sum(), *row])) for row in rows)
            jobs.service.put(f"{prefix}/{name}-{part}.csv", text)
        each = channel(name, jobs.service.uri(f"{prefix}/"), ContentType="text/csv")
        each["DataSource"]["S3DataSource"]["S3DataDistributionType"] = distribution
        channels.append(each)
    return {
        **given,
        "AlgorithmSpecification": {
            "TrainingImage": image("sagemaker-xgboost"),
            "TrainingInputMode": "File",
        },
        "HyperParameters": {
            "objective": "reg:squarederror",
            "num_round": "20",
            **hyperparameters,
        },
        "InputDataConfig": channels,
        "ResourceConfig": {**cluster(), "InstanceCount": instances},
    }


def run(jobs: Jobs, given: dict[str, Any]) -> dict[str, Any]:
    jobs.sagemaker.create_training_job(**given)
    return jobs.trained(given["TrainingJobName"])


def log(jobs: Jobs, described: dict[str, Any], host: str) -> str:
    return "\n".join(jobs.service.log(LOGS, f"{described['TrainingJobName']}/{host}-"))


def model(jobs: Jobs, described: dict[str, Any]) -> Any:
    content = jobs.service.get(f"models/{described['TrainingJobName']}/output/model.tar.gz")
    booster = xgboost.Booster()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert archive.getnames() == ["xgboost-model"]
        member = archive.extractfile("xgboost-model")
        assert member is not None
        booster.load_model(bytearray(member.read()))
    return booster


def test_hosts_with_a_part_each_train_one_model(jobs: Jobs) -> None:
    given = request(jobs, 2, "ShardedByS3Key", names=("train", "validation"))
    described = run(jobs, given)
    assert described["TrainingJobStatus"] == "Completed", described
    for host, rows in (("algo-1", 100), ("algo-2", 50)):
        text = log(jobs, described, host)
        assert "Distributed node training with 2 hosts: ['algo-1', 'algo-2']" in text
        assert f"Train matrix has {rows} rows" in text
    booster = model(jobs, described)
    low, high = booster.predict(xgboost.DMatrix(numpy.array([[-1.0, -1, -1], [1, 1, 1]])))
    assert low < -1 < 1 < high
    assert booster.num_boosted_rounds() == 20
    metrics = {entry["MetricName"]: entry["Value"] for entry in described["FinalMetricDataList"]}
    assert 0 < metrics["validation:rmse"] < 2
    # Only the master prints the metrics.
    assert "train-rmse" in log(jobs, described, "algo-1")
    assert "train-rmse" not in log(jobs, described, "algo-2")


def test_hosts_that_all_have_all_of_the_data_agree(jobs: Jobs) -> None:
    described = run(jobs, request(jobs, 3, "FullyReplicated"))
    assert described["TrainingJobStatus"] == "Completed", described
    for host in ("algo-1", "algo-2", "algo-3"):
        assert "Train matrix has 150 rows" in log(jobs, described, host)
    assert model(jobs, described).num_boosted_rounds() == 20
    assert described["ResourceConfig"]["InstanceCount"] == 3


def test_a_host_without_data_takes_no_part(jobs: Jobs) -> None:
    described = run(jobs, request(jobs, 3, "ShardedByS3Key", parts=2))
    assert described["TrainingJobStatus"] == "Completed", described
    assert "Host algo-3 not being used for distributed training." in log(jobs, described, "algo-3")
    assert model(jobs, described).num_boosted_rounds() == 20


def test_hosts_that_fail_fail_the_job(jobs: Jobs) -> None:
    described = run(jobs, request(jobs, 2, "ShardedByS3Key", objective="binary:logistic"))
    assert described["TrainingJobStatus"] == "Failed"
    assert "base_score must be" in described["FailureReason"]


def test_all_hosts_of_a_job_are_stopped(jobs: Jobs) -> None:
    given = request(jobs, 2, "FullyReplicated", num_round="1000000")
    name = given["TrainingJobName"]
    jobs.sagemaker.create_training_job(**given)

    def trains() -> bool:
        try:
            return "train-rmse" in "\n".join(jobs.service.log(LOGS, f"{name}/algo-1-"))
        except Exception:  # noqa: BLE001 (no stream yet)
            return False

    assert current().changes.wait_until(trains, 30, recheck_seconds=0.05)
    jobs.sagemaker.stop_training_job(TrainingJobName=name)
    assert jobs.trained(name)["TrainingJobStatus"] == "Stopped"


@pytest.mark.parametrize(
    "specification",
    [
        {
            "TrainingImage": image("sagemaker-scikit-learn"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/script.py"],
        },
        {
            "TrainingImage": image("sagemaker-xgboost"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/script.py"],
        },
    ],
)
def test_a_script_on_several_hosts_is_refused(jobs: Jobs, specification: dict[str, Any]) -> None:
    given = jobs.training_request(
        AlgorithmSpecification=specification, ResourceConfig={**cluster(), "InstanceCount": 2}
    )
    with pytest.raises(ClientError, match=r"a script and ResourceConfig\.InstanceCount '2'"):
        jobs.sagemaker.create_training_job(**given)


def test_objects_are_shared_out_by_their_keys() -> None:
    keys = ["a", "b", "c", "d", "e"]
    sharded = {"S3DataDistributionType": "ShardedByS3Key"}
    assert [keys_of(host, 2, sharded, keys) for host in (0, 1)] == [["a", "c", "e"], ["b", "d"]]
    assert keys_of(1, 2, {}, keys) == keys
