"""The function's own account, and the stage's: a client in each for every service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.deploy_endpoint.one_call import CURRENT_KEY, SESSION_TOKEN, Deployment
from tests.unit.lambdas.deploy_endpoint.scenes import ASSET, REGION
from tests.unit.lambdas.job_events import GROUP, STORE

GZIP = b"\x1f\x8b\x08rest"


@pytest.fixture
def stage_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Stubber]]:
    """Takes the place of the clients that are made with the assumed role's session."""
    make = boto3.client
    services = ("sagemaker", "cloudwatch", "application-autoscaling")
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    with ExitStack() as stack:
        stubbers = {
            service: stack.enter_context(Stubber(make(service, region_name=REGION, **keys)))
            for service in services
        }

        def stubbed(service: str, **options: Any) -> Any:
            if options.get("aws_session_token") != SESSION_TOKEN:
                return make(service, **options)
            assert options["region_name"] == REGION
            return stubbers[service].client

        monkeypatch.setattr(boto3, "client", stubbed)
        yield stubbers
        for stubber in stubbers.values():
            stubber.assert_no_pending_responses()


@pytest.fixture
def deployment(
    stub: Stub,
    stage_clients: dict[str, Stubber],
    answers_of: Callable[..., Answers],
    s3: Any,
    put_manifest: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> Deployment:
    for name, value in (
        ("MODEL_PACKAGE_GROUP_NAME", GROUP),
        ("MANIFEST_BUCKET_NAME", STORE),
        ("MANIFEST_KEY", CURRENT_KEY),
    ):
        monkeypatch.setenv(name, value)
    s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key="7/model.tar.gz", Body=GZIP)
    own, sts = stub(ASSET, "sagemaker"), stub(ASSET, "sts")
    return Deployment(own, sts, stage_clients, answers_of(ASSET), s3).has(put_manifest)
