"""ListProcessingJobs and ListTrainingJobs: filters, order, pages; and the jobs' tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from .conftest import Jobs

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html"
)


@pytest.fixture(scope="module")
def made(service: object) -> list[str]:
    """Twelve processing jobs, the last of which failed."""
    jobs = Jobs(service)  # type: ignore[arg-type]
    names = [f"Listed-{number:02d}" for number in range(12)]
    for name in names:
        script = "raise SystemExit(1)" if name == names[-1] else "pass"
        request = jobs.processing_request(script, ProcessingJobName=name)
        jobs.sagemaker.create_processing_job(**request)
    for name in names:
        jobs.processed(name)
    return names


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [summary["ProcessingJobName"] for summary in answer["ProcessingJobSummaries"]]


def test_oldest_first_ten_to_a_page(jobs: Jobs, made: list[str]) -> None:
    first = jobs.sagemaker.list_processing_jobs()
    assert names(first) == made[:10]
    rest = jobs.sagemaker.list_processing_jobs(NextToken=first["NextToken"])
    assert names(rest) == made[10:]
    assert "NextToken" not in rest


def test_the_paginator_sees_all(jobs: Jobs, made: list[str]) -> None:
    pages = jobs.sagemaker.get_paginator("list_processing_jobs").paginate(
        SortOrder="Descending", PaginationConfig={"PageSize": 5}
    )
    assert [name for page in pages for name in names(page)] == made[::-1]


def test_filters(jobs: Jobs, made: list[str]) -> None:
    listed = jobs.sagemaker.list_processing_jobs
    assert names(listed(StatusEquals="Failed")) == made[-1:]
    assert names(listed(NameContains="listed-03")) == [made[3]]
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert names(listed(CreationTimeAfter=hour_ago, MaxResults=100)) == made
    assert names(listed(CreationTimeBefore=hour_ago)) == []
    assert names(listed(LastModifiedTimeAfter=hour_ago, MaxResults=100)) == made
    assert names(listed(SortBy="Name", SortOrder="Descending", MaxResults=1)) == made[-1:]


def test_a_summary_tells_why_a_job_failed(jobs: Jobs, made: list[str]) -> None:
    (summary,) = jobs.sagemaker.list_processing_jobs(StatusEquals="Failed")[
        "ProcessingJobSummaries"
    ]
    assert summary["ProcessingJobStatus"] == "Failed"
    assert summary["FailureReason"] == "AlgorithmError: , exit code: 1"


def test_training_jobs_are_listed_too(jobs: Jobs) -> None:
    described = jobs.train("pass")
    listed = jobs.sagemaker.list_training_jobs(NameContains=described["TrainingJobName"])
    (summary,) = listed["TrainingJobSummaries"]
    assert summary["TrainingJobArn"] == described["TrainingJobArn"]
    assert summary["TrainingJobStatus"] == "Completed"


def test_tags_are_found_by_arn_and_a_key_has_one_value(jobs: Jobs) -> None:
    request = jobs.processing_request(
        "pass", ProcessingJobName="Tagged-Job", Tags=[{"Key": "team", "Value": "a"}]
    )
    arn = jobs.sagemaker.create_processing_job(**request)["ProcessingJobArn"]
    assert arn.endswith(":processing-job/tagged-job")
    for value in ("b", "c"):
        jobs.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "more", "Value": value}])
    tags = jobs.sagemaker.list_tags(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "team", "Value": "a"}, {"Key": "more", "Value": "c"}]
    jobs.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert jobs.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "more", "Value": "c"}]
    jobs.processed("Tagged-Job")


@pytest.mark.parametrize("kind", ["processing-job", "pipeline", "endpoint", "transform-job"])
def test_tags_of_what_is_not_there_are_refused(jobs: Jobs, kind: str) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{kind}/absent"
    for call in (
        lambda: jobs.sagemaker.list_tags(ResourceArn=arn),
        lambda: jobs.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}]),
        lambda: jobs.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"]),
    ):
        with pytest.raises(ClientError, match=r"absent|does not exist") as caught:
            call()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.documented("https://github.com/aws/sagemaker-python-sdk/pull/1186")
def test_a_job_is_found_by_the_name_in_its_arn(jobs: Jobs) -> None:
    """The SDK's `ProcessingJob.from_processing_arn` describes by it; ARNs are in lower case."""
    request = jobs.processing_request("pass", ProcessingJobName="Cased-Job")
    arn = jobs.sagemaker.create_processing_job(**request)["ProcessingJobArn"]
    cut = arn.split("/")[-1]
    assert cut == "cased-job"
    described = jobs.sagemaker.describe_processing_job(ProcessingJobName=cut)
    assert described["ProcessingJobName"] == "Cased-Job"
    with pytest.raises(ClientError, match=r"names must be unique .*:processing-job/cased-job"):
        jobs.sagemaker.create_processing_job(**{**request, "ProcessingJobName": "CASED-JOB"})
    jobs.processed("cased-job")
    trained = jobs.train("pass", TrainingJobName="Cased-Training")
    cut = trained["TrainingJobArn"].split("/")[-1]
    again = jobs.sagemaker.describe_training_job(TrainingJobName=cut)
    assert again["TrainingJobName"] == "Cased-Training"
    for stop, name in (
        (jobs.sagemaker.stop_processing_job, {"ProcessingJobName": "cased-job"}),
        (jobs.sagemaker.stop_training_job, {"TrainingJobName": cut}),
    ):
        # It is found: what is refused is that it has ended.
        with pytest.raises(ClientError) as caught:
            stop(**name)
        assert "not find" not in str(caught.value) and "not found" not in str(caught.value)
