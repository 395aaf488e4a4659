"""Alarms of a running local cloud go off by themselves, come back, and say why."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current

from .conftest import PACE, Alarms, arn_of

EVALUATION = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"
API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference"
pytestmark = pytest.mark.documented(EVALUATION)


def test_an_alarm_goes_off_and_comes_back(alarms: Alarms) -> None:
    name = alarms.put(DatapointsToAlarm=1, TreatMissingData="notBreaching")
    before = alarms.reaches(name, "OK")
    assert before["StateReason"] == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was "
        "treated as [NonBreaching]."
    )
    alarms.publish(name, 6)
    after = alarms.reaches(name, "ALARM")
    assert re.fullmatch(
        r"Threshold Crossed: 1 out of the last 1 datapoints \[6\.0 \(\d\d/\d\d/\d\d \d\d:\d\d:\d\d\)\] "
        r"was greater than the threshold \(5\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.",
        after["StateReason"],
    )
    data = json.loads(after["StateReasonData"])
    assert (data["statistic"], data["period"], data["recentDatapoints"]) == ("Sum", 60, [6.0])
    assert after["StateUpdatedTimestamp"] == after["StateTransitionedTimestamp"]
    assert after["StateTransitionedTimestamp"] > before["StateTransitionedTimestamp"]
    # The value leaves the evaluation range by itself.
    alarms.reaches(name, "OK")
    kinds = [(item["HistoryItemType"], item["HistorySummary"]) for item in alarms.history(name)]
    assert kinds == [
        ("ConfigurationUpdate", f'Alarm "{name}" created'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to OK"),
        ("StateUpdate", "Alarm updated from OK to ALARM"),
        ("StateUpdate", "Alarm updated from ALARM to OK"),
    ]


@pytest.mark.documented(f"{API}/API_PutMetricAlarm.html")
def test_a_new_alarm_has_no_data_and_an_update_leaves_the_state(alarms: Alarms) -> None:
    name = alarms.put()
    made = alarms.describe(name)
    assert (made["StateValue"], made["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    alarms.put(AlarmName=name, Threshold=7.0, TreatMissingData="ignore")
    updated = alarms.describe(name)
    assert updated["Threshold"] == 7.0
    # Either the update came first, or the last evaluation of the alarm as it was.
    assert updated["StateValue"] in ("ALARM", "INSUFFICIENT_DATA")
    assert f'Alarm "{name}" updated' in [each["HistorySummary"] for each in alarms.history(name)]


@pytest.mark.parametrize(
    ("missing", "state"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")],
)
def test_without_data_the_treatment_decides(alarms: Alarms, missing: str, state: str) -> None:
    name = alarms.put(TreatMissingData=missing)
    other = "OK" if state != "OK" else "ALARM"
    alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue=other, StateReason="a test")
    alarms.reaches(name, state)


@pytest.mark.documented(f"{API}/API_SetAlarmState.html")
def test_a_state_that_is_set_lasts_until_the_next_evaluation(alarms: Alarms) -> None:
    kept = alarms.put(TreatMissingData="ignore")
    name = alarms.put(TreatMissingData="notBreaching")
    alarms.reaches(name, "OK")
    for each in (kept, name):
        alarms.cloudwatch.set_alarm_state(
            AlarmName=each, StateValue="ALARM", StateReason="by hand", StateReasonData='{"a":1}'
        )
    alarms.reaches(name, "OK")
    found = alarms.describe(kept)
    assert (found["StateValue"], found["StateReason"]) == ("ALARM", "by hand")
    assert found["StateReasonData"] == '{"a":1}'
    (update,) = alarms.history(kept, HistoryItemType="StateUpdate")
    assert json.loads(update["HistoryData"])["newState"] == {
        "stateValue": "ALARM",
        "stateReason": "by hand",
        "stateReasonData": {"a": 1},
    }
    for members, code in (
        ({"AlarmName": kept, "StateValue": "BAD"}, "ValidationError"),
        ({"AlarmName": "nobody", "StateValue": "OK"}, "ResourceNotFound"),
        ({"AlarmName": kept, "StateValue": "OK", "StateReasonData": "{"}, "InvalidFormat"),
    ):
        with pytest.raises(ClientError) as caught:
            alarms.cloudwatch.set_alarm_state(StateReason="r", **members)
        assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("members", "values"),
    [
        ({"Statistic": "Average", "Threshold": 5.0}, [1.0, 10.0]),
        ({"Statistic": "Maximum", "Threshold": 9.0}, [1.0, 10.0]),
        ({"Statistic": "Minimum", "Threshold": 0.5}, [1.0, 10.0]),
        ({"Statistic": "SampleCount", "Threshold": 1.0}, [1.0, 10.0]),
        ({"ExtendedStatistic": "p50", "Threshold": 1.5}, [1.0, 2.0, 3.0, 100.0]),
        ({"ExtendedStatistic": "p99.9", "Threshold": 99.0}, [1.0, 100.0]),
    ],
)
def test_each_statistic_is_evaluated(
    alarms: Alarms, members: dict[str, Any], values: list[float]
) -> None:
    name = alarms.put(**members)
    # All at one time, so that they are of one period.
    now = current().clock.now()
    data = [{"MetricName": name, "Value": value, "Timestamp": now} for value in values]
    alarms.cloudwatch.put_metric_data(Namespace="Test", MetricData=data)
    found = alarms.reaches(name, "ALARM")
    statistic = members.get("ExtendedStatistic") or members["Statistic"]
    assert json.loads(found["StateReasonData"])["statistic"] == statistic


def test_other_dimensions_and_units_are_other_metrics(alarms: Alarms) -> None:
    dimensions = [{"Name": "A", "Value": "b"}]
    name = alarms.put(Dimensions=dimensions, Unit="Count", TreatMissingData="notBreaching")
    alarms.reaches(name, "OK")
    end = alarms.describe(name)["StateUpdatedTimestamp"] + timedelta(seconds=5 * 60 / PACE)
    alarms.publish(name, 99, Unit="Count")
    alarms.publish(name, 99, Unit="Count", Dimensions=[*dimensions, {"Name": "C", "Value": "d"}])
    alarms.publish(name, 99, Unit="Bytes", Dimensions=dimensions)
    alarms.until(lambda: datetime.now(UTC) > end, "five periods have passed")
    assert alarms.describe(name)["StateValue"] == "OK"
    alarms.publish(name, 99, Unit="Count", Dimensions=dimensions)
    found = alarms.reaches(name, "ALARM")
    assert json.loads(found["StateReasonData"])["unit"] == "Count"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html"
)
def test_few_samples_of_a_percentile_may_be_ignored(alarms: Alarms) -> None:
    few = {"ExtendedStatistic": "p90", "EvaluateLowSampleCountPercentile": "ignore"}
    ignoring, heeding = alarms.put(**few), alarms.put(ExtendedStatistic="p90")
    enough = alarms.put(**few)
    for name in (ignoring, heeding):
        alarms.publish(name, 6)
    alarms.cloudwatch.put_metric_data(
        Namespace="Test", MetricData=[{"MetricName": enough, "Values": [6.0], "Counts": [101.0]}]
    )
    alarms.reaches(heeding, "ALARM")
    alarms.reaches(enough, "ALARM")
    assert alarms.describe(ignoring)["StateValue"] == "INSUFFICIENT_DATA"


@pytest.mark.documented(f"{API}/API_MetricDataQuery.html")
def test_a_metric_may_be_given_as_the_only_entry_of_metrics(alarms: Alarms) -> None:
    metric = {"Namespace": "Test", "MetricName": "in-metrics"}
    name = alarms.put(
        **dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period")),
        Metrics=[{"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
    )
    alarms.publish("in-metrics", 6)
    found = alarms.reaches(name, "ALARM")
    assert found["Metrics"][0]["MetricStat"]["Metric"] == metric


@pytest.mark.documented(f"{API}/API_DescribeAlarms.html")
def test_alarms_are_found_by_what_is_asked(alarms: Alarms) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:found"
    names = [alarms.put(AlarmName=f"found-{each}", AlarmActions=[topic]) for each in "abc"]

    def found(**members: Any) -> list[str]:
        listed = alarms.cloudwatch.describe_alarms(**members)
        return [each["AlarmName"] for each in listed["MetricAlarms"]]

    assert found(AlarmNamePrefix="found-") == names
    assert found(ActionPrefix=topic) == names
    assert found(AlarmNames=["found-b", "nobody"]) == ["found-b"]
    assert found(AlarmNamePrefix="found-", StateValue="ALARM") == []
    assert found(AlarmTypes=["CompositeAlarm"]) == []
    first = alarms.cloudwatch.describe_alarms(AlarmNamePrefix="found-", MaxRecords=2)
    assert found(AlarmNamePrefix="found-", NextToken=first["NextToken"]) == ["found-c"]
    listed = alarms.cloudwatch.describe_alarms_for_metric(Namespace="Test", MetricName="found-a")
    assert [each["AlarmName"] for each in listed["MetricAlarms"]] == ["found-a"]


@pytest.mark.documented(f"{API}/API_DeleteAlarms.html")
def test_alarms_are_deleted_all_or_none(alarms: Alarms) -> None:
    name = alarms.put(Tags=[{"Key": "a", "Value": "b"}])
    tags = alarms.cloudwatch.list_tags_for_resource(ResourceARN=arn_of(name))["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    with pytest.raises(ClientError) as caught:
        alarms.cloudwatch.delete_alarms(AlarmNames=[name, "nobody"])
    assert caught.value.response["Error"]["Code"] == "ResourceNotFound"
    alarms.describe(name)
    alarms.cloudwatch.delete_alarms(AlarmNames=[name])
    assert alarms.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


@pytest.mark.documented(f"{API}/making-api-requests.html")
def test_older_sdks_are_answered_in_their_form(alarms: Alarms) -> None:
    def ask(**members: str) -> str:
        credential = "a/20260101/us-east-1/monitoring/aws4_request"
        request = Request(
            alarms.cloud.endpoint,
            urlencode({"Version": "2010-08-01", **members}).encode(),
            {"Authorization": f"AWS4-HMAC-SHA256 Credential={credential}"},
        )
        with urlopen(request, timeout=20) as answer:
            return str(answer.read().decode())

    put = {
        "AlarmName": "of-a-query",
        "Namespace": "Test",
        "MetricName": "of-a-query",
        "Statistic": "Sum",
        "Period": "60",
        "EvaluationPeriods": "1",
        "Threshold": "5",
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "breaching",
        "Dimensions.member.1.Name": "A",
        "Dimensions.member.1.Value": "b",
    }
    ask(Action="PutMetricAlarm", **put)
    alarms.reaches("of-a-query", "ALARM")
    asked = {"Action": "DescribeAlarms", "AlarmNames.member.1": "of-a-query"}
    assert "<StateValue>ALARM</StateValue>" in ask(**asked)
    with pytest.raises(HTTPError) as caught:
        ask(Action="PutMetricAlarm", **{**put, "ComparisonOperator": "LessThanLowerThreshold"})
    body = caught.value.read().decode()
    assert "<Code>ValidationError</Code>" in body
    assert "unsupported by the local cloud" in body
