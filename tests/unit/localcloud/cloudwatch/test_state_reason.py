"""StateReason and StateReasonData, against published ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from localcloud.cloudwatch import state_reason
from localcloud.cloudwatch.alarm_evaluation import Datapoint, Rule, evaluate

EVENTS = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"
)
AT = datetime(2019, 10, 2, 16, 59, tzinfo=UTC).timestamp()


def reason(values: list[float | None], rule: Rule, *, m_out_of_n: bool = True) -> str:
    recent = [
        None if value is None else Datapoint(AT + 60 * number, value)
        for number, value in enumerate(values)
    ]
    return state_reason.text(evaluate(recent, rule), rule, m_out_of_n=m_out_of_n)


def rule(operator: str, threshold: float, periods: int, to_alarm: int, missing: str = "") -> Rule:
    return Rule(operator, threshold, periods, to_alarm, missing or "missing")


GREATER = "GreaterThanThreshold"


@pytest.mark.documented(EVENTS)
def test_the_reasons_of_the_published_events() -> None:
    assert reason([99.50160229693434], rule(GREATER, 50, 1, 1)) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [99.50160229693434 (02/10/19 16:59:00)] "
        "was greater than the threshold (50) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert reason([0.0666851903306472], rule(GREATER, 50.0, 1, 1)) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [0.0666851903306472 (02/10/19 16:59:00)] "
        "was not greater than the threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    assert reason([20000.0, 20000.0, 20000.0], rule(GREATER, 0.0, 3, 1)) == (
        "Threshold Crossed: 3 out of the last 3 datapoints [20000.0 (02/10/19 17:01:00), "
        "20000.0 (02/10/19 17:00:00), 20000.0 (02/10/19 16:59:00)] were greater than the threshold "
        "(0.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )


@pytest.mark.local_only("observed in published messages of alarms; AWS has no page of these words")
def test_without_datapoints_to_alarm_and_for_missing_data() -> None:
    at_least = rule("GreaterThanOrEqualToThreshold", 1.0, 1, 1)
    assert reason([1.0], at_least, m_out_of_n=False) == (
        "Threshold Crossed: 1 datapoint [1.0 (02/10/19 16:59:00)] was greater than or equal to the "
        "threshold (1.0)."
    )
    assert reason([None, None, None], rule(GREATER, 1.0, 1, 1, "notBreaching")) == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was "
        "treated as [NonBreaching]."
    )
    assert reason([None] * 5, rule(GREATER, 1.0, 3, 3, "breaching")) == (
        "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were "
        "treated as [Breaching]."
    )
    assert reason([None] * 7, rule(GREATER, 1.0, 5, 5)) == (
        "Insufficient Data: 5 datapoints were unknown."
    )
    assert reason([None] * 4 + [0.0], rule(GREATER, 1.0, 3, 2, "breaching")) == (
        "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were "
        "treated as [Breaching]."
    )
    # As many of ten as an alarm of four needs to be over.
    assert "(minimum 7 datapoints for ALARM -> OK transition)" in reason(
        [0.0] * 5 + [None] * 7, rule(GREATER, 1.0, 10, 4, "notBreaching")
    )


@pytest.mark.documented(EVENTS)
def test_the_data_is_that_of_the_published_event() -> None:
    known = rule(GREATER, 50.0, 1, 1)
    point = Datapoint(AT, 99.5, 3.0)
    text = state_reason.data(
        evaluate([point], known),
        known,
        [(AT, point)],
        now=datetime(2019, 10, 2, 17, 4, 40, 985000, UTC),
        statistic="Average",
        period=300,
        unit=None,
    )
    assert json.loads(text) == {
        "version": "1.0",
        "queryDate": "2019-10-02T17:04:40.985+0000",
        "startDate": "2019-10-02T16:59:00.000+0000",
        "statistic": "Average",
        "period": 300,
        "recentDatapoints": [99.5],
        "threshold": 50.0,
        "evaluatedDatapoints": [
            {"timestamp": "2019-10-02T16:59:00.000+0000", "sampleCount": 3.0, "value": 99.5}
        ],
    }
    empty = state_reason.data(
        evaluate([None], known),
        known,
        [(AT, None)],
        now=datetime(2019, 10, 2, tzinfo=UTC),
        statistic="p90",
        period=60,
        unit="Count",
    )
    found = json.loads(empty)
    assert "startDate" not in found
    assert (found["unit"], found["recentDatapoints"]) == ("Count", [])
    assert found["evaluatedDatapoints"] == [{"timestamp": "2019-10-02T16:59:00.000+0000"}]
