"""A deployment: SageMaker's responses, queued one after the other, and the handler's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.deploy_endpoint.scenes import (
    ARN,
    ENDPOINT,
    MODIFIED,
    endpoint,
    settings_text,
)
from tests.unit.lambdas.job_events import REGISTRY, described_package, job_event

ASSET = asset("deploy_endpoint")
lambda_handler = ASSET.module("lambda_function").lambda_handler
WANTED = ASSET.module("endpoint_resources").endpoint_resources(
    ASSET.module("slipway_shared.model_package").parse_model_package(described_package()),
    ASSET.module("stage_settings").parse_stage_settings(settings_text()),
)
NEW, OLD = WANTED.config_name, "abalone-staging-v6-aaaaaaaa"
CONFIG_ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config"
TAGS = [{"Key": "project", "Value": "abalone"}]
VARIANTS = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 1}]
LIVE = endpoint("InService", OLD, ProductionVariants=VARIANTS)


class Deployment:
    """One call of the handler, with SageMaker's responses queued before it."""

    def __init__(self, stub: Stub, answers: Answers) -> None:
        self.sagemaker = stub(ASSET, "sagemaker")
        self.answers = answers

    def looks(self, state: dict[str, Any] | None, **package: Any) -> Deployment:
        """The version is described, and then the endpoint."""
        self.describes(**package)
        if state is None:
            return self.refuses("describe_endpoint", f'Could not find endpoint "{ARN}".')
        return self.gives("describe_endpoint", state, EndpointName=ENDPOINT)

    def describes(self, **package: Any) -> Deployment:
        described = described_package(**package)
        return self.gives("describe_model_package", described, ModelPackageName=f"{REGISTRY}/7")

    def gives(self, operation: str, response: dict[str, Any], **expected: Any) -> Deployment:
        self.sagemaker.add_response(operation, response, expected or None)
        return self

    def refuses(self, operation: str, text: str) -> Deployment:
        self.sagemaker.add_client_error(operation, "ValidationException", text)
        return self

    def makes_resources(self) -> Deployment:
        name = WANTED.model["ModelName"]
        arn = {"ModelArn": f"arn:aws:sagemaker:us-east-1:123456789012:model/{name}"}
        self.gives("create_model", arn, **WANTED.model, Tags=TAGS)
        arn = {"EndpointConfigArn": f"{CONFIG_ARN}/{NEW}"}
        return self.gives("create_endpoint_config", arn, **WANTED.config, Tags=TAGS)

    def live_config(self, count: int = 1) -> Deployment:
        variant = {"VariantName": "AllTraffic", "ModelName": "m", "InitialInstanceCount": count}
        response = {
            "EndpointConfigName": OLD,
            "EndpointConfigArn": f"{CONFIG_ARN}/{OLD}",
            "ProductionVariants": [variant],
            "CreationTime": MODIFIED,
        }
        return self.gives("describe_endpoint_config", response, EndpointConfigName=OLD)

    def runs(self, continuation: dict[str, Any] | None = None) -> Answers:
        event = job_event(settings_text(), continuation=continuation, artifacts=("Manifest",))
        lambda_handler(event, None)
        return self.answers


@pytest.fixture
def deployment(
    stub: Stub, answers_of: Callable[..., Answers], s3: Any, put_manifest: Callable[..., None]
) -> Deployment:
    put_manifest(ASSET, f"{REGISTRY}/7")
    s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key="7/model.tar.gz", Body=b"model")
    return Deployment(stub, answers_of(ASSET))
