"""A container that ends by itself is replaced."""

from __future__ import annotations

import os
import signal

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current

from .conftest import Asking, Hosting, fleet_of, fleet_pids

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html"
)


def replaced(endpoint: str, lost: list[int], count: int) -> bool:
    """Whether so many serve, none of the lost ones among them, within a while."""

    def whole() -> bool:
        now = fleet_pids(endpoint)
        return len(now) == count and not set(now) & set(lost)

    return current().changes.wait_until(whole, 20, recheck_seconds=0.05)


def test_the_others_have_its_traffic_until_there_is_a_new_one(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model("one"), InitialInstanceCount=2))
    lost, other = fleet_pids(endpoint)
    os.kill(lost, signal.SIGKILL)
    assert [hosting.number(endpoint) for _ in range(10)] == [1] * 10
    assert replaced(endpoint, [lost], 2)
    assert fleet_pids(endpoint)[1] == other
    with Asking(hosting, endpoint) as asking:
        asking.next(20)
    assert not asking.errors
    described = hosting.describe(endpoint)
    assert described["EndpointStatus"] == "InService"
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2


def test_a_single_one_fails_requests_until_there_is_a_new_one(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model("one")))
    lost = fleet_pids(endpoint)
    (variant,) = fleet_of(endpoint).variants.values()
    os.kill(lost[0], signal.SIGKILL)
    assert current().changes.wait_until(lambda: variant.containers[0].has_ended, 10)
    with pytest.raises(ClientError) as failed:
        while fleet_pids(endpoint) == lost:
            hosting.ask(endpoint)
    assert failed.value.response["Error"]["Code"] == "ModelError"
    assert failed.value.response["OriginalStatusCode"] == 500
    assert replaced(endpoint, lost, 1)
    assert hosting.number(endpoint) == 1
    # And again.
    again = fleet_pids(endpoint)
    os.kill(again[0], signal.SIGKILL)
    assert replaced(endpoint, [*lost, *again], 1)
    assert hosting.number(endpoint) == 1


def test_what_was_meant_to_end_is_not_replaced(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model("one"), InitialInstanceCount=2))
    before = len(list(current().directory("sagemaker", "endpoints").iterdir()))
    hosting.sagemaker.delete_endpoint(EndpointName=endpoint)

    def gone() -> bool:
        return len(list(current().directory("sagemaker", "endpoints").iterdir())) <= before - 2

    assert current().changes.wait_until(gone, 20, recheck_seconds=0.05)
    assert not current().changes.wait_until(lambda: not gone(), 0.5, recheck_seconds=0.05)
