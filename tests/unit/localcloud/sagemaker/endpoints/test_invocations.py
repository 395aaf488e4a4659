"""InvokeEndpoint: what a model answers, its errors, and the metrics of both."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import utilisation
from localcloud.sagemaker_runtime.request_constraints import violation

from .conftest import VARIANT, Hosting
from .measured import statistics
from .obedient import obedient

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


def test_payloads_above_the_limit(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(obedient(hosting)))
    limit = 6_291_456
    assert hosting.ask(endpoint, b"1" * limit).isdigit()
    response = error(hosting, endpoint, b"1" * (limit + 1))
    assert response["Error"]["Code"] == "ValidationError"
    assert response["Error"]["Message"] == (
        "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have "
        "length less than or equal to 6291456"
    )
    # Refused by what stands in front, which has no error in the service's form.
    response = error(hosting, endpoint, b"1" * (limit + 4097))
    assert response["Error"]["Code"] == "413"
    assert response["Error"]["Message"] == "HTTP content length exceeded 6295552 bytes."
    # The answer has the same limit.
    assert len(hosting.ask(endpoint, f"long {limit}")) == limit
    response = error(hosting, endpoint, f"long {limit + 1}")
    assert response["Error"]["Code"] == "ModelError"
    assert "could not load the entire response body" in response["Error"]["Message"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"InferenceId": " starts with a space"},
            "Value ' starts with a space' at 'inferenceId' failed to satisfy constraint: Member must "
            r"satisfy regular expression pattern: \A\S[\p{Print}]*\z",
        ),
        (
            {"InferenceId": "i" * 65},
            f"Value '{'i' * 65}' at 'inferenceId' failed to satisfy constraint: Member must have "
            "length less than or equal to 64",
        ),
        (
            {"CustomAttributes": "c" * 1025},
            "Value at 'customAttributes' failed to satisfy constraint: Member must have length less "
            "than or equal to 1024",
        ),
        (
            {"TargetVariant": "no_name"},
            "Value 'no_name' at 'targetVariant' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9])*",
        ),
        (
            {"Accept": "a" * 1025},
            f"Value '{'a' * 1025}' at 'accept' failed to satisfy constraint: Member must have length "
            "less than or equal to 1024",
        ),
    ],
)
def test_headers_are_as_the_model_has_them(
    endpoint: str, members: dict[str, str], message: str
) -> None:
    names = {
        "InferenceId": "X-Amzn-SageMaker-Inference-Id",
        "CustomAttributes": "X-Amzn-SageMaker-Custom-Attributes",
        "TargetVariant": "X-Amzn-SageMaker-Target-Variant",
        "Accept": "Accept",
    }
    headers = {names[member]: value for member, value in members.items()}
    # An HTTP server takes the space from the begin of a header.
    found = violation(endpoint, headers, b"")
    assert found == f"1 validation error detected: {message}"


def test_a_header_that_cannot_be_is_refused(hosting: Hosting, endpoint: str) -> None:
    response = error(hosting, endpoint, InferenceId="i" * 65)
    assert response["Error"]["Code"] == "ValidationError"
    assert "'inferenceId'" in response["Error"]["Message"]
    # What may be is passed on, or answered.
    assert hosting.number(endpoint, InferenceId="my id", TargetVariant=VARIANT) == 1


def test_what_is_not_implemented_is_named(hosting: Hosting, endpoint: str) -> None:
    response = error(hosting, endpoint, TargetModel="other.tar.gz")
    assert response["Error"]["Code"] == "ValidationError"
    assert "X-Amzn-SageMaker-Target-Model" in response["Error"]["Message"]
    with pytest.raises(ClientError, match="asynchronous inference is not served"):
        hosting.runtime.invoke_endpoint_async(
            EndpointName=endpoint, InputLocation=hosting.service.uri("input")
        )
    with pytest.raises(ClientError, match="operation InvokeEndpointWithResponseStream"):
        hosting.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"1,2")


def test_metrics_are_one_or_nothing_for_each_request(hosting: Hosting) -> None:
    config = hosting.config(hosting.model(), InitialInstanceCount=2)
    endpoint = hosting.endpoint(config)
    for _ in range(3):
        hosting.ask(endpoint)
    error(hosting, endpoint, "1,2,3,4")
    # Once for the variant, and once for the fleet of a configuration.
    for of_fleet in (None, config):
        sums = {
            name: statistics(hosting, endpoint, name, of_fleet)["Sum"]
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
        assert statistics(hosting, endpoint, "Invocation4XXErrors", of_fleet)["Average"] == 0.25
        for name in ("ModelLatency", "OverheadLatency"):
            latency = statistics(hosting, endpoint, name, of_fleet)
            assert (latency["SampleCount"], latency["Unit"]) == (4, "Microseconds")
            assert 1 < latency["Maximum"] < 20e6
    assert statistics(hosting, endpoint, "ModelSetupTime") == {}


def test_an_update_begins_metrics_of_its_own(hosting: Hosting) -> None:
    old, new = hosting.config(obedient(hosting)), hosting.config(obedient(hosting))
    endpoint = hosting.endpoint(old)
    hosting.ask(endpoint)
    hosting.update(endpoint, new)
    assert error(hosting, endpoint, "fail")["OriginalStatusCode"] == 500
    hosting.ask(endpoint)

    def errors(config: str | None) -> tuple[float, float]:
        found = statistics(hosting, endpoint, "Invocation5XXErrors", config)
        return found["Sum"], found["SampleCount"]

    assert (errors(old), errors(new), errors(None)) == ((0, 1), (1, 2), (1, 3))


def test_a_container_that_ends_is_a_server_error(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(obedient(hosting)))
    response = error(hosting, endpoint, "leave")
    assert response["OriginalStatusCode"] == 0
    assert response["Error"]["Message"].startswith(
        'Received server error (0) from primary with message "An error occurred while handling '
        'request as the model process exited.". See https://'
    )
    assert statistics(hosting, endpoint, "Invocation5XXErrors")["Sum"] == 1


def test_utilisation_is_published_every_minute(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(utilisation, "PERIOD_SECONDS", 0.2)
    endpoint = hosting.endpoint(hosting.config(hosting.model()))
    space = "/aws/sagemaker/Endpoints"

    def of(name: str) -> dict[str, Any]:
        return statistics(hosting, endpoint, name, namespace=space)

    assert current().changes.wait_until(
        lambda: of("CPUUtilization").get("SampleCount", 0) > 1, 20, recheck_seconds=0.1
    )
    for name in ("CPUUtilization", "MemoryUtilization", "DiskUtilization"):
        assert of(name)["Unit"] == "Percent"
    assert 0 < of("MemoryUtilization")["Maximum"] <= 100
    assert 0 <= of("CPUUtilization")["Average"] < 100


def test_requests_are_in_the_endpoints_log(hosting: Hosting, endpoint: str) -> None:
    hosting.ask(endpoint)
    lines = hosting.service.log(f"/aws/sagemaker/Endpoints/{endpoint}", VARIANT)
    assert any("POST /invocations" in line for line in lines)
