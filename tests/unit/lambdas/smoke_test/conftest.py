"""One call of the handler: the registry and the records, and a stage's account that is reached by
assuming its role."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import (
    GROUP,
    JOB_ID,
    REGISTRY,
    STORE,
    described_package,
    job_event,
    stage_settings,
)
from tests.unit.lambdas.smoke_test.files import FILE

ASSET = asset("smoke_test")
CONFIG, KEY = "abalone-staging-v7-aaaaaaaa", "golden_records.json"
ASSUMED = "ASSUMEDACCESSKEYID"
STAGING = stage_settings(
    "staging",
    target={
        "accountId": "222222222222",
        "region": "eu-west-1",
        "roleArn": "arn:aws:iam::222222222222:role/abalone-staging-deployment",
        "externalId": "slipway-abalone",
    },
)
ENDPOINT = STAGING["endpointName"]
ARN = "arn:aws:sagemaker:eu-west-1:222222222222"
PARAMETERS: dict[str, Any] = {
    "stage": "staging",
    "endpointName": ENDPOINT,
    "maxLatencyMilliseconds": 5000,
    "load": None,
}
TIME = datetime(2026, 11, 1, tzinfo=UTC)


class Refusal(Exception):
    """A model's error, or the service's."""

    def __init__(self, code: str, status: int, **members: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.members = code, status, members


def model_error(status: int, text: str) -> Refusal:
    """What a container answers itself."""
    members = {"OriginalStatusCode": status, "OriginalMessage": text, "LogStreamArn": "arn:log"}
    return Refusal("ModelError", 424, **members)


def model(body: str, content_type: str) -> str:
    """Ten times the first of two features, and refusals as the built-in container has them."""
    if content_type != "text/csv":
        raise model_error(415, f"{content_type} is not an accepted ContentType")
    rows = [line.split(",") for line in body.splitlines()]
    if any(len(row) != 2 for row in rows):
        raise model_error(400, "Number of columns does not match number of features")
    return "".join(f"{float(row[0]) * 10}\n" for row in rows)


class SmokeTest:
    """One call of the handler, with responses queued before it."""

    def __init__(self, stub: Stub, answers: Answers, s3: Any) -> None:
        self.answers, self._s3 = answers, s3
        self.registry, self.sts = stub(ASSET, "sagemaker"), stub(ASSET, "sts")
        self.model: Callable[[str, str], str] = model
        self.content_type = "text/csv; charset=utf-8"
        self.requests: list[dict[str, Any]] = []
        self.target: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        """Answers of SageMaker in the stage's account."""
        self._lock = threading.Lock()

    def may_assume(self) -> SmokeTest:
        """STS gives credentials for the stage's role, once."""
        self.sts.add_response(
            "assume_role",
            {
                "Credentials": {
                    "AccessKeyId": ASSUMED,
                    "SecretAccessKey": "secret",
                    "SessionToken": "token",
                    "Expiration": TIME,
                }
            },
            {
                "RoleArn": STAGING["target"]["roleArn"],
                "RoleSessionName": f"smoke-test-{JOB_ID}",
                "ExternalId": "slipway-abalone",
                "DurationSeconds": 900,
            },
        )
        return self

    def has_version(self, uri: str | None = f"s3://{STORE}/{KEY}") -> SmokeTest:
        metadata = {"GoldenRecordsS3Uri": uri} if uri else {}
        described = described_package(CustomerMetadataProperties=metadata, CreationTime=TIME)
        expected = {"ModelPackageName": f"{REGISTRY}/7"}
        self.registry.add_response("describe_model_package", described, expected)
        return self

    def has_records(self, content: Any = FILE) -> SmokeTest:
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
        self.target.append(("describe_endpoint", endpoint, {"EndpointName": ENDPOINT}))
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
        self.target.append(("describe_endpoint_config", config, {"EndpointConfigName": CONFIG}))
        for number, package in enumerate(packages):
            container = {"ModelPackageName": package}
            form = {"PrimaryContainer": container} if primary else {"Containers": [container]}
            arn = {"ModelArn": f"{ARN}:model/m{number}"}
            described = {"ModelName": f"m{number}", **arn, "CreationTime": TIME, **form}
            self.target.append(("describe_model", described, {"ModelName": f"m{number}"}))
            if package != f"{REGISTRY}/7":
                break
        return self

    def is_good(self) -> SmokeTest:
        """Everything is as it should be, but for what the model answers."""
        return self.may_assume().has_version().has_records().serves(f"{REGISTRY}/7")

    def runs(self, **changes: Any) -> Answers:
        """What CodePipeline is told by a call with these parameters."""
        lambda_handler = ASSET.module("lambda_function").lambda_handler
        lambda_handler(job_event({**PARAMETERS, **changes}, artifacts=("Manifest",)), None)
        return self.answers

    def ask(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        """InvokeEndpoint, in the place of the request over the network."""
        headers = {name.lower(): value for name, value in params["headers"].items()}
        body, content_type = params["body"].decode(), headers["content-type"]
        with self._lock:
            self.requests.append({"body": body, "type": content_type, "path": params["url_path"]})
            try:
                text = self.model(body, content_type)
            except Refusal as refusal:
                error = {"Code": refusal.code, "Message": f"{refusal.code}: {refusal.members}"}
                http = SimpleNamespace(status_code=refusal.status)
                return http, {"Error": error, "ResponseMetadata": {}, **refusal.members}
        content = SimpleNamespace(read=lambda: text.encode())
        return SimpleNamespace(status_code=200), {
            "Body": content,
            "ContentType": self.content_type,
        }


@pytest.fixture
def smoke(
    stub: Stub,
    answers_of: Callable[..., Answers],
    s3: Any,
    put_manifest: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[SmokeTest]:
    """A call of the handler for version 7; clients with the assumed role are in its hands."""
    put_manifest(ASSET, f"{REGISTRY}/7", stages={"staging": STAGING})
    monkeypatch.setenv("MODEL_PACKAGE_GROUP_NAME", GROUP)
    scene = SmokeTest(stub, answers_of(ASSET), s3)
    real = boto3.client
    with ExitStack() as stack:

        def client(service: str, **options: Any) -> Any:
            made = real(service, **options)
            if options.get("aws_access_key_id") != ASSUMED:
                return made
            assert options["region_name"] == "eu-west-1"
            if service == "sagemaker-runtime":
                made.meta.events.register("before-call.sagemaker-runtime.InvokeEndpoint", scene.ask)
                return made
            stubber = stack.enter_context(Stubber(made))
            for operation, response, expected in scene.target:
                stubber.add_response(operation, response, expected)
            stack.callback(stubber.assert_no_pending_responses)
            return made

        monkeypatch.setattr(boto3, "client", client)
        yield scene
