"""PutMetricAlarm's request: refused where it is wrong on AWS, or where nothing here would heed it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html. Assumed: most of
the words, and the code of what CloudWatch finds wrong (ValidationError, of its common errors).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.utils import get_service_model

from localcloud.cloudwatch.actions import action
from localcloud.cloudwatch.alarm_evaluation import OPERATORS, TREATMENTS
from localcloud.cloudwatch.distribution import STATISTICS, percentile
from localcloud.cloudwatch.exceptions import invalid, refused

MEMBERS = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "AlarmName",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Tags",
    "Threshold",
    "TreatMissingData",
    "Unit",
)
# Of an alarm whose metric is not in `Metrics`.
_OF_THE_METRIC = (
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
)
_SHORT_PERIODS = (10, 20, 30)
_DAY = 86400


def check(request: Mapping[str, Any]) -> None:
    """Refuse what is wrong or would not be heeded, by name."""
    for name, value in request.items():
        if value is not None and name not in MEMBERS:
            raise refused("PutMetricAlarm member", name, MEMBERS)
    for name in ("AlarmName", "ComparisonOperator", "EvaluationPeriods"):
        if not request.get(name):
            raise invalid(f"The parameter {name} is required.")
    if request["ComparisonOperator"] not in OPERATORS:
        _require_of_model("ComparisonOperator", request["ComparisonOperator"])
        raise refused("ComparisonOperator", request["ComparisonOperator"], OPERATORS)
    if request.get("Threshold") is None:
        raise invalid("The parameter Threshold is required.")
    missing = request.get("TreatMissingData")
    if missing is not None and missing not in TREATMENTS:
        raise invalid(
            f"Option {missing} is not supported. Supported options for parameter TreatMissingData "
            f"are {', '.join(TREATMENTS)}."
        )
    low = request.get("EvaluateLowSampleCountPercentile")
    if low is not None and low not in ("evaluate", "ignore"):
        raise invalid(
            f"Option {low} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore."
        )
    metric = _of_metrics(request) if request.get("Metrics") else _of_request(request)
    _check_statistic(metric)
    _check_periods(request, metric["Period"])
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        arns = request.get(name) or []
        if len(arns) > 5:
            raise invalid(f"{name} can have 5 actions at most.")
        for arn in arns:
            action.kind_of(arn)


def _of_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """The metric that the request itself names."""
    for name in ("MetricName", "Namespace", "Period"):
        if not request.get(name):
            raise invalid(f"The parameter {name} is required.")
    statistic, extended = request.get("Statistic"), request.get("ExtendedStatistic")
    if bool(statistic) is bool(extended):
        raise invalid("Exactly one of Statistic and ExtendedStatistic must be specified.")
    if statistic and statistic not in STATISTICS:
        _require_of_model("Statistic", statistic)
    if extended and extended in STATISTICS:
        raise invalid(f"The value {extended} for parameter ExtendedStatistic is not supported.")
    return {
        "Stat": statistic or extended,
        "Period": request["Period"],
        "Unit": request.get("Unit"),
    }


def _of_metrics(request: Mapping[str, Any]) -> dict[str, Any]:
    """The one metric of `Metrics`. Expressions are not evaluated: no metric math here."""
    beside = [name for name in _OF_THE_METRIC if request.get(name)]
    if beside:
        raise invalid(f"{beside[0]} must not be specified together with Metrics.")
    queries = request["Metrics"]
    for query in queries:
        if query.get("Expression"):
            raise refused("metric math, Expression", query["Expression"], ["MetricStat"])
        for name in ("AccountId", "Period"):
            if query.get(name):
                raise refused("member of Metrics", name, ["Id", "Label", "MetricStat"])
    if len(queries) != 1 or queries[0].get("ReturnData") is False:
        raise refused("Metrics with a number of entries of", len(queries), [1])
    found = queries[0].get("MetricStat")
    if not found or not (found.get("Metric") or {}).get("MetricName"):
        raise invalid("Metrics must have an entry with a MetricStat of a metric.")
    return {"Unit": None, **found}


def _check_statistic(metric: Mapping[str, Any]) -> None:
    statistic = metric["Stat"]
    if statistic not in STATISTICS and percentile(statistic) is None:
        raise refused("statistic", statistic, [*STATISTICS, "p0 to p100"])
    if metric.get("Unit"):
        _require_of_model("Unit", metric["Unit"], "StandardUnit")


def _check_periods(request: Mapping[str, Any], period: int) -> None:
    if period not in _SHORT_PERIODS and (period < 60 or period % 60):
        raise invalid("Period must be 10, 20, 30 or a multiple of 60.")
    periods = request["EvaluationPeriods"]
    if periods < 1:
        raise invalid("EvaluationPeriods must be 1 at least.")
    longest = _DAY * 7 if period >= 3600 else _DAY
    if period * periods > longest:
        raise invalid(
            f"Metrics cannot be checked across more than {longest} seconds "
            "(EvaluationPeriods * Period)."
        )
    needed = request.get("DatapointsToAlarm")
    if needed is not None and not 1 <= needed <= periods:
        raise invalid("DatapointsToAlarm must be between 1 and EvaluationPeriods.")


def _require_of_model(member: str, value: str, shape: str = "") -> None:
    allowed = get_service_model("cloudwatch").shape_for(shape or member).metadata["enum"]
    if value not in allowed:
        raise invalid(
            f"1 validation error detected: Value '{value}' at '{member[0].lower()}{member[1:]}' "
            f"failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(allowed)}]"
        )
