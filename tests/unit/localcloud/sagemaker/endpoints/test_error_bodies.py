"""The bodies of InvokeEndpoint's errors, compared with published ones to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.sagemaker.endpoints.container_client import ContainerAnswer
from localcloud.sagemaker.endpoints.invocations import Throttled, model_error
from localcloud.sagemaker_runtime.responses import error_body

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
    # Where the first of the published bodies stands.
    "https://github.com/opensearch-project/skills",
    "https://github.com/aws/amazon-sagemaker-examples/issues/1809",
)
PUBLISHED = Path(__file__).parent / "published"


def published(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PUBLISHED / f"{name}.json").read_text())
    return body


def written(sample: dict[str, Any], said: str) -> str:
    """The body for what a container said, with the sample's endpoint, account and status."""
    region, account = sample["LogStreamArn"].split(":")[3:5]
    endpoint = sample["LogStreamArn"].rpartition("/")[2]
    answer = ContainerAnswer(sample["OriginalStatusCode"], said.encode(), "text/plain", None)
    return error_body(model_error(region, account, endpoint, answer))


def test_a_server_error_is_the_published_one() -> None:
    sample = published("modelerror-424-server-error-reconstructed")
    expected = json.dumps(sample, separators=(",", ":"))
    assert written(sample, sample["OriginalMessage"]) == expected


def test_a_client_error_is_the_published_one() -> None:
    sample = published("modelerror-424-client-error")
    # Whoever published it has changed the code in one of the two places.
    said = sample["OriginalMessage"].replace('"code":500', '"code":404')
    sample["OriginalMessage"] = said
    assert written(sample, said) == json.dumps(sample, separators=(",", ":"))


def test_a_throttled_request_has_a_null_for_a_message() -> None:
    # https://github.com/opensearch-project/ml-commons/issues/2429, but for the space.
    assert error_body(Throttled()) == '{"message":null}'
