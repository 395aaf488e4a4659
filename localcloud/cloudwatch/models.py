"""The CloudWatch backend: alarms that evaluate themselves, and metric data that does not pile up.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/. Not there, and refused: composite and
log alarms, metric math, anomaly detection, mute rules, metric streams and Contributor Insights.
"""

from __future__ import annotations

from typing import Any

from localcloud.cloud import current
from localcloud.cloudwatch.alarms import AlarmsBackend
from localcloud.cloudwatch.metric_store import MetricKey, MetricStore, Overlay, seconds_of


class CloudWatchBackend(AlarmsBackend):
    """State of CloudWatch in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._metrics: MetricStore | None = None

    @property
    def metrics(self) -> MetricStore:
        """The metric data."""
        if self._metrics is None:
            self._metrics = MetricStore(current().settings.pace)
        return self._metrics

    def now(self) -> float:
        """The present, in seconds since 1970."""
        return current().clock.now().timestamp()

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """PutMetricData."""
        for number, datum in enumerate(metric_data, start=1):
            self._validate_parameters_put_metric_data(datum, number)
        for datum in metric_data:
            timestamp = datum.get("Timestamp")
            at = self.now() if timestamp is None else seconds_of(timestamp)
            key = MetricKey.of(namespace, datum["MetricName"], datum.get("Dimensions", ()))
            values: list[tuple[float, float]] = []
            if datum.get("Values"):
                counts = datum.get("Counts") or [1.0] * len(datum["Values"])
                values = [
                    (float(value), float(count))
                    for value, count in zip(datum["Values"], counts, strict=True)
                ]
            elif not datum.get("StatisticValues"):
                values = [(float(datum.get("Value", 0.0)), 1.0)]
            statistic_set = {
                name: float(value) for name, value in (datum.get("StatisticValues") or {}).items()
            }
            self.metrics.add(key, datum.get("Unit"), at, values, statistic_set or None)

    def all_metrics(self) -> MetricStore:
        """The metric data, with what moto makes up when asked, if it has something."""
        whole = Overlay(self.metrics)
        for datum in self.aws_metric_data:
            pairs = tuple(sorted((each.name, each.value) for each in datum.dimensions))
            key = MetricKey(datum.namespace, datum.name, pairs)
            whole.add(key, datum.unit, seconds_of(datum.timestamp), ((datum.value, 1.0),))
        return whole

    def alarms_changed(self) -> None:
        self.metrics.keep_ticks(self.longest_range())
