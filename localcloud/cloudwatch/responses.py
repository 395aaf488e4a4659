"""The CloudWatch API: metrics, and alarms on them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping, Sequence
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse as MotoResponse
from moto.core.responses import ActionResult, EmptyResult

from localcloud.cloudwatch import metric_queries
from localcloud.cloudwatch.exceptions import AlarmNotFound, CloudWatchError, invalid
from localcloud.cloudwatch.metric_store import seconds_of
from localcloud.cloudwatch.models import CloudWatchBackend
from localcloud.errors import AwsError

HISTORY_PAGE = 100
ALARMS_PAGE = 50
METRICS_PAGE = 500
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
LONGEST_BODY = 1 << 20


class CloudWatchResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    MOTO_OPERATIONS = {
        "the backend's own": ("DeleteAlarms", "PutMetricData", "SetAlarmState"),
        "a dashboard is what was put": (
            "DeleteDashboards",
            "GetDashboard",
            "ListDashboards",
            "PutDashboard",
        ),
        "tags of alarms": ("ListTagsForResource", "TagResource", "UntagResource"),
    }

    def decompress_request_body(self, request: Any) -> None:
        """SDKs compress PutMetricData's longer requests (moto takes the stream for one to write on)."""
        if request.content_encoding == "gzip":
            with gzip.GzipFile(fileobj=request.stream, mode="rb") as compressed:
                body = compressed.read(LONGEST_BODY + 1)
            if len(body) > LONGEST_BODY:
                raise AwsError("RequestEntityTooLarge", "The request is larger than 1 MB.", 413)
            request.stream = io.BytesIO(body)
            request.get_data(parse_form_data=True)

    def put_metric_alarm(self) -> ActionResult:
        """PutMetricAlarm."""
        self._backend.put_alarm(self._get_params())
        return EmptyResult()

    def describe_alarms(self) -> ActionResult:
        """DescribeAlarms; there are no composite alarms to describe."""
        request = self._get_params()
        for member in ("ChildrenOfAlarmName", "ParentsOfAlarmName"):
            if request.get(member):
                raise invalid(f"unsupported by the local cloud: {member}, of composite alarms")
        found = [alarm.describe() for alarm in self._backend.alarms_like(request)]
        page, token = _page(found, request.get("MaxRecords") or ALARMS_PAGE, self._token())
        return ActionResult({"MetricAlarms": page, "CompositeAlarms": [], "NextToken": token})

    def describe_alarms_for_metric(self) -> ActionResult:
        """DescribeAlarmsForMetric: the alarms on exactly this metric."""
        request = self._get_params()
        wanted = {(each["Name"], each["Value"]) for each in request.get("Dimensions") or []}
        found = []
        for alarm in self._backend.alarms_like({}):
            watched = alarm.watched
            statistic = request.get("Statistic") or request.get("ExtendedStatistic")
            if (
                (watched.key.namespace, watched.key.name)
                == (request.get("Namespace"), request.get("MetricName"))
                and (not wanted or wanted == set(watched.key.dimensions))
                and statistic in (None, watched.statistic)
                and request.get("Period") in (None, watched.period)
                and request.get("Unit") in (None, watched.unit)
            ):
                found.append(alarm.describe())
        return ActionResult({"MetricAlarms": found})

    def describe_alarm_history(self) -> ActionResult:
        """DescribeAlarmHistory, newest first unless asked otherwise; of deleted alarms there is none."""
        request = self._get_params()
        name = request.get("AlarmName")
        items = [
            (alarm, item)
            for alarm, item in self._backend.history(name)
            if request.get("HistoryItemType") in (None, item.kind)
            and _is_within(item.time.timestamp(), request)
        ]
        oldest_first = request.get("ScanBy") == "TimestampAscending"
        items.sort(key=lambda each: each[1].time, reverse=not oldest_first)
        shapes = [alarm.describe_history(item) for alarm, item in items]
        page, token = _page(shapes, request.get("MaxRecords") or HISTORY_PAGE, self._token())
        return ActionResult({"AlarmHistoryItems": page, "NextToken": token})

    def enable_alarm_actions(self) -> ActionResult:
        """EnableAlarmActions."""
        return self._switch_actions(True)

    def disable_alarm_actions(self) -> ActionResult:
        """DisableAlarmActions."""
        return self._switch_actions(False)

    def get_metric_statistics(self) -> ActionResult:
        """GetMetricStatistics."""
        request = self._get_params()
        points = metric_queries.statistics(self._backend.all_metrics(), request)
        return ActionResult({"Label": request["MetricName"], "Datapoints": points})

    def get_metric_data(self) -> ActionResult:
        """GetMetricData, in one page."""
        results = metric_queries.data(self._backend.all_metrics(), self._get_params())
        return ActionResult({"MetricDataResults": results, "Messages": []})

    def list_metrics(self) -> ActionResult:
        """ListMetrics."""
        found = metric_queries.metrics(self._backend.all_metrics(), self._get_params())
        page, token = _page(found, METRICS_PAGE, self._token())
        return ActionResult({"Metrics": page, "NextToken": token})

    @property
    def _backend(self) -> CloudWatchBackend:
        backend: CloudWatchBackend = self.cloudwatch_backend
        return backend

    def _switch_actions(self, enabled: bool) -> ActionResult:
        names = self._get_param("AlarmNames", [])
        missing = [name for name in names if name not in self._backend.alarms]
        if missing:
            raise AlarmNotFound(missing)
        for name in names:
            self._backend.alarms[name].actions_enabled = enabled
        return EmptyResult()

    def _token(self) -> int:
        """Where a page begins."""
        token = str(self._get_param("NextToken") or "0")
        if not token.isdecimal():
            raise CloudWatchError("InvalidNextToken", "The next token specified is invalid.")
        return int(token)


def _page(found: Sequence[Any], size: int, start: int) -> tuple[list[Any], str | None]:
    """One page, and the token of the next."""
    over = start + size
    return list(found[start:over]), str(over) if over < len(found) else None


def _is_within(seconds: float, request: Mapping[str, Any]) -> bool:
    start, end = request.get("StartDate"), request.get("EndDate")
    return (start is None or seconds >= seconds_of(start)) and (
        end is None or seconds <= seconds_of(end)
    )
