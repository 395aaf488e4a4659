"""The order of the requests, their latency, and that a container that dies of a bad record is seen."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.smoke_test.files import FILE, FILE_OF_VERSION_1

ASSET = asset("smoke_test")
record_run, endpoint = ASSET.module("record_run"), ASSET.module("endpoint")
UnexpectedAnswer = ASSET.module("answers").UnexpectedAnswer
LINES = ["0.455,1", "0.35,2", "0,3"]


def model(request: Any, milliseconds: float = 5.0) -> Any:
    """Ten times the first of two features, as a container answers."""
    if request.content_type != "text/csv":
        return endpoint.Reply(415, "", "no such type", milliseconds)
    rows = [line.split(",") for line in request.body.decode().splitlines()]
    if any(len(row) != 2 for row in rows):
        return endpoint.Reply(400, "", "columns", milliseconds)
    text = "".join(f"{float(row[0]) * 10}\n" for row in rows)
    return endpoint.Reply(200, "text/csv; charset=utf-8", text, milliseconds)


def run(
    ask: Callable[[Any], Any], file: dict[str, Any] = FILE, clock: Any = lambda: 0.0
) -> tuple[Any, list[str]]:
    """The outcome, and the bodies in their order."""
    bodies: list[str] = []

    def asked(request: Any) -> Any:
        bodies.append(request.body.decode())
        return ask(request)

    golden = ASSET.module("golden_records").parse_golden_records(json.dumps(file))
    return record_run.RecordRun(asked, golden, 100.0, clock).run(), bodies


def test_records_go_alone_then_together_then_between_bad_ones() -> None:
    outcome, bodies = run(model)
    assert bodies == [
        *LINES,
        "\n".join(LINES),
        *("0,0.455,1", *(LINES[number % 3] for number in range(10))),
        *("0.455,1", *(LINES[number % 3] for number in range(10, 20))),
    ]
    assert outcome.values == pytest.approx([4.55, 3.5, 0])
    assert outcome.max_difference < 1e-12
    assert outcome.refused == 2


def test_the_largest_difference_is_kept() -> None:
    def off(request: Any) -> Any:
        return endpoint.Reply(200, "text/csv", model(request).text.replace("3.5", "3.50003"), 1.0)

    outcome, _ = run(off, {**FILE, "badRecords": []})
    assert outcome.max_difference == pytest.approx(3e-5)


def test_a_file_of_version_1_has_no_difference_and_nothing_to_refuse() -> None:
    outcome, bodies = run(model, FILE_OF_VERSION_1)
    assert (outcome.max_difference, outcome.refused, len(bodies)) == (None, 0, 3)


def _slow(number: int) -> Callable[[Any], Any]:
    counter = itertools.count()
    return lambda request: model(request, 101.0 if next(counter) == number else 5.0)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (1, r"record 2 \(0.35,2\) took 101 ms, allowed: 100 ms"),
        (3, "3 records in one request took 101 ms, allowed: 100 ms"),
        (4, "bad record 'a column too many' took 101 ms"),
        (5, r"after bad record 'a column too many': record 1 \(0.455,1\) took 101 ms"),
    ],
)
def test_a_slow_answer_fails(number: int, reason: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=reason):
        run(_slow(number))


def test_the_first_request_may_wake_the_endpoint() -> None:
    outcome, _ = run(_slow(0))
    assert (outcome.first_milliseconds, outcome.max_milliseconds) == (101, 5)


def test_a_bad_record_that_is_answered_fails() -> None:
    def lenient(request: Any) -> Any:
        bad = request.body == b"0,0.455,1"
        return endpoint.Reply(200, "text/csv", "1\n", 1.0) if bad else model(request)

    with pytest.raises(UnexpectedAnswer, match=r"'a column too many' .* was answered with 200: '1"):
        run(lenient)


def test_a_container_that_dies_of_a_bad_record_fails() -> None:
    alive = [True]

    def dies(request: Any) -> Any:
        if not alive[0]:
            raise endpoint.Unanswered("ServiceUnavailable", "no container is left")
        answer = model(request)
        alive[0] = answer.status != 400
        return answer

    with pytest.raises(
        UnexpectedAnswer,
        match=r"after bad record 'a column too many': record 1 \(0.455,1\) could not be sent or was not"
        r" answered: no container is left",
    ):
        run(dies)


def test_a_model_that_answers_otherwise_after_a_bad_record_fails() -> None:
    refused = [0]

    def confused(request: Any) -> Any:
        answer = model(request)
        refused[0] += answer.status != 200
        return endpoint.Reply(200, "text/csv", "9\n", 1) if refused[0] > 1 else answer

    with pytest.raises(UnexpectedAnswer, match="bad record 'another content type'"):
        run(confused)


def test_all_requests_have_to_fit_into_the_functions_time() -> None:
    seconds = itertools.count(step=45)
    with pytest.raises(
        UnexpectedAnswer,
        match="3 requests took 150 s, which is all the time that there is for the records; 3 records",
    ):
        run(model, clock=lambda: float(next(seconds)))
