"""The action's parameters, within what a call of the function can do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset

ASSET = asset("smoke_test")
parameters = ASSET.module("smoke_parameters")
LOAD = {"requestsPerSecond": 5, "seconds": 30, "maxErrors": 0, "maxP99Milliseconds": 1000}
GIVEN = {"stage": "staging", "endpointName": "e", "maxLatencyMilliseconds": 2000, "load": LOAD}


def parse(**changes: Any) -> Any:
    return parameters.parse_smoke_parameters(json.dumps({**GIVEN, **changes}))


def test_a_load_is_a_rate_for_a_time() -> None:
    parsed = parse()
    assert (parsed.stage, parsed.endpoint_name) == ("staging", "e")
    assert parsed.max_latency_milliseconds == 2000
    assert parsed.load == parameters.Load(5, 30, 0, 1000)
    assert parsed.load.count == 150
    assert parse(load=None).load is None


@pytest.mark.parametrize(("rate", "seconds", "count"), [(0.5, 30, 15), (0.1, 1, 1), (50, 60, 3000)])
def test_the_number_of_requests(rate: float, seconds: int, count: int) -> None:
    load = {**LOAD, "requestsPerSecond": rate, "seconds": seconds}
    assert parse(load=load).load.count == count


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stage": None}, "UserParameters lacks 'stage'"),
        ({"maxLatencyMilliseconds": None}, "lacks 'maxLatencyMilliseconds'"),
        ({"maxLatencyMilliseconds": 0}, "'maxLatencyMilliseconds' must be 1 to 60000, not 0"),
        ({"maxLatencyMilliseconds": 60_001}, "'maxLatencyMilliseconds' must be 1 to 60000"),
        ({"load": 5}, "'load' must be an object, not 5"),
        ({"load": {**LOAD, "rate": 5}}, "UserParameters: load has an unknown member 'rate'"),
        ({"load": {**LOAD, "maxErrors": None}}, "load lacks 'maxErrors'"),
        ({"load": {**LOAD, "maxErrors": -1}}, "'maxErrors' must be 0 to 3000, not -1"),
        ({"load": {**LOAD, "requestsPerSecond": 51}}, "'requestsPerSecond' must be 0.1 to 50"),
        ({"load": {**LOAD, "seconds": 61}}, "'seconds' must be 1 to 60, not 61"),
        ({"load": {**LOAD, "seconds": 1.5}}, "'seconds' must be a whole number"),
        (
            {"load": {**LOAD, "maxP99Milliseconds": 10_001}},
            "'maxP99Milliseconds' must be 1 to 10000",
        ),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], reason: str) -> None:
    errors = ASSET.module("slipway_shared.codepipeline_job").ConfigurationError
    with pytest.raises(errors, match=reason):
        parse(**changes)
