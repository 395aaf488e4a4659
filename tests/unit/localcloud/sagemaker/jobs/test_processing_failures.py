"""Why a processing job failed, in SageMaker's words."""

from __future__ import annotations

import pytest

from .conftest import Jobs, output, source

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html"
)


def reason(described: dict[str, str]) -> str:
    assert described["ProcessingJobStatus"] == "Failed", described
    return described["FailureReason"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("raise SystemExit(7)", "AlgorithmError: , exit code: 7"),
        ("raise ValueError('no')", "AlgorithmError: , exit code: 1"),
        ("import os; os.kill(os.getpid(), 9)", "AlgorithmError: , exit code: 137"),
        (
            "open('/opt/ml/output/message', 'w').write('too few rows'); raise SystemExit(1)",
            "AlgorithmError: too few rows, exit code: 1",
        ),
    ],
)
def test_the_exit_code_is_in_the_reason(jobs: Jobs, script: str, expected: str) -> None:
    assert reason(jobs.process(script)) == expected


def test_a_script_that_is_not_there_is_pythons_exit_code(jobs: Jobs) -> None:
    request = jobs.processing_request("")
    request["AppSpecification"]["ContainerEntrypoint"] = ["python3", "/opt/ml/processing/no.py"]
    jobs.sagemaker.create_processing_job(**request)
    described = jobs.processed(request["ProcessingJobName"])
    assert reason(described) == "AlgorithmError: , exit code: 2"


def test_an_input_without_objects(jobs: Jobs) -> None:
    uri = jobs.service.uri("nothing/here")
    given = [source("data", uri, "/opt/ml/processing/input/data")]
    assert reason(jobs.process("pass", ProcessingInputs=given)) == (
        f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. Please '
        "ensure that the bucket exists in the selected region (us-east-1), that objects exist under "
        f'that S3 prefix, and that the role "{jobs.service.role}" has "s3:ListBucket" permissions on '
        f'bucket "{jobs.service.bucket}".'
    )


def test_an_input_that_cannot_be_listed(jobs: Jobs) -> None:
    uri = "s3://no-such-bucket-anywhere/data"
    given = [source("data", uri, "/opt/ml/processing/input/data")]
    text = reason(jobs.process("pass", ProcessingInputs=given))
    assert text.startswith(f"ClientError: Failed to download data. ListObjectsV2 failed for {uri}")
    assert "NoSuchBucket" in text


def test_objects_that_cannot_lie_beside_each_other(jobs: Jobs) -> None:
    for key in ("clash/a", "clash/a/b"):
        jobs.service.put(key, "x")
    given = [source("data", jobs.service.uri("clash/"), "/opt/ml/processing/input/data")]
    text = reason(jobs.process("pass", ProcessingInputs=given))
    assert text.startswith("ClientError: Failed to download data. Cannot download s3://")
    assert "a previously downloaded file/folder clashes with it" in text


def test_a_key_cannot_lead_out_of_the_input(jobs: Jobs) -> None:
    jobs.service.put("escape/../../../../escaped", "x")
    given = [source("data", jobs.service.uri("escape/"), "/opt/ml/processing/input/data")]
    assert "Cannot download s3://" in reason(jobs.process("pass", ProcessingInputs=given))


def test_nothing_is_uploaded_by_a_job_that_failed(jobs: Jobs) -> None:
    described = jobs.process("open('/opt/ml/processing/out/a', 'w'); raise SystemExit(1)")
    assert jobs.service.keys(f"{described['ProcessingJobName']}/out") == []


def test_an_output_that_cannot_be_written(jobs: Jobs) -> None:
    request = jobs.processing_request("open('/opt/ml/processing/out/a', 'w')")
    request["ProcessingOutputConfig"]["Outputs"] = [
        output("out", "s3://no-such-bucket-anywhere/x", "/opt/ml/processing/out")
    ]
    jobs.sagemaker.create_processing_job(**request)
    assert "NoSuchBucket" in reason(jobs.processed(request["ProcessingJobName"]))
