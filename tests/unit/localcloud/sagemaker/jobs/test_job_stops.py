"""Jobs end before their time: by Stop, by their time limit, and not twice."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current

from .conftest import OUT, Jobs, output

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html"
)
PROCESSING = "/aws/sagemaker/ProcessingJobs"
TRAINING = "/aws/sagemaker/TrainingJobs"
WAIT = "print('begun', flush=True); import time; time.sleep(60)"
# A stopped training job keeps what it has: it is told, and has time to save.
SAVE = f"""
import signal, sys
def save(*_):
    open("/opt/ml/model/partial", "w").write("half")
    sys.exit(0)
open("/opt/ml/model/early", "w").write("early")
signal.signal(signal.SIGTERM, save)
{WAIT}
"""


def refusal(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return str(refused.value.response["Error"]["Message"])


def test_a_processing_job_is_stopped(jobs: Jobs) -> None:
    request = jobs.processing_request(f"open('{OUT}/a', 'w'); {WAIT}")
    name = request["ProcessingJobName"]
    jobs.sagemaker.create_processing_job(**request)
    jobs.until_log(PROCESSING, name, "begun")
    jobs.sagemaker.stop_processing_job(ProcessingJobName=name)
    described = jobs.processed(name)
    assert described["ProcessingJobStatus"] == "Stopped"
    assert "FailureReason" not in described
    assert jobs.service.keys(f"{name}/out") == []


def test_a_training_job_is_stopped_and_keeps_its_model(jobs: Jobs) -> None:
    request = jobs.training_request(SAVE)
    name = request["TrainingJobName"]
    jobs.sagemaker.create_training_job(**request)
    jobs.until_log(TRAINING, name, "begun")
    jobs.sagemaker.stop_training_job(TrainingJobName=name)
    described = jobs.trained(name)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "Stopped")
    statuses = [entry["Status"] for entry in described["SecondaryStatusTransitions"]]
    assert statuses[2:] == ["Training", "Stopping", "Uploading", "Stopped"]
    assert described["ModelArtifacts"]["S3ModelArtifacts"].endswith("/model.tar.gz")
    assert jobs.service.keys(f"models/{name}/output/model.tar.gz")


def test_a_processing_job_that_is_late_is_stopped(jobs: Jobs) -> None:
    request = jobs.processing_request(WAIT, StoppingCondition={"MaxRuntimeInSeconds": 1})
    jobs.sagemaker.create_processing_job(**request)
    assert jobs.processed(request["ProcessingJobName"])["ProcessingJobStatus"] == "Stopped"


def test_a_training_job_that_is_late_is_stopped_and_says_so(jobs: Jobs) -> None:
    described = jobs.train(SAVE, StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert described["TrainingJobStatus"] == "Stopped"
    assert described["SecondaryStatus"] == "MaxRuntimeExceeded"
    assert "ModelArtifacts" in described


def test_stopping_twice_is_stopping_once(jobs: Jobs) -> None:
    slow = "import signal; signal.signal(signal.SIGTERM, lambda *_: exit(time.sleep(0.5)))"
    request = jobs.processing_request(f"{slow}; {WAIT}")
    name = request["ProcessingJobName"]
    jobs.sagemaker.create_processing_job(**request)
    jobs.until_log(PROCESSING, name, "begun")
    for _ in range(2):
        jobs.sagemaker.stop_processing_job(ProcessingJobName=name)
        described = jobs.sagemaker.describe_processing_job(ProcessingJobName=name)
        assert described["ProcessingJobStatus"] == "Stopping"
    assert jobs.processed(name)["ProcessingJobStatus"] == "Stopped"


def test_a_job_that_has_ended_is_not_stopped(jobs: Jobs) -> None:
    processing = jobs.process("pass")["ProcessingJobName"]
    training = jobs.train("pass")["TrainingJobName"]
    assert refusal(jobs.sagemaker.stop_processing_job, ProcessingJobName=processing) == (
        "The request was rejected because the processing job is in status Completed"
    )
    assert refusal(jobs.sagemaker.stop_training_job, TrainingJobName=training) == (
        "The request was rejected because the training job is in status Completed"
    )
    described = jobs.sagemaker.describe_processing_job(ProcessingJobName=processing)
    assert described["ProcessingJobStatus"] == "Completed"


def test_nothing_of_an_ended_job_is_left_on_the_disk(jobs: Jobs) -> None:
    jobs.process(
        "pass", ProcessingOutputConfig={"Outputs": [output("o", jobs.service.uri("x"), OUT)]}
    )
    jobs.train("pass")
    for kind in ("processing", "training"):
        assert list(current().directory("sagemaker", kind).iterdir()) == []
