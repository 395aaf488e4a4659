"""A training job's container sees its channels and configuration, and its model goes to S3."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

from .conftest import Jobs, channel

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"
)
LOOK = """
import json, os, pathlib
config = pathlib.Path("/opt/ml/input/config")
seen = {
    **{path.stem: json.loads(path.read_text()) for path in config.iterdir()},
    "environment": {
        name: os.environ.get(name) for name in ("TRAINING_JOB_NAME", "TRAINING_JOB_ARN", "MODE")
    },
    "files": sorted(str(path) for path in pathlib.Path("/opt/ml/input/data").rglob("*.csv")),
}
print("loss=0.5;")
print("loss=0.25;")
pathlib.Path("/opt/ml/model/deep").mkdir()
pathlib.Path("/opt/ml/model/deep/seen.json").write_text(json.dumps(seen))
pathlib.Path("/opt/ml/output/data/notes.txt").write_text("notes")
"""


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        return {member.name: archive.extractfile(member).read() for member in files}  # type: ignore[union-attr]


def test_container_sees_what_the_request_says(jobs: Jobs) -> None:
    service = jobs.service
    for key in ("train/a.csv", "train/deep/b.csv"):
        service.put(key, key)
    request = jobs.training_request(
        LOOK, HyperParameters={"rounds": "5", "words": '["a"]'}, Environment={"MODE": "fast"}
    )
    request["InputDataConfig"].append(
        channel("train", service.uri("train/"), ContentType="text/csv", InputMode="FastFile")
    )
    name = request["TrainingJobName"]
    jobs.sagemaker.create_training_job(**request)
    described = jobs.trained(name)
    assert described["TrainingJobStatus"] == "Completed", described
    artifact = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert artifact == service.uri(f"models/{name}/output/model.tar.gz")
    files = unpacked(service.get(f"models/{name}/output/model.tar.gz"))
    assert list(files) == ["deep/seen.json"]
    seen = json.loads(files["deep/seen.json"])
    assert seen["hyperparameters"] == {"rounds": "5", "words": '["a"]'}
    assert seen["inputdataconfig"] == {
        "code": {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        },
        "train": {
            "TrainingInputMode": "FastFile",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
            "ContentType": "text/csv",
        },
    }
    assert seen["resourceconfig"]["hosts"] == ["algo-1"]
    assert seen["resourceconfig"]["current_instance_type"] == "ml.m5.large"
    assert seen["environment"] == {
        "TRAINING_JOB_NAME": name,
        "TRAINING_JOB_ARN": described["TrainingJobArn"],
        "MODE": "fast",
    }
    assert seen["files"] == [
        "/opt/ml/input/data/train/a.csv",
        "/opt/ml/input/data/train/deep/b.csv",
    ]
    output = unpacked(service.get(f"models/{name}/output/output.tar.gz"))
    assert output == {"notes.txt": b"notes"}


def test_description_tells_transitions_times_and_metrics(jobs: Jobs) -> None:
    request = jobs.training_request(LOOK)
    request["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "loss", "Regex": "loss=([0-9.]+);"},
        {"Name": "absent", "Regex": "absent=([0-9.]+)"},
    ]
    jobs.sagemaker.create_training_job(**request)
    described = jobs.trained(request["TrainingJobName"])
    assert [entry["Status"] for entry in described["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert described["SecondaryStatus"] == "Completed"
    assert all("EndTime" in entry for entry in described["SecondaryStatusTransitions"])
    times = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")
    assert [described[time] for time in times] == sorted(described[time] for time in times)
    (metric,) = described["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("loss", 0.25)
    assert described["BillableTimeInSeconds"] >= 1
    for member in ("RoleArn", "InputDataConfig", "OutputDataConfig", "StoppingCondition"):
        assert described[member] == request[member]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("raise SystemExit(4)", "AlgorithmError: , exit code: 4"),
        (
            "open('/opt/ml/output/failure', 'w').write('no rows'); raise SystemExit(1)",
            "AlgorithmError: no rows, exit code: 1",
        ),
    ],
)
def test_the_failure_file_is_the_reason(jobs: Jobs, script: str, expected: str) -> None:
    described = jobs.train(script)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Failed", "Failed")
    assert described["FailureReason"] == expected
    assert "ModelArtifacts" not in described
    assert described["SecondaryStatusTransitions"][-1]["StatusMessage"] == expected
    key = f"models/{described['TrainingJobName']}/output/model.tar.gz"
    assert jobs.service.keys(key) == []


def test_a_long_failure_is_cut_to_what_the_api_allows(jobs: Jobs) -> None:
    described = jobs.train(
        "open('/opt/ml/output/failure', 'w').write('x' * 5000); raise SystemExit(1)"
    )
    assert described["FailureReason"].startswith("AlgorithmError: xxx")
    assert described["FailureReason"].endswith("x, exit code: 1")
    assert len(described["FailureReason"]) == 1024
