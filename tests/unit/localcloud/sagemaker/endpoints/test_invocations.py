"""InvokeEndpoint: what a model answers, its errors, and the metrics of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import VARIANT, Hosting

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"
)


@pytest.fixture(scope="module")
def endpoint(service: Any, artifacts: dict[str, str]) -> str:
    hosting = Hosting(service, artifacts)
    return hosting.endpoint(hosting.config(hosting.model()))


def error(hosting: Hosting, endpoint: str, body: Any = "1,2", **members: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        hosting.ask(endpoint, body, **members)
    return dict(raised.value.response)


def statistics(hosting: Hosting, endpoint: str, name: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    points = hosting.service.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=name,
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": VARIANT},
        ],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Sum", "SampleCount", "Average", "Maximum"],
    )["Datapoints"]
    (point,) = points
    return dict(point)


def test_many_rows_are_answered_in_the_accepted_form(hosting: Hosting, endpoint: str) -> None:
    assert len(hosting.ask(endpoint, "1,2\n3,4\n5,6").split()) == 3
    answer = hosting.runtime.invoke_endpoint(
        EndpointName=endpoint,
        Body="1,2",
        ContentType="text/csv",
        Accept="application/json",
    )
    assert answer["ContentType"] == "application/json"
    assert b'{"predictions": [{"score": ' in answer["Body"].read()


def test_a_containers_refusal_is_a_model_error(hosting: Hosting, endpoint: str) -> None:
    response = error(hosting, endpoint, ContentType="image/png")
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == 415
    assert response["OriginalMessage"].startswith("Content-type must be one of text/csv")
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    assert response["LogStreamArn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    assert response["Error"]["Message"] == (
        f'Received client error (415) from primary with message "{response["OriginalMessage"]}". See '
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:"
        f"group={group} in account 123456789012 for more information."
    )


def test_too_many_features_are_a_client_error(hosting: Hosting, endpoint: str) -> None:
    response = error(hosting, endpoint, "1,2,3,4")
    assert response["OriginalStatusCode"] == 400
    assert "Unable to evaluate payload provided" in response["OriginalMessage"]


def test_an_endpoint_that_is_not_there(hosting: Hosting, endpoint: str) -> None:
    # The case of a name must be matched here.
    for name in ("absent", endpoint.upper()):
        response = error(hosting, name)
        assert response["Error"]["Code"] == "ValidationError"
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert response["Error"]["Message"] == (
            f"Endpoint {name} of account 123456789012 not found."
        )


def test_a_payload_above_the_limit(hosting: Hosting, endpoint: str) -> None:
    response = error(hosting, endpoint, b"1" * 6_291_457)
    assert response["Error"]["Code"] == "ValidationError"
    assert "6291456" in response["Error"]["Message"]


def test_what_is_not_implemented_is_named(hosting: Hosting, endpoint: str) -> None:
    response = error(hosting, endpoint, TargetModel="other.tar.gz")
    assert response["Error"]["Code"] == "ValidationError"
    assert "X-Amzn-SageMaker-Target-Model" in response["Error"]["Message"]
    with pytest.raises(ClientError, match="asynchronous inference is not served"):
        hosting.runtime.invoke_endpoint_async(
            EndpointName=endpoint, InputLocation=hosting.service.uri("input")
        )


def test_metrics_are_one_or_nothing_for_each_request(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model(), InitialInstanceCount=2))
    for _ in range(3):
        hosting.ask(endpoint)
    error(hosting, endpoint, "1,2,3,4")
    sums = {
        name: statistics(hosting, endpoint, name)["Sum"]
        for name in (
            "Invocations",
            "InvocationsPerInstance",
            "Invocation4XXErrors",
            "Invocation5XXErrors",
            "InvocationModelErrors",
        )
    }
    assert sums == {
        "Invocations": 4,
        "InvocationsPerInstance": 2,
        "Invocation4XXErrors": 1,
        "Invocation5XXErrors": 0,
        "InvocationModelErrors": 1,
    }
    assert statistics(hosting, endpoint, "Invocation4XXErrors")["Average"] == 0.25
    for name in ("ModelLatency", "OverheadLatency"):
        latency = statistics(hosting, endpoint, name)
        assert (latency["SampleCount"], latency["Unit"]) == (4, "Microseconds")
        assert 1 < latency["Maximum"] < 20e6


def test_requests_are_in_the_endpoints_log(hosting: Hosting, endpoint: str) -> None:
    hosting.ask(endpoint)
    lines = hosting.service.log(f"/aws/sagemaker/Endpoints/{endpoint}", VARIANT)
    assert any("POST /invocations" in line for line in lines)
