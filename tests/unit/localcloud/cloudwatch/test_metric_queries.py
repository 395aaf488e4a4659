"""Metric data as it is asked for: by the machine's time, by all of its dimensions."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudwatch import metric_store
from tests.local_server import ACCOUNT, REGION

from .conftest import Alarms

API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference"
START = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
WHEN = {"StartTime": START, "EndTime": START + timedelta(minutes=10)}


@pytest.fixture(scope="module")
def metric(alarms: Alarms) -> dict[str, Any]:
    """A metric with 1, 2, 3 in its first minute, 10 in the third, and more that is not its own."""
    dimensions = [{"Name": "A", "Value": "b"}, {"Name": "C", "Value": "d"}]

    def put(minute: int, value: float, named: Any = dimensions, unit: str = "Count") -> None:
        when = START + timedelta(minutes=minute, seconds=1)
        datum = {"MetricName": "m", "Value": value, "Timestamp": when, "Unit": unit}
        alarms.cloudwatch.put_metric_data(
            Namespace="Queries", MetricData=[{**datum, "Dimensions": named}]
        )

    for minute, value in ((0, 1.0), (0, 2.0), (0, 3.0), (2, 10.0)):
        put(minute, value)
    put(0, 99.0, dimensions[:1])
    put(11, 99.0)
    return {"Namespace": "Queries", "MetricName": "m", "Dimensions": dimensions}


@pytest.mark.documented(f"{API}/API_GetMetricStatistics.html")
def test_statistics_are_of_real_periods(alarms: Alarms, metric: dict[str, Any]) -> None:
    every = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"]
    found = alarms.cloudwatch.get_metric_statistics(**metric, **WHEN, Period=60, Statistics=every)
    assert found["Label"] == "m"
    assert found["Datapoints"] == [
        {
            "Timestamp": START,
            "Average": 2.0,
            "Sum": 6.0,
            "Minimum": 1.0,
            "Maximum": 3.0,
            "SampleCount": 3.0,
            "Unit": "Count",
        },
        {
            "Timestamp": START + timedelta(minutes=2),
            "Average": 10.0,
            "Sum": 10.0,
            "Minimum": 10.0,
            "Maximum": 10.0,
            "SampleCount": 1.0,
            "Unit": "Count",
        },
    ]
    (whole,) = alarms.cloudwatch.get_metric_statistics(
        **metric, **WHEN, Period=600, ExtendedStatistics=["p50", "p100"], Unit="Count"
    )["Datapoints"]
    assert whole["ExtendedStatistics"] == {"p50": 2.0, "p100": 10.0}
    other = {"Unit": "Bytes", "Period": 60, "Statistics": ["Sum"]}
    assert not alarms.cloudwatch.get_metric_statistics(**metric, **WHEN, **other)["Datapoints"]


@pytest.mark.documented(f"{API}/API_GetMetricData.html")
def test_data_of_several_queries(alarms: Alarms, metric: dict[str, Any]) -> None:
    def query(name: str, stat: str, **members: Any) -> dict[str, Any]:
        return {
            "Id": name,
            "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat},
            **members,
        }

    queries = [
        query("m1", "Sum", ReturnData=False),
        query("m2", "p100", Label="most"),
        {"Id": "e1", "Expression": "m1"},
    ]
    found = alarms.cloudwatch.get_metric_data(
        MetricDataQueries=queries, **WHEN, ScanBy="TimestampAscending"
    )["MetricDataResults"]
    assert [(each["Id"], each["Label"], each["Values"]) for each in found] == [
        ("m2", "most", [3.0, 10.0]),
        ("e1", "e1", [6.0, 10.0]),
    ]
    assert found[0]["Timestamps"] == [START, START + timedelta(minutes=2)]
    newest = alarms.cloudwatch.get_metric_data(MetricDataQueries=queries, **WHEN)
    assert newest["MetricDataResults"][0]["Values"] == [10.0, 3.0]
    for expression in ("m1 * 2", 'SELECT SUM(m) FROM "Queries"'):
        with pytest.raises(ClientError, match="unsupported by the local cloud: metric math"):
            alarms.cloudwatch.get_metric_data(
                MetricDataQueries=[*queries, {"Id": "e2", "Expression": expression}], **WHEN
            )


@pytest.mark.documented(f"{API}/API_ListMetrics.html")
def test_metrics_are_listed(alarms: Alarms, metric: dict[str, Any]) -> None:
    def listed(**members: Any) -> list[int]:
        found = alarms.cloudwatch.list_metrics(Namespace="Queries", **members)["Metrics"]
        return [len(each["Dimensions"]) for each in found]

    assert listed() == [1, 2]
    assert listed(Dimensions=[{"Name": "C"}]) == [2]
    assert listed(Dimensions=[{"Name": "A", "Value": "other"}]) == []
    assert listed(MetricName="other") == []


@pytest.mark.local_only("metrics that moto makes up when asked")
def test_the_metrics_of_s3_are_there_too(alarms: Alarms) -> None:
    alarms.cloud.client("s3").create_bucket(Bucket="with-metrics")
    alarms.cloud.client("s3").put_object(Bucket="with-metrics", Key="k", Body=b"12345")
    named = [{"Name": "BucketName", "Value": "with-metrics"}]
    found = alarms.cloudwatch.list_metrics(Namespace="AWS/S3", Dimensions=named)["Metrics"]
    objects = next(each for each in found if each["MetricName"] == "NumberOfObjects")
    today = datetime.now(UTC)
    (point,) = alarms.cloudwatch.get_metric_statistics(
        **objects,
        StartTime=today - timedelta(days=2),
        EndTime=today + timedelta(days=1),
        Period=86400 * 3,
        Statistics=["Average"],
    )["Datapoints"]
    assert point["Average"] == 1.0


@pytest.mark.local_only("the way by which the services here publish")
def test_what_a_service_publishes_is_seen(alarms: Alarms) -> None:
    name = alarms.put(
        Namespace="AWS/Own",
        MetricName="Invocations",
        Dimensions=[{"Name": "A", "Value": "b"}],
        Threshold=1.0,
    )
    before = datetime.now(UTC) - timedelta(seconds=1)
    for _ in range(2):
        metric_store.publish(ACCOUNT, REGION, "AWS/Own", {"A": "b"}, {"Invocations": (2.0, "None")})
    alarms.reaches(name, "ALARM")
    points = alarms.cloudwatch.get_metric_statistics(
        Namespace="AWS/Own",
        MetricName="Invocations",
        Dimensions=[{"Name": "A", "Value": "b"}],
        StartTime=before,
        EndTime=datetime.now(UTC) + timedelta(seconds=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert sum(point["Sum"] for point in points) == 4.0


@pytest.mark.documented(f"{API}/API_PutMetricData.html")
def test_long_requests_come_compressed(alarms: Alarms) -> None:
    data = [{"MetricName": f"long-{number:03}", "Value": 1.0} for number in range(500)]
    alarms.cloudwatch.put_metric_data(Namespace="Compressed", MetricData=data)
    found = alarms.cloudwatch.list_metrics(Namespace="Compressed")["Metrics"]
    assert [each["MetricName"] for each in found] == [each["MetricName"] for each in data]
    too_long = json.dumps({"Namespace": "N" * (1 << 20), "MetricData": []}).encode()
    headers = {
        "Content-Encoding": "gzip",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=a/20260101/{REGION}/monitoring/aws4_request",
    }
    request = Request(alarms.cloud.endpoint, gzip.compress(too_long), headers)
    with pytest.raises(HTTPError) as caught:
        urlopen(request, timeout=20)
    assert caught.value.code == 413
