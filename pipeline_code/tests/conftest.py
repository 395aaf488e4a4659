"""What the tests share. They need no AWS account, no credentials and no network."""

from __future__ import annotations

import os

# Before the SDK is imported: it makes a client then, and looks up roles in IAM later.
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["SAGEMAKER_VALIDATE_ROLE"] = "false"
os.environ.pop("AWS_PROFILE", None)
# What nevertheless tries to leave the machine (the SDK's telemetry does) fails at once.
os.environ["HTTPS_PROXY"] = os.environ["https_proxy"] = "http://127.0.0.1:9"
os.environ["NO_PROXY"] = os.environ["no_proxy"] = ""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from offline_aws import OfflineAws, share_local_client, write_wheels

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
BUCKET = "example-bucket"


@pytest.fixture
def aws() -> OfflineAws:
    """AWS as one test sees it, with no pipeline in it."""
    return OfflineAws(REGION, BUCKET)


@pytest.fixture(scope="session", autouse=True)
def one_local_client() -> Iterator[None]:
    """See share_local_client."""
    with pytest.MonkeyPatch.context() as patch:
        share_local_client(patch)
        yield


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with the names of the wheels that travel with the open check engine."""
    return write_wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="session")
def build(wheels: Path) -> Callable[..., dict[str, Any]]:
    """Build the pipeline anew and give its definition."""
    from pipelines.abalone.pipeline import get_pipeline
    from pipelines.checks import bundle

    def build_definition(**arguments: Any) -> dict[str, Any]:
        session = OfflineAws(REGION, BUCKET).pipeline_session()
        defaults = {"region": REGION, "role": ROLE, "default_bucket": BUCKET}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bundle, "WHEELS", wheels)
            pipeline = get_pipeline(**(defaults | arguments), sagemaker_session=session)
            definition: dict[str, Any] = json.loads(pipeline.definition())
        return definition

    return build_definition


@pytest.fixture(scope="session")
def definition(build: Callable[..., dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The definition with all defaults, built once."""
    yield build()


@pytest.fixture(scope="session")
def open_definition(build: Callable[..., dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The definition with the open check engine and a tolerance, built once."""
    yield build(check_engine="open", model_quality_tolerance="0.1")
