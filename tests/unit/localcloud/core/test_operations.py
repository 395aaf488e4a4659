"""What a service of ours would only keep a record of is refused by name, through any client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session
from moto.core.utils import camelcase_to_underscores

from localcloud import operations
from tests.local_server import LocalCloud
from tools import coverage

OURS = (
    "codebuild",
    "codecommit",
    "codepipeline",
    "events",
    "lambda",
    "sagemaker",
    "sagemaker-runtime",
    "ssm",
)
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
# One of each kind of thing that moto would keep a record of.
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "sagemaker",
        "CreateLabelingJob",
        {"LabelingJobName": "l", "LabelAttributeName": "a", "RoleArn": "r"},
    ),
    ("sagemaker", "CreateAutoMLJobV2", {"AutoMLJobName": "a", "RoleArn": "r"}),
    ("sagemaker", "CreateExperiment", {"ExperimentName": "e"}),
    ("sagemaker", "ListCompilationJobs", {}),
    ("sagemaker", "Search", {"Resource": "TrainingJob"}),
    ("events", "CreateArchive", {"ArchiveName": "a", "EventSourceArn": BUS}),
    (
        "events",
        "CreateConnection",
        {"Name": "c", "AuthorizationType": "BASIC", "AuthParameters": {}},
    ),
    ("lambda", "PublishLayerVersion", {"LayerName": "l", "Content": {"ZipFile": b""}}),
    ("lambda", "CreateFunctionUrlConfig", {"FunctionName": "f", "AuthType": "NONE"}),
    ("ssm", "SendCommand", {"DocumentName": "AWS-RunShellScript"}),
    # Of these neither moto nor we have anything.
    ("codebuild", "CreateWebhook", {"projectName": "p"}),
    ("codecommit", "ListPullRequests", {"repositoryName": "r"}),
]


@pytest.fixture(scope="module")
def client(endpoint: str) -> Callable[[str], Any]:
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return LocalCloud(endpoint, config).client


@pytest.mark.parametrize(
    ("service", "operation", "request_members"), RECORDS, ids=[name for _, name, _ in RECORDS]
)
def test_what_nothing_would_act_on_is_refused_by_name(
    client: Callable[[str], Any], service: str, operation: str, request_members: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(service), camelcase_to_underscores(operation))(**request_members)
    response = caught.value.response
    assert response["Error"]["Code"] == "NotImplemented"
    assert response["Error"]["Message"] == (
        f"unsupported by the local cloud: {service} operation {operation}; nothing here would carry "
        "it out; docs/fidelity.md lists the operations there are"
    )
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize("service", OURS)
def test_every_operation_that_is_let_through_exists_and_has_a_reason(service: str) -> None:
    response = coverage._response_class(service)
    stated = operations.let_through(response)
    assert stated is not None, "a service of ours states what it leaves to moto"
    known = get_session().get_service_model(service).operation_names
    every = [name for names in stated.values() for name in names]
    assert len(every) == len(set(every)), "an operation has one reason"
    assert set(every) <= set(known), "only AWS's operations can be let through"
    for reason, names in stated.items():
        assert reason and names
        for name in names:
            method = camelcase_to_underscores(name)
            assert operations.owner(response, method) == "moto", f"{name} is ours or nobody's"
            assert not operations.is_refused(response, name)


@pytest.mark.parametrize("service", OURS)
def test_no_other_operation_of_moto_s_is_left(service: str) -> None:
    response = coverage._response_class(service)
    stated = operations.let_through(response) or {}
    allowed = {name for names in stated.values() for name in names}
    assert set(coverage.of(service).moto) <= allowed
    assert all(
        operations.owner(response, camelcase_to_underscores(name)) == "localcloud"
        or name in allowed
        for name in coverage.of(service).ours
    )


def test_a_service_of_moto_s_is_left_alone() -> None:
    assert not operations.is_refused(coverage._response_class("sqs"), "CreateQueue")
    assert coverage.reasons("sqs") == {}


def test_a_template_does_not_make_such_records_either() -> None:
    records = ("Events::Archive", "Lambda::EventSourceMapping", "SageMaker::NotebookInstance")
    assert {f"AWS::{name}" for name in records}.isdisjoint(coverage.moto_resource_types())


def test_a_bus_takes_no_member_that_would_be_ignored(client: Callable[[str], Any]) -> None:
    events = client("events")
    with pytest.raises(ClientError, match="CreateEventBus member 'DeadLetterConfig'; supported: "):
        events.create_event_bus(Name="bus", DeadLetterConfig={"Arn": "a"})
    events.create_event_bus(Name="bus", Tags=[{"Key": "a", "Value": "b"}])
    arn = events.describe_event_bus(Name="bus")["Arn"]
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
