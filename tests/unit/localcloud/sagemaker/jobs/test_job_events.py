"""Jobs tell of their state by events, and of their work in CloudWatch Logs."""

from __future__ import annotations

import pytest

from .conftest import Jobs, channel

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"
)
FAILS = "open('/opt/ml/output/message', 'w').write('bad rows'); raise SystemExit(1)"


def test_a_processing_job_emits_its_states(jobs: Jobs) -> None:
    described = jobs.process(FAILS)
    events = jobs.service.events(
        described["ProcessingJobArn"], lambda detail: detail["ProcessingJobStatus"] == "Failed"
    )
    by_status = {event["detail"]["ProcessingJobStatus"]: event for event in events}
    assert set(by_status) == {"InProgress", "Failed"}
    event = by_status["Failed"]
    assert event["source"] == "aws.sagemaker"
    assert event["detail-type"] == "SageMaker Processing Job State Change"
    detail = event["detail"]
    assert detail["FailureReason"] == "AlgorithmError: bad rows, exit code: 1"
    assert detail["ExitMessage"] == "bad rows"
    assert detail["ProcessingJobName"] == described["ProcessingJobName"]
    # The enumerations of S3 members are in capitals, unlike in the API.
    assert detail["ProcessingInputs"][0]["S3Input"]["S3DataType"] == "S3_PREFIX"
    assert detail["ProcessingInputs"][0]["S3Input"]["S3InputMode"] == "FILE"
    output = detail["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]
    assert output["S3UploadMode"] == "END_OF_JOB"
    for name in ("CreationTime", "ProcessingStartTime", "ProcessingEndTime", "LastModifiedTime"):
        assert detail[name] == int(described[name].timestamp() * 1000)


def test_a_training_job_emits_each_secondary_status(jobs: Jobs) -> None:
    request = jobs.training_request("pass", Tags=[{"Key": "team", "Value": "a"}])
    request["InputDataConfig"].append(
        channel("train", jobs.service.put("train/a.csv", "1"), ContentType="text/csv")
    )
    jobs.sagemaker.create_training_job(**request)
    described = jobs.trained(request["TrainingJobName"])
    events = jobs.service.events(
        described["TrainingJobArn"], lambda detail: detail["TrainingJobStatus"] == "Completed"
    )
    assert {event["detail-type"] for event in events} == {"SageMaker Training Job State Change"}
    (done,) = [
        event["detail"] for event in events if event["detail"]["TrainingJobStatus"] == "Completed"
    ]
    assert done["SecondaryStatus"] == "Completed"
    assert done["ModelArtifacts"] == described["ModelArtifacts"]
    assert done["InputDataConfig"] == request["InputDataConfig"]
    assert done["Tags"] == {"team": "a"}
    assert done["CreationTime"] == int(described["CreationTime"].timestamp() * 1000)
    assert [entry["Status"] for entry in done["SecondaryStatusTransitions"]] == [
        entry["Status"] for entry in described["SecondaryStatusTransitions"]
    ]


def test_output_goes_to_the_kinds_log_group(jobs: Jobs) -> None:
    script = "import sys; print('to\\tstdout'); print('to stderr', file=sys.stderr); print('last')"
    processing = jobs.process(script)["ProcessingJobName"]
    training = jobs.train(script)["TrainingJobName"]
    # A tab shows as #011, as the regular expressions of metric definitions expect it.
    expected = ["to#011stdout", "to stderr", "last"]
    assert jobs.service.log("/aws/sagemaker/ProcessingJobs", f"{processing}/algo-1-") == expected
    assert jobs.service.log("/aws/sagemaker/TrainingJobs", f"{training}/algo-1-") == expected


def test_an_uncaught_exception_is_in_the_log(jobs: Jobs) -> None:
    name = jobs.process("raise ValueError('no rows')")["ProcessingJobName"]
    lines = jobs.service.log("/aws/sagemaker/ProcessingJobs", name)
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: no rows"
