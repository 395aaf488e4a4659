"""Serverless endpoints: cold starts, concurrency, limits, metrics, and the way to instances."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.sagemaker import sagemaker_backends

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import environments
from localcloud.sagemaker.endpoints.serverless_variant import ServerlessVariant
from tests.local_server import ACCOUNT, REGION, LocalCloud

from .conftest import VARIANT, Hosting
from .measured import statistics
from .obedient import obedient
from .serverless import config

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"
)


def variant_of(endpoint: str) -> ServerlessVariant:
    fleet = sagemaker_backends[ACCOUNT][REGION].deployments.fleets.live(endpoint)
    (variant,) = fleet.variants.values()
    assert isinstance(variant, ServerlessVariant)
    return variant


def impatient(hosting: Hosting) -> Any:
    """A client that tries nothing twice."""
    once = Config(retries={"total_max_attempts": 1})
    return LocalCloud(hosting.service.endpoint, once).client("sagemaker-runtime")


def test_a_container_comes_with_a_request_and_goes_without_any(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = config(hosting, hosting.model())
    endpoint = hosting.endpoint(name)
    assert hosting.describe(endpoint)["ProductionVariants"] == [
        {
            "VariantName": VARIANT,
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": 0,
            "CurrentServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 2},
        }
    ]
    variant = variant_of(endpoint)
    assert variant.environments == []
    monkeypatch.setattr(environments, "IDLE_SECONDS", 0.3)
    assert [hosting.number(endpoint) for _ in range(3)] == [1, 1, 1]
    assert statistics(hosting, endpoint, "ModelSetupTime")["SampleCount"] == 1
    assert current().changes.wait_until(
        lambda: variant.environments == [], 20, recheck_seconds=0.05
    )
    assert hosting.number(endpoint) == 1
    setup = statistics(hosting, endpoint, "ModelSetupTime")
    assert setup["SampleCount"] == 2
    overhead = statistics(hosting, endpoint, "OverheadLatency")
    assert overhead["SampleCount"] == 4
    assert overhead["Maximum"] >= setup["Maximum"] > 1000
    for absent in ("InvocationsPerInstance", "InvocationModelErrors"):
        assert statistics(hosting, endpoint, absent) == {}


def test_provisioned_concurrency_is_warm_and_stays(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "IDLE_SECONDS", 0.1)
    endpoint = hosting.endpoint(
        config(hosting, obedient(hosting), MaxConcurrency=3, ProvisionedConcurrency=1)
    )
    variant = variant_of(endpoint)
    (first,) = variant.environments
    pid = hosting.ask(endpoint, ContentType="text/csv")
    assert statistics(hosting, endpoint, "ModelSetupTime") == {}
    with pytest.raises(ClientError, match="the model process exited"):
        hosting.ask(endpoint, "leave")
    # Another takes its place without being asked for.
    assert current().changes.wait_until(
        lambda: variant.environments not in ([], [first]), 20, recheck_seconds=0.05
    )
    assert hosting.ask(endpoint) != pid
    handled = statistics(hosting, endpoint, "ServerlessProvisionedConcurrencyInvocations")
    assert handled["Sum"] == 3
    spilled = "ServerlessProvisionedConcurrencySpilloverInvocations"
    assert statistics(hosting, endpoint, spilled) == {}


def test_each_request_has_a_container_and_one_too_many_is_throttled(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(config(hosting, obedient(hosting), MaxConcurrency=2))
    client = impatient(hosting)
    variant = variant_of(endpoint)

    def invoke(body: str) -> str:
        answer = client.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType="text/csv")
        return str(answer["Body"].read().decode())

    gates = [f"/tmp/gate-{number}" for number in range(2)]
    with ThreadPoolExecutor() as threads:
        asked = [threads.submit(invoke, f"wait {gate}") for gate in gates]

        def entered() -> int:
            files = [each._directory.glob("tmp/gate-*.in") for each in variant.environments]
            return sum(len(list(found)) for found in files)

        assert current().changes.wait_until(lambda: entered() == 2, 20, recheck_seconds=0.05)
        with pytest.raises(ClientError) as refused:
            invoke("more")
        response = refused.value.response
        assert response["Error"]["Code"] == "ThrottlingException"
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert response["Error"].get("Message") is None
        for each in variant.environments:
            for gate in gates:
                (each._directory / gate.strip("/")).touch()
        assert len({future.result(20) for future in asked}) == 2
    used = statistics(hosting, endpoint, "ServerlessConcurrentExecutionsUtilization")
    assert (used["Maximum"], used["SampleCount"]) == (1.0, 2)


def test_limits_of_size(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(config(hosting, obedient(hosting)))
    assert hosting.ask(endpoint, "1" * (4 << 20)).isdigit()
    with pytest.raises(ClientError) as refused:
        hosting.ask(endpoint, "1" * ((4 << 20) + 1))
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationError"
    assert error["Message"].startswith("Request ")
    assert error["Message"].endswith(" has oversize body.")
    assert len(hosting.ask(endpoint, f"long {4 << 20}")) == 4 << 20
    with pytest.raises(ClientError, match="could not load the entire response body"):
        hosting.ask(endpoint, f"long {(4 << 20) + 1}")


def test_memory_is_what_the_configuration_says(hosting: Hosting) -> None:
    model = obedient(hosting)
    small = hosting.endpoint(config(hosting, model, MemorySizeInMB=1024))
    with pytest.raises(ClientError) as refused:
        hosting.ask(small, "allocate 1100")
    assert refused.value.response["OriginalStatusCode"] == 500
    log = hosting.service.client("logs").filter_log_events(
        logGroupName=f"/aws/sagemaker/Endpoints/{small}", filterPattern="MemoryError"
    )
    assert log["events"]
    large = hosting.endpoint(config(hosting, model, MemorySizeInMB=2048))
    assert hosting.ask(large, "allocate 1100").isdigit()


def test_a_model_that_does_not_start_fails_the_endpoint(hosting: Hosting) -> None:
    name = f"endpoint-{uuid4().hex[:8]}"
    hosting.sagemaker.create_endpoint(
        EndpointName=name, EndpointConfigName=config(hosting, hosting.model("broken"))
    )
    described = hosting.settled(name)
    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]


def test_a_slow_cold_start_is_not_ready_yet(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = hosting.endpoint(config(hosting, hosting.model()))
    variant = variant_of(endpoint)
    go, start = threading.Event(), variant._environments._start
    monkeypatch.setattr(
        variant._environments, "_start", lambda: (go.wait(20), start())[1], raising=True
    )
    monkeypatch.setattr("localcloud.sagemaker.endpoints.serverless_variant.INVOCATION_SECONDS", 0.1)
    with pytest.raises(ClientError) as refused:
        impatient(hosting).invoke_endpoint(
            EndpointName=endpoint, Body="1,2", ContentType="text/csv"
        )
    assert refused.value.response["Error"]["Code"] == "ModelNotReadyException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    go.set()
    # What was started is there for the next request.
    assert current().changes.wait_until(lambda: len(variant.environments) == 1, 20)
    assert hosting.number(endpoint) == 1
    assert statistics(hosting, endpoint, "ModelSetupTime") == {}


def test_nothing_is_left_of_a_deleted_endpoint(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(config(hosting, hosting.model(), ProvisionedConcurrency=2))
    containers = variant_of(endpoint).environments
    assert len(containers) == 2
    hosting.sagemaker.delete_endpoint(EndpointName=endpoint)
    assert current().changes.wait_until(
        lambda: all(each.has_ended for each in containers), 20, recheck_seconds=0.05
    )
