"""Every event that the local cloud emits has the form of AWS's published ones of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import botocore.session
import pytest

from tests.contract import samples
from tests.contract.event_exceptions import EXCEPTIONS
from tests.contract.event_shape import differences, published
from tests.contract.local import Local
from tests.local_server import ACCOUNT, REGION

REFERENCE = "https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"
# What an event of a kind is about: samples of the same state show which members it always has.
STATE_MEMBERS = (
    "event",
    "operation",
    "state",
    "build-status",
    "completed-phase",
    "currentPipelineExecutionStatus",
    "currentStepStatus",
    "EndpointStatus",
    "ModelApprovalStatus",
    "ProcessingJobStatus",
    "TrainingJobStatus",
    "TransformJobStatus",
)
EMITTED = (
    "CloudWatch Alarm State Change",
    "CodeBuild Build Phase Change",
    "CodeBuild Build State Change",
    "CodeCommit Repository State Change",
    "CodePipeline Action Execution State Change",
    "CodePipeline Pipeline Execution State Change",
    "CodePipeline Stage Execution State Change",
    "Object Created",
    "Parameter Store Change",
    "SageMaker Endpoint Config State Change",
    "SageMaker Endpoint Deployment State Change",
    "SageMaker Endpoint State Change",
    "SageMaker HyperParameter Tuning Job State Change",
    "SageMaker Model Building Pipeline Execution Status Change",
    "SageMaker Model Building Pipeline Execution Step Status Change",
    "SageMaker Model Package State Change",
    "SageMaker Processing Job State Change",
    "SageMaker Training Job State Change",
    "SageMaker Transform Job State Change",
)


def pages(detail_type: str) -> Any:
    """The parameter of a kind, marked with the pages of its samples."""
    marks = [
        (pytest.mark.recorded if sample.kind == "recorded" else pytest.mark.documented)(sample.page)
        for sample in samples.of(detail_type)
    ]
    return pytest.param(detail_type, marks=marks, id=detail_type.replace(" ", "-"))


KINDS = [pages(detail_type) for detail_type in EMITTED]


@pytest.mark.documented(REFERENCE)
def test_every_kind_that_is_emitted_has_a_sample(used: Local) -> None:
    used.events("")
    assert {event["detail-type"] for event in used.seen} == set(EMITTED)
    assert all(samples.of(detail_type) for detail_type in EMITTED)


@pytest.mark.parametrize("detail_type", KINDS)
def test_an_event_has_the_published_members(used: Local, detail_type: str) -> None:
    events = used.events(detail_type)
    found = {difference for event in events for difference in compared(event)}
    allowed = {(path, what) for kind, path, what in EXCEPTIONS if kind == detail_type}
    assert found - allowed == set(), "neither published nor excepted"
    assert allowed - found == set(), "exceptions that nothing needs"


def compared(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an event has that no sample has, and lacks that those of its state have."""
    # What was reconstructed here proves nothing about AWS.
    kind = [each for each in samples.of(event["detail-type"]) if each.kind != "reconstructed"]
    alike = [sample for sample in kind if state(sample.event) & state(event)] or kind
    for path, what in differences(event, published([sample.event for sample in kind])):
        if what != "missing":
            yield path, what
    for path, what in differences(event, published([sample.event for sample in alike])):
        if what == "missing":
            yield path, what


def state(event: dict[str, Any]) -> set[tuple[str, str]]:
    """What an event says the state is."""
    return {(name, str(event["detail"][name])) for name in STATE_MEMBERS if name in event["detail"]}


@pytest.mark.parametrize("detail_type", KINDS)
def test_an_event_s_envelope_is_aws_s(used: Local, detail_type: str) -> None:
    kind = samples.of(detail_type)
    for event in used.events(detail_type):
        assert event["source"] in {sample.event["source"] for sample in kind}
        assert (event["version"], event["account"], event["region"]) == ("0", ACCOUNT, REGION)
        assert str(UUID(event["id"])) == event["id"]
        assert datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ")
        assert named(event) in [named(sample.event) for sample in kind]


def named(event: dict[str, Any]) -> list[tuple[str, str]]:
    """The kinds of things that an event is about, of their ARNs."""
    found = []
    for arn in event["resources"]:
        service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
        # Names of buckets, repositories and pipelines stand alone.
        found.append((service, "/".join(resource.split("/")[:1]) if "/" in resource else ""))
    return found


@pytest.mark.parametrize("detail_type", KINDS)
def test_a_sample_that_lacks_a_member_would_be_seen(used: Local, detail_type: str) -> None:
    event = dict(used.events(detail_type)[0])
    renamed = {**event["detail"], "renamed": 1}
    assert ("detail.renamed", "unpublished") in set(compared({**event, "detail": renamed}))
    assert ("time", "missing") in set(
        compared({key: value for key, value in event.items() if key != "time"})
    )


