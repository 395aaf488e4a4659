"""ListProcessingJobs and ListTrainingJobs: filters, order, pages; and the jobs' tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

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


def test_tags_are_found_by_arn(jobs: Jobs) -> None:
    request = jobs.processing_request(
        "pass", ProcessingJobName="Tagged-Job", Tags=[{"Key": "team", "Value": "a"}]
    )
    arn = jobs.sagemaker.create_processing_job(**request)["ProcessingJobArn"]
    assert arn.endswith(":processing-job/tagged-job")
    jobs.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "more", "Value": "b"}])
    tags = jobs.sagemaker.list_tags(ResourceArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "a", "more": "b"}
    jobs.processed("Tagged-Job")
