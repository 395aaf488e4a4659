"""What the action was configured with: the stage, its endpoint, and the bounds of its answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from slipway_shared.codepipeline_job import ConfigurationError
from slipway_shared.members import Kind, MemberError, check_members, check_range
from slipway_shared.user_parameters import parse_user_parameters

# A container may take so long
# (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html).
MAX_LATENCY_MILLISECONDS = 60_000
# A load runs in one call of the function, so that it is not interrupted: were it continued by token,
# CodePipeline would decide how long the gaps are, and what was measured would not be the stated rate.
# So it must fit into the function's time limit of six minutes, beside the records (record_run) and the
# wait for the last answers; and its rate into a share of a processor: a request costs 1.4 to 1.9 ms of
# one (measured, without TLS), and a function of 512 MB has 0.29
# (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
MAX_REQUESTS_PER_SECOND = 50
MAX_SECONDS = 60
MAX_P99_MILLISECONDS = 10_000

LOAD: dict[str, Kind] = {
    "requestsPerSecond": int | float,
    "seconds": int,
    "maxErrors": int,
    "maxP99Milliseconds": int | float,
}


@dataclass(frozen=True)
class Load:
    """A rate for a time, and what is allowed of it."""

    requests_per_second: float
    seconds: int
    max_errors: int
    max_p99_milliseconds: float

    @property
    def count(self) -> int:
        """How many requests that is."""
        return max(1, round(self.requests_per_second * self.seconds))


class SmokeParameters(NamedTuple):
    """The action's parameters."""

    stage: str
    endpoint_name: str
    max_latency_milliseconds: float
    load: Load | None


def parse_smoke_parameters(text: str) -> SmokeParameters:
    """The parameters in an action's UserParameters. Raises ConfigurationError."""
    given = parse_user_parameters(
        text,
        required={"stage": str, "endpointName": str, "maxLatencyMilliseconds": int | float},
        optional={"load": dict},
    )
    where, latency = "UserParameters", "maxLatencyMilliseconds"
    try:
        check_range(where, latency, given[latency], 1, MAX_LATENCY_MILLISECONDS)
        load = None if given["load"] is None else _load(f"{where}: load", given["load"])
    except MemberError as error:
        raise ConfigurationError(str(error)) from error
    return SmokeParameters(given["stage"], given["endpointName"], given[latency], load)


def _load(where: str, given: dict[str, Any]) -> Load:
    check_members(where, given, LOAD, LOAD)
    rate, seconds = given["requestsPerSecond"], given["seconds"]
    check_range(where, "requestsPerSecond", rate, 0.1, MAX_REQUESTS_PER_SECOND)
    check_range(where, "seconds", seconds, 1, MAX_SECONDS)
    check_range(where, "maxErrors", given["maxErrors"], 0, MAX_REQUESTS_PER_SECOND * MAX_SECONDS)
    check_range(where, "maxP99Milliseconds", given["maxP99Milliseconds"], 1, MAX_P99_MILLISECONDS)
    return Load(rate, seconds, given["maxErrors"], given["maxP99Milliseconds"])