def api_values(service: str, shape: str) -> list[str]:
    """The enumeration of a shape of the API."""
    model = botocore.session.get_session().get_service_model(service)
    return list(model.shape_for(shape).metadata["enum"])


def upper_snake(value: str) -> str:
    """`InService` as SageMaker's events say it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", value).upper()


# The values that a member may have; the page of each is its samples'.
ENUMERATIONS = {
    ("SageMaker Endpoint State Change", "EndpointStatus"): [
        upper_snake(value) for value in api_values("sagemaker", "EndpointStatus")
    ],
    ("SageMaker Endpoint Deployment State Change", "EndpointStatus"): [
        upper_snake(value) for value in api_values("sagemaker", "EndpointStatus")
    ],
    ("SageMaker Model Package State Change", "ModelApprovalStatus"): api_values(
        "sagemaker", "ModelApprovalStatus"
    ),
    ("SageMaker Model Package State Change", "ModelPackageStatus"): api_values(
        "sagemaker", "ModelPackageStatus"
    ),
    (
        "SageMaker Model Building Pipeline Execution Status Change",
        "currentPipelineExecutionStatus",
    ): api_values("sagemaker", "PipelineExecutionStatus"),
    (
        "SageMaker Model Building Pipeline Execution Step Status Change",
        "currentStepStatus",
    ): api_values("sagemaker", "StepStatus"),
    ("SageMaker Processing Job State Change", "ProcessingJobStatus"): api_values(
        "sagemaker", "ProcessingJobStatus"
    ),
    ("SageMaker Training Job State Change", "TrainingJobStatus"): api_values(
        "sagemaker", "TrainingJobStatus"
    ),
    ("SageMaker Transform Job State Change", "TransformJobStatus"): api_values(
        "sagemaker", "TransformJobStatus"
    ),
    (
        "SageMaker HyperParameter Tuning Job State Change",
        "HyperParameterTuningJobStatus",
    ): api_values("sagemaker", "HyperParameterTuningJobStatus"),
    ("SageMaker Training Job State Change", "SecondaryStatus"): api_values(
        "sagemaker", "SecondaryStatus"
    ),
    ("CodeBuild Build State Change", "build-status"): api_values("codebuild", "StatusType"),
    ("CodeBuild Build Phase Change", "completed-phase"): api_values("codebuild", "BuildPhaseType"),
    ("CodeCommit Repository State Change", "event"): [
        "referenceCreated",
        "referenceUpdated",
        "referenceDeleted",
    ],
    ("CodeCommit Repository State Change", "referenceType"): ["branch", "tag"],
    ("Object Created", "reason"): [
        "PutObject",
        "POST Object",
        "CopyObject",
        "CompleteMultipartUpload",
    ],
    ("Parameter Store Change", "operation"): ["Create", "Update", "Delete"],
    ("Parameter Store Change", "type"): api_values("ssm", "ParameterType"),
} | {
    (f"CodePipeline {level} Execution State Change", "state"): [
        *("STARTED", "SUCCEEDED", "FAILED", "RESUMED", "CANCELED", "SUPERSEDED"),
        *("STOPPING", "STOPPED", "ABANDONED"),
    ]
    for level in ("Pipeline", "Stage", "Action")
}


@pytest.mark.parametrize(
    ("detail_type", "member"),
    [
        pytest.param(
            *key,
            marks=pytest.mark.documented(samples.of(key[0])[0].page),
            id="-".join(key).replace(" ", "-"),
        )
        for key in ENUMERATIONS
    ],
)
def test_a_member_has_one_of_the_published_values(
    used: Local, detail_type: str, member: str
) -> None:
    values = {event["detail"][member] for event in used.events(detail_type)}
    assert values
    assert values <= set(ENUMERATIONS[(detail_type, member)])


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/"
    "detect-state-changes-cloudwatch-events.html"
)
def test_the_scenario_went_through_the_states_that_have_samples(used: Local) -> None:
    for level, states in {
        "Pipeline": {"STARTED", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED"},
        "Stage": {"STARTED", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED"},
        "Action": {"STARTED", "SUCCEEDED", "FAILED", "ABANDONED"},
    }.items():
        events = used.events(f"CodePipeline {level} Execution State Change")
        missing = states - {event["detail"]["state"] for event in events}
        assert not missing, f"{level}: {missing}"
    endpoints = used.events("SageMaker Endpoint State Change")
    assert {"CREATING", "IN_SERVICE", "UPDATING", "DELETING"} <= {
        event["detail"]["EndpointStatus"] for event in endpoints
    }
