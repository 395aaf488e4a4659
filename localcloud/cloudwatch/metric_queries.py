"""GetMetricStatistics, GetMetricData and ListMetrics, by the machine's own time.

Periods are not paced here: timestamps of metric data are real, and who asks for the last ten minutes
gets those. A metric is asked for with all of its dimensions, as on AWS
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html). Metrics
that moto makes up when asked (the size of S3's buckets) are there as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.cloudwatch.distribution import STATISTICS, Distribution, percentile
from localcloud.cloudwatch.exceptions import CloudWatchError, invalid, refused
from localcloud.cloudwatch.metric_store import MetricKey, MetricStore, seconds_of

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
MOST_DATAPOINTS = 1440
_SHORT_PERIODS = (1, 5, 10, 20, 30)


def statistics(store: MetricStore, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GetMetricStatistics' `Datapoints`, one for each period and unit with data."""
    simple = request.get("Statistics") or []
    extended = request.get("ExtendedStatistics") or []
    if not simple and not extended:
        raise CloudWatchError(
            "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics"
        )
    for name in extended:
        _require_statistic(name)
    start, end = _range(request["StartTime"], request["EndTime"], int(request["Period"]))
    period = int(request["Period"])
    if (end - start) / period > MOST_DATAPOINTS:
        raise CloudWatchError(
            "InvalidParameterCombination",
            f"You have requested up to {math.ceil((end - start) / period)} datapoints, which exceeds "
            f"the limit of {MOST_DATAPOINTS}.",
        )
    key = MetricKey.of(request["Namespace"], request["MetricName"], request.get("Dimensions") or ())
    found = []
    for unit in store.units(key):
        if request.get("Unit") not in (None, unit):
            continue
        for begun, seen in _periods(store, key, start, end, period, unit):
            point: dict[str, Any] = {"Timestamp": _time(begun), "Unit": unit or "None"}
            point |= {name: seen.statistic(name) for name in simple}
            values = {name: seen.statistic(name) for name in extended}
            known = {name: value for name, value in values.items() if value is not None}
            if extended:
                point["ExtendedStatistics"] = known
            found.append(point)
    return found


def data(store: MetricStore, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GetMetricData's `MetricDataResults`; of expressions only the id of another query."""
    newest_first = (request.get("ScanBy") or "TimestampDescending") == "TimestampDescending"
    queries: Sequence[Mapping[str, Any]] = request.get("MetricDataQueries") or []
    known: dict[str, dict[str, Any]] = {}
    for query in queries:
        if query.get("MetricStat"):
            result = _result(store, request, query["MetricStat"])
            if newest_first:
                result = {name: values[::-1] for name, values in result.items()}
            metric = query["MetricStat"]["Metric"]["MetricName"]
            known[query["Id"]] = {"Label": query.get("Label") or metric, **result}
        elif not query.get("Expression"):
            raise invalid("The parameter MetricDataQueries.member.1.MetricStat is required.\n")
    for query in queries:
        if query.get("Expression"):
            if query["Expression"] not in known:
                raise refused(
                    "metric math, Expression", query["Expression"], ["the Id of another query"]
                )
            label = query.get("Label") or query["Id"]
            known[query["Id"]] = known[query["Expression"]] | {"Label": label}
    return [
        {"Id": query["Id"], "StatusCode": "Complete", **known[query["Id"]]}
        for query in queries
        if query.get("ReturnData") is not False
    ]


def metrics(store: MetricStore, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The metrics that ListMetrics asks for."""
    wanted = request.get("Dimensions") or []
    found = []
    for key in sorted(store.keys()):
        if request.get("Namespace") not in (None, key.namespace):
            continue
        if request.get("MetricName") not in (None, key.name):
            continue
        dimensions = dict(key.dimensions)
        if any(
            each["Name"] not in dimensions
            or each.get("Value") not in (None, dimensions[each["Name"]])
            for each in wanted
        ):
            continue
        named = [{"Name": name, "Value": value} for name, value in key.dimensions]
        found.append({"Namespace": key.namespace, "MetricName": key.name, "Dimensions": named})
    return found


def _result(
    store: MetricStore, request: Mapping[str, Any], stat: Mapping[str, Any]
) -> dict[str, list[Any]]:
    _require_statistic(stat["Stat"])
    period = int(stat["Period"])
    start, end = _range(request["StartTime"], request["EndTime"], period)
    metric = stat["Metric"]
    key = MetricKey.of(
        metric.get("Namespace", ""), metric["MetricName"], metric.get("Dimensions") or ()
    )
    times, values = [], []
    for begun, seen in _periods(store, key, start, end, period, stat.get("Unit")):
        value = seen.statistic(stat["Stat"])
        if value is not None:
            times.append(_time(begun))
            values.append(value)
    return {"Timestamps": times, "Values": values}


def _periods(
    store: MetricStore, key: MetricKey, start: float, end: float, period: int, unit: str | None
) -> Iterator[tuple[float, Distribution]]:
    """The periods with data, each with its start."""
    first, last = math.ceil(start * store.pace), math.ceil(end * store.pace)
    ticks = store.ticks(key, first, last, unit)
    for number in sorted({math.floor((tick / store.pace - start) / period) for tick in ticks}):
        begun = start + number * period
        over = min(begun + period, end)
        seen = store.read(key, math.ceil(begun * store.pace), math.ceil(over * store.pace), unit)
        if seen.sample_count:
            yield begun, seen


def _range(start: Any, end: Any, period: int) -> tuple[float, float]:
    """The range in seconds since 1970, from a full minute (or a part of one, for short periods) on."""
    if period not in _SHORT_PERIODS and (period < 60 or period % 60):
        raise CloudWatchError(
            "InvalidParameterValue", "The parameter Period must be a multiple of 60."
        )
    begun, over = seconds_of(start), seconds_of(end)
    if begun >= over:
        raise CloudWatchError(
            "InvalidParameterValue",
            "The parameter StartTime must be less than the parameter EndTime.",
        )
    return math.floor(begun / min(period, 60)) * min(period, 60), over


def _require_statistic(name: str) -> None:
    if name not in STATISTICS and percentile(name) is None:
        raise refused("statistic", name, [*STATISTICS, "p0 to p100"])


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
