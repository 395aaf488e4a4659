"""The handler: the endpoint must serve exactly the manifest's version, and answer as it must."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.response import StreamingBody

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import REGISTRY, STORE, described_package, job_event

ASSET = asset("smoke_test")
lambda_handler = ASSET.module("lambda_function").lambda_handler
ENDPOINT, CONFIG, KEY = "abalone-staging", "abalone-staging-v7-aaaaaaaa", "golden_records.json"
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
GOLDEN = {
    "contentType": "text/csv",
    "accept": "text/csv",
    "records": ["0.455", "0.35"],
    "expected": {"count": 2, "type": "number", "minimum": 1, "maximum": 29},
}
TIME = datetime(2026, 11, 1, tzinfo=UTC)


class SmokeTest:
    """One call of the handler, with responses queued before it."""

    def __init__(self, stub: Stub, answers: Answers, s3: Any) -> None:
        self.sagemaker, self.runtime = stub(ASSET, "sagemaker"), stub(ASSET, "sagemaker-runtime")
        self.answers, self._s3 = answers, s3

    def has_version(self, uri: str | None = f"s3://{STORE}/{KEY}") -> SmokeTest:
        metadata = {"GoldenRecordsS3Uri": uri} if uri else {}
        described = described_package(CustomerMetadataProperties=metadata)
        expected = {"ModelPackageName": f"{REGISTRY}/7"}
        self.sagemaker.add_response("describe_model_package", described, expected)
        return self

    def has_records(self, content: Any = GOLDEN) -> SmokeTest:
        body = content if isinstance(content, bytes) else json.dumps(content)
        self._s3.put_object(Bucket=STORE, Key=KEY, Body=body)
        return self

    def serves(self, *packages: str, status: str = "InService", primary: bool = False) -> SmokeTest:
        """An endpoint with a variant for each version."""
        endpoint = {
            "EndpointName": ENDPOINT,
            "EndpointArn": f"{ARN}:endpoint/{ENDPOINT}",
            "EndpointConfigName": CONFIG,
            "EndpointStatus": status,
            "CreationTime": TIME,
            "LastModifiedTime": TIME,
        }
        self.sagemaker.add_response("describe_endpoint", endpoint, {"EndpointName": ENDPOINT})
        if status != "InService":
            return self
        config = {
            "EndpointConfigName": CONFIG,
            "EndpointConfigArn": f"{ARN}:endpoint-config/{CONFIG}",
            "ProductionVariants": [
                {"VariantName": f"V{number}", "ModelName": f"m{number}"}
                for number, _ in enumerate(packages)
            ],
            "CreationTime": TIME,
        }
        expected = {"EndpointConfigName": CONFIG}
        self.sagemaker.add_response("describe_endpoint_config", config, expected)
        for number, package in enumerate(packages):
            container = {"ModelPackageName": package}
            form = {"PrimaryContainer": container} if primary else {"Containers": [container]}
            arn = {"ModelArn": f"{ARN}:model/m{number}"}
            model = {"ModelName": f"m{number}", **arn, "CreationTime": TIME, **form}
            self.sagemaker.add_response("describe_model", model, {"ModelName": f"m{number}"})
            if package != f"{REGISTRY}/7":
                break
        return self

    def answers_with(self, body: bytes) -> SmokeTest:
        request = {
            "EndpointName": ENDPOINT,
            "ContentType": "text/csv",
            "Accept": "text/csv",
            "Body": b"0.455\n0.35\n",
        }
        response = {"Body": StreamingBody(io.BytesIO(body), len(body))}
        self.runtime.add_response("invoke_endpoint", response, request)
        return self

    def runs(self, parameters: str = json.dumps({"endpointName": ENDPOINT})) -> Answers:
        lambda_handler(job_event(parameters, artifacts=("Manifest",)), None)
        return self.answers


@pytest.fixture
def smoke(
    stub: Stub, answers_of: Callable[..., Answers], s3: Any, put_manifest: Callable[..., None]
) -> SmokeTest:
    put_manifest(ASSET, f"{REGISTRY}/7")
    return SmokeTest(stub, answers_of(ASSET), s3)


@pytest.mark.parametrize("primary", [False, True])
def test_right_answers_of_the_right_version_succeed(smoke: SmokeTest, primary: bool) -> None:
    smoke.has_version().has_records().serves(f"{REGISTRY}/7", primary=primary)
    success = smoke.answers_with(b"9.5\n7.25\n").runs().success
    variables = success["outputVariables"]
    assert variables["ModelPackageArn"] == f"{REGISTRY}/7"
    assert (variables["EndpointName"], variables["RecordCount"]) == (ENDPOINT, "2")
    assert int(variables["LatencyMilliseconds"]) >= 0
    summary = success["executionDetails"]["summary"]
    assert summary.startswith(f"2 golden records of version 7 answered by {CONFIG} in ")
    assert summary.endswith(" ms: 7.25 to 9.5, allowed 1 to 29")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"9.5\n", "endpoint abalone-staging, version 7: 2 records got 1 answers: '9.5'"),
        (b"9.5\n30\n", "record 2 (0.35) got '30', allowed: a number from 1 to 29"),
        (b"9.5\nnone\n", "record 2 (0.35) got 'none'"),
    ],
)
def test_wrong_answers_fail(smoke: SmokeTest, body: bytes, reason: str) -> None:
    smoke.has_version().has_records().serves(f"{REGISTRY}/7").answers_with(body)
    assert reason in smoke.runs().failure


def test_another_version_fails_before_it_is_invoked(smoke: SmokeTest) -> None:
    failure = smoke.has_version().serves(f"{REGISTRY}/6").runs().failure
    assert failure == (
        f"endpoint {ENDPOINT} serves {REGISTRY}/6 (variant V0 of {CONFIG}), not {REGISTRY}/7"
    )


def test_every_variant_counts(smoke: SmokeTest) -> None:
    failure = smoke.has_version().serves(f"{REGISTRY}/7", f"{REGISTRY}/77").runs().failure
    assert "(variant V1" in failure


def test_an_endpoint_that_is_not_in_service_fails(smoke: SmokeTest) -> None:
    failure = smoke.has_version().serves(status="Updating").runs().failure
    assert failure == f"endpoint {ENDPOINT} is Updating, not InService"


def test_the_models_own_words_are_told(smoke: SmokeTest) -> None:
    smoke.has_version().has_records().serves(f"{REGISTRY}/7")
    smoke.runtime.add_client_error(
        "invoke_endpoint",
        "ModelError",
        "Received server error (500) from primary",
        http_status_code=424,
        modeled_fields={
            "OriginalStatusCode": 500,
            "OriginalMessage": "local variable 'pred' referenced before assignment",
            "LogStreamArn": "arn:log",
        },
    )
    assert smoke.runs().failure == (
        f"endpoint {ENDPOINT}: the model answered 500: local variable 'pred' referenced before"
        " assignment (log: arn:log)"
    )


def test_an_endpoint_that_cannot_be_invoked_fails(smoke: SmokeTest) -> None:
    smoke.has_version().has_records().serves(f"{REGISTRY}/7")
    smoke.runtime.add_client_error("invoke_endpoint", "ValidationError", "not found")
    assert f"endpoint {ENDPOINT} could not be invoked: " in smoke.runs().failure


def test_a_version_without_golden_records_fails(smoke: SmokeTest) -> None:
    failure = smoke.has_version(uri=None).serves(f"{REGISTRY}/7").runs().failure
    assert failure.startswith("version 7 was registered without golden records")


@pytest.mark.parametrize(
    ("uri", "content", "reason"),
    [
        (f"s3://{STORE}/{KEY}", None, "cannot be read"),
        ("s3://no-such-bucket/key", None, "cannot be read"),
        ("https://example.com/x", None, "cannot be used: not an S3 URI"),
        (f"s3://{STORE}/{KEY}", {**GOLDEN, "records": []}, "cannot be used: records is empty"),
        (f"s3://{STORE}/{KEY}", b"\xff", "cannot be used: "),
    ],
)
def test_golden_records_that_cannot_be_had_fail(
    smoke: SmokeTest, uri: str, content: Any, reason: str
) -> None:
    if content is not None:
        smoke.has_records(content)
    failure = smoke.has_version(uri).serves(f"{REGISTRY}/7").runs().failure
    assert failure.startswith(f"golden records {uri} of version 7 ")
    assert reason in failure


def test_parameters_are_checked(smoke: SmokeTest) -> None:
    assert "lacks 'endpointName'" in smoke.runs("{}").failure
