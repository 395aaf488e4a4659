"""Clients of AWS that the handlers use, answered by botocore's Stubber or by moto's server."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
import urllib3
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

from tests.unit.lambdas.assets import Asset
from tests.unit.lambdas.job_events import GROUP, MANIFEST_KEY, STAGES, STORE

Stub = Callable[[Asset, str], Stubber]


@pytest.fixture
def stub() -> Iterator[Stub]:
    """Stubs an asset's client of a service; every response must have been asked for in the end."""
    stubbers: dict[tuple[Asset, str], Stubber] = {}
    with ExitStack() as stack:

        def stub_client(asset: Asset, service: str) -> Stubber:
            if (asset, service) not in stubbers:
                client = asset.module("slipway_shared.clients").client(service)
                stubbers[asset, service] = stack.enter_context(Stubber(client))
            return stubbers[asset, service]

        yield stub_client
        for stubber in stubbers.values():
            stubber.assert_no_pending_responses()


@dataclass
class Answers:
    """What CodePipeline was told, as it was sent: the operation and its members."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def only(self, operation: str) -> dict[str, Any]:
        """The members of the one answer that was given, which must be this operation's."""
        assert [name for name, _ in self.calls] == [operation], self.calls
        return self.calls[0][1]

    @property
    def failure(self) -> str:
        """The message of the one answer, a failure."""
        return str(self.only("PutJobFailureResult")["failureDetails"]["message"])

    @property
    def token(self) -> dict[str, Any]:
        """The continuation token of the one answer."""
        token: dict[str, Any] = json.loads(self.only("PutJobSuccessResult")["continuationToken"])
        return token

    @property
    def success(self) -> dict[str, Any]:
        """The members of the one answer, which ends the job."""
        members = self.only("PutJobSuccessResult")
        assert "continuationToken" not in members
        return members

    @property
    def summary(self) -> str:
        """The summary of the one answer, not a failure."""
        return str(self.only("PutJobSuccessResult")["executionDetails"]["summary"])


@pytest.fixture
def answers_of() -> Iterator[Callable[[Asset], Answers]]:
    """Takes the answers of an asset's handler in CodePipeline's place; botocore has checked them."""
    with ExitStack() as stack:

        def answers(asset: Asset) -> Answers:
            told = Answers()
            events = asset.module("slipway_shared.clients").client("codepipeline").meta.events

            def take(model: Any, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, Any]:
                told.calls.append((model.name, json.loads(params["body"])))
                return AWSResponse("", 200, {}, None), {}

            events.register("before-call.codepipeline.*", take)
            stack.callback(events.unregister, "before-call.codepipeline.*", take)
            return told

        yield answers


@pytest.fixture(scope="package", autouse=True)
def s3_endpoint() -> Iterator[str]:
    """moto's server as S3, in a process of its own: inside this one the local cloud's services may
    stand in the place of moto's."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with pytest.MonkeyPatch.context() as patch:
        # The assets keep their clients, so it is set before the first of them is made.
        patch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield endpoint
        finally:
            server.kill()
            server.wait()


@pytest.fixture
def s3(s3_endpoint: str) -> Any:
    """S3, empty but for the artifact store's bucket."""
    # The server may still be starting: the connection is tried again until it answers.
    retries = urllib3.Retry(total=12, connect=12, backoff_factor=0.05)
    urllib3.PoolManager(retries=retries).request("POST", f"{s3_endpoint}/moto-api/reset")
    client = boto3.client("s3")
    client.create_bucket(Bucket=STORE)
    return client


@pytest.fixture
def put_manifest(s3: Any) -> Callable[..., None]:
    """Puts an asset's manifest for a version where the action's input artifact lies."""

    def put(asset: Asset, model_package_arn: str, version: int = 7, **changes: Any) -> None:
        manifests = asset.module("slipway_shared.manifest")
        manifest = manifests.Manifest(
            model_package_group_name=GROUP,
            model_package_arn=model_package_arn,
            model_package_version=version,
            requested_at="2026-11-01T00:00:00Z",
            **{"reason": "approved", "stages": STAGES, **changes},
        )
        s3.put_object(Bucket=STORE, Key=MANIFEST_KEY, Body=manifests.zip_manifest(manifest))

    return put
