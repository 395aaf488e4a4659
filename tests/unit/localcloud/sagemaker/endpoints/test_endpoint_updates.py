"""An update: the old fleet serves until the new one does, and again if that one fails."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.endpoints import deployment

from .conftest import Hosting, fleet_of, fleet_pids

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html"
)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """New fleets start when this is set."""
    go, start_fleet = threading.Event(), deployment.start_fleet

    def start_later(*arguments: Any) -> Any:
        assert go.wait(30)
        return start_fleet(*arguments)

    monkeypatch.setattr(deployment, "start_fleet", start_later)
    yield go
    go.set()


def test_the_old_fleet_serves_until_the_new_one_does(
    hosting: Hosting, request: pytest.FixtureRequest
) -> None:
    old, new = hosting.config(hosting.model("one")), hosting.config(hosting.model("two"))
    endpoint = hosting.endpoint(old)
    go: threading.Event = request.getfixturevalue("held")
    hosting.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=new)
    described = hosting.describe(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("Updating", old)
    assert described["PendingDeploymentSummary"]["EndpointConfigName"] == new
    assert hosting.number(endpoint) == 1
    for call in (
        lambda: hosting.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=old),
        lambda: hosting.sagemaker.delete_endpoint(EndpointName=endpoint),
    ):
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"] == {
            "Code": "ValidationException",
            "Message": f'Cannot update in-progress endpoint "{described["EndpointArn"]}".',
        }
    go.set()
    described = hosting.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", new)
    assert not {"FailureReason", "PendingDeploymentSummary"} & described.keys()
    assert hosting.number(endpoint) == 2


def test_an_update_that_fails_rolls_back(hosting: Hosting) -> None:
    old = hosting.config(hosting.model("one"))
    endpoint = hosting.endpoint(old)
    before = fleet_pids(endpoint)
    described = hosting.update(endpoint, hosting.config(hosting.model("broken")))
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert "did not pass the ping health check" in described["FailureReason"]
    assert fleet_pids(endpoint) == before
    assert hosting.number(endpoint) == 1
    events = hosting.service.events(
        described["EndpointArn"], lambda detail: bool(detail.get("FailureReason"))
    )
    (event,) = [each["detail"] for each in events if each["detail"].get("FailureReason")]
    assert (event["EndpointStatus"], event["EndpointConfigName"]) == ("IN_SERVICE", old)
    # The reason stays until the next update.
    described = hosting.update(endpoint, hosting.config(hosting.model("two")))
    assert "FailureReason" not in described
    assert hosting.number(endpoint) == 2


def test_a_model_that_was_deleted_rolls_the_update_back(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model("one")))
    model = hosting.model("two")
    config = hosting.config(model)
    hosting.sagemaker.delete_model(ModelName=model)
    described = hosting.update(endpoint, config)
    assert described["FailureReason"].startswith('Could not find model "arn:aws:sagemaker:')
    assert hosting.number(endpoint) == 1


def test_two_updates_in_quick_succession_end_with_the_second(hosting: Hosting) -> None:
    one, two = hosting.config(hosting.model("one")), hosting.config(hosting.model("two"))
    endpoint = hosting.endpoint(one)
    first = fleet_pids(endpoint)
    hosting.update(endpoint, two)
    hosting.update(endpoint, one)
    assert hosting.number(endpoint) == 1
    now = fleet_pids(endpoint)

    def only_the_last_runs() -> bool:
        return all(not os.path.exists(f"/proc/{pid}") for pid in first)  # noqa: PTH110

    assert current().changes.wait_until(only_the_last_runs, 20, recheck_seconds=0.05)
    assert all(os.path.exists(f"/proc/{pid}") for pid in now)  # noqa: PTH110


def test_a_request_that_the_old_fleet_has_is_answered(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model("one")))
    (pid,) = fleet_pids(endpoint)
    os.kill(pid, signal.SIGSTOP)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(hosting.number(endpoint)))
    try:
        asking.start()
        fleet = fleet_of(endpoint)
        assert current().changes.wait_until(lambda: fleet._requests == 1, 20, recheck_seconds=0.01)
        hosting.update(endpoint, hosting.config(hosting.model("two")))
        assert hosting.number(endpoint) == 2
        assert not answers
    finally:
        os.kill(pid, signal.SIGCONT)
    asking.join(20)
    assert answers == [1]


def test_an_update_is_refused_once_the_live_configuration_was_deleted(hosting: Hosting) -> None:
    old, new = hosting.config(hosting.model("one")), hosting.config(hosting.model("two"))
    endpoint = hosting.endpoint(old)
    hosting.sagemaker.delete_endpoint_config(EndpointConfigName=old)
    with pytest.raises(ClientError, match="Could not find endpoint configuration") as refused:
        hosting.update(endpoint, new)
    assert f"endpoint-config/{old}" in str(refused.value)
    assert hosting.number(endpoint) == 1
