"""A processing job's container sees its inputs and configuration, and its outputs go to S3."""

from __future__ import annotations

import json

import pytest

from .conftest import CODE, OUT, Jobs, output, source

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html"
)
LOOK = """
import json, os, pathlib, sys
seen = {
    "arguments": sys.argv[1:],
    "environment": {name: os.environ.get(name) for name in ("MODE", "AWS_REGION")},
    "job": json.loads(pathlib.Path("/opt/ml/config/processingjobconfig.json").read_text()),
    "resources": json.loads(pathlib.Path("/opt/ml/config/resourceconfig.json").read_text()),
    "files": sorted(
        str(path) for path in pathlib.Path("/opt/ml/processing").rglob("*") if path.is_file()
    ),
    "directory": os.path.isdir("/opt/ml/processing/out"),
}
pathlib.Path("/opt/ml/processing/out/seen.json").write_text(json.dumps(seen))
"""


def test_container_sees_what_the_request_says(jobs: Jobs) -> None:
    service = jobs.service
    for key in ("data/a.csv", "data/deep/b.csv", "data2/c.csv"):
        service.put(key, key)
    request = jobs.processing_request(LOOK, "--rows", "3", Environment={"MODE": "fast"})
    request["ProcessingInputs"].append(
        source("data", service.uri("data/"), "/opt/ml/processing/input/data")
    )
    name = request["ProcessingJobName"]
    jobs.sagemaker.create_processing_job(**request)
    described = jobs.processed(name)
    assert described["ProcessingJobStatus"] == "Completed", described
    seen = json.loads(service.get(f"{name}/out/seen.json"))
    assert seen["arguments"] == ["--rows", "3"]
    assert seen["environment"] == {"MODE": "fast", "AWS_REGION": "us-east-1"}
    assert seen["resources"] == {"current_host": "algo-1", "hosts": ["algo-1"]}
    assert seen["directory"]
    assert seen["files"] == [
        f"{CODE}/script.py",
        "/opt/ml/processing/input/data/a.csv",
        "/opt/ml/processing/input/data/deep/b.csv",
    ]
    assert seen["job"]["ProcessingJobArn"] == described["ProcessingJobArn"]
    assert seen["job"]["AppSpecification"] == request["AppSpecification"]
    assert seen["job"]["ProcessingInputs"] == request["ProcessingInputs"]
    assert seen["job"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_description_tells_the_request_and_the_times(jobs: Jobs) -> None:
    request = jobs.processing_request("pass")
    answer = jobs.sagemaker.create_processing_job(**request)
    described = jobs.processed(request["ProcessingJobName"])
    assert described["ProcessingJobArn"] == answer["ProcessingJobArn"]
    for member in ("RoleArn", "AppSpecification", "ProcessingInputs", "ProcessingOutputConfig"):
        assert described[member] == request[member]
    times = ("CreationTime", "ProcessingStartTime", "ProcessingEndTime", "LastModifiedTime")
    assert [described[time] for time in times] == sorted(described[time] for time in times)
    assert "FailureReason" not in described
    assert "ExitMessage" not in described


def test_outputs_keep_their_directories_and_leave_symbolic_links_out(jobs: Jobs) -> None:
    described = jobs.process(
        f"""
import pathlib
out = pathlib.Path("{OUT}")
(out / "deep/er").mkdir(parents=True)
(out / "deep/er/b.txt").write_text("b")
(out / "a.txt").write_text("a")
(out / "link.txt").symlink_to(out / "a.txt")
(out / "empty").mkdir()
"""
    )
    prefix = f"{described['ProcessingJobName']}/out"
    assert jobs.service.keys(prefix) == [f"{prefix}/a.txt", f"{prefix}/deep/er/b.txt"]


def test_exit_message_is_what_the_container_left(jobs: Jobs) -> None:
    described = jobs.process(
        'open("/opt/ml/output/message", "w").write("Completed: no violations. " + "x" * 2000)'
    )
    assert described["ProcessingJobStatus"] == "Completed"
    assert described["ExitMessage"].startswith("Completed: no violations. x")
    assert len(described["ExitMessage"]) == 1024


def test_the_job_calls_aws_as_its_role(jobs: Jobs) -> None:
    described = jobs.process(
        f"""
import boto3, pathlib
caller = boto3.client("sts", region_name="us-east-1").get_caller_identity()["Arn"]
pathlib.Path("{OUT}/caller").write_text(caller)
"""
    )
    assert described["ProcessingJobStatus"] == "Completed", described
    caller = jobs.service.get(f"{described['ProcessingJobName']}/out/caller").decode()
    role = jobs.service.role.rpartition("/")[2]
    assert caller == f"arn:aws:sts::123456789012:assumed-role/{role}/SageMaker"


def test_a_job_leaves_nothing_for_the_next_one(jobs: Jobs) -> None:
    jobs.process('open("/opt/ml/processing/left", "w"); open("/tmp/left", "w")')
    described = jobs.process(
        'import os; assert not os.path.exists("/opt/ml/processing/left"); '
        'assert not os.path.exists("/tmp/left")'
    )
    assert described["ProcessingJobStatus"] == "Completed", described


def test_a_continuous_output_is_there_after_a_failure_too(jobs: Jobs) -> None:
    script = f"open('{OUT}/a', 'w'); open('/opt/ml/processing/live/b', 'w'); raise SystemExit(3)"
    request = jobs.processing_request(script)
    name = request["ProcessingJobName"]
    live = jobs.service.uri(f"{name}/live")
    request["ProcessingOutputConfig"]["Outputs"].append(
        output("live", live, "/opt/ml/processing/live", "Continuous")
    )
    jobs.sagemaker.create_processing_job(**request)
    assert jobs.processed(name)["ProcessingJobStatus"] == "Failed"
    assert jobs.service.keys(f"{name}/live") == [f"{name}/live/b"]
    assert jobs.service.keys(f"{name}/out") == []
