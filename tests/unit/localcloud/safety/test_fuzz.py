"""Whatever comes over HTTP is answered: soon, never with a 500, and a refusal in AWS's form.

`LOCALCLOUD_FUZZ_SECONDS` sets how long each of the two runs may take (20 unless told otherwise); a
failure prints the request.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.local_server import LocalCloud, service_principal
from tests.unit.localcloud.safety import fuzzed_requests
from tests.unit.localcloud.safety.fuzzed_requests import SERVICES, Answer, Request, of_a_model, send
from tests.unit.localcloud.safety.other_server import zipped

SECONDS = float(os.environ.get("LOCALCLOUD_FUZZ_SECONDS", "20"))
# No operation waits for its work, but for the ones that begin by starting a process.
ANSWER_SECONDS = 30.0
XML = ("cloudformation", "iam")
fuzzing = settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def cloud(endpoint: str) -> LocalCloud:
    """A local cloud in which some of the names that are asked for exist."""
    made = LocalCloud(endpoint)
    for name in ("role",):
        made.make_role(name, service_principal("lambda"))
    made.client("codecommit").create_repository(repositoryName="thing")
    made.client("codecommit").create_commit(
        repositoryName="thing",
        branchName="main",
        putFiles=[{"filePath": "main", "fileContent": b"x"}],
    )
    made.client("lambda").create_function(
        FunctionName="thing",
        Role="arn:aws:iam::123456789012:role/role",
        Runtime="python3.13",
        Handler="main.handler",
        Code={"ZipFile": zipped({"main.py": "def handler(event, context): return event"})},
    )
    made.client("events").put_rule(Name="thing", EventPattern='{"source": ["x"]}')
    made.client("sagemaker").create_model_package_group(ModelPackageGroupName="thing")
    made.client("s3").create_bucket(Bucket="bucket")
    return made


def objections(request: Request, answer: Answer) -> Iterator[str]:
    """What is wrong with an answer."""
    if answer.status == 500:
        yield f"500: {answer.body[:600]!r}"
    if answer.status < 400 or request.method == "HEAD" or not request.operation:
        return
    if request.service in XML:
        if b"<Code>" not in answer.body:
            yield f"no error of AWS's form: {answer.body[:200]!r}"
        return
    try:
        told: Any = json.loads(answer.body or b"{}")
    except ValueError:
        yield f"no JSON: {answer.body[:200]!r}"
        return
    if not (told.get("__type") or answer.headers.get("x-amzn-errortype")):
        yield f"no code: {answer.status} {answer.body[:200]!r}"


def run(endpoint: str, make: Any, strategy: Any) -> None:
    """Send generated requests, batch by batch, until the time is up."""
    end, statuses = time.monotonic() + SECONDS, Counter[int]()

    def one(chosen: Any, random: Random) -> None:
        # Made in any case: hypothesis wants the same draws whenever it is asked for them.
        request = make(random, chosen)
        if time.monotonic() > end:
            return
        answer = send(endpoint, request, ANSWER_SECONDS)
        statuses[answer.status] += 1
        wrong = list(objections(request, answer))
        assert not wrong, (request, wrong)

    for batch in itertools.count():
        if time.monotonic() > end:
            break
        seed(batch)(fuzzing(given(strategy, st.randoms(use_true_random=False))(one)))()
    print(f"{statuses.total()} requests: {dict(statuses)}")  # noqa: T201
    # Fewer would prove nothing, on however slow a machine.
    assert statuses.total() > 100


def test_requests_of_the_models(cloud: LocalCloud) -> None:
    run(cloud.endpoint, of_a_model, st.sampled_from(SERVICES))


def test_requests_of_nothing(cloud: LocalCloud) -> None:
    run(cloud.endpoint, lambda random, _: fuzzed_requests.of_nothing(random), st.none())
