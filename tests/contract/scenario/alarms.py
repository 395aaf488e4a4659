"""CloudWatch: metric data, and alarms that change state; Application Auto Scaling of an endpoint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.local import Local

ALARM = "contract-alarm"
METRIC = {"Namespace": "Contract", "MetricName": "Sum"}


def perform(local: Local) -> None:
    """Put data, ask for it, and put an alarm on it."""
    cloudwatch = local.client("cloudwatch")
    now = datetime.now(UTC)
    when = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=1)}
    cloudwatch.put_metric_data(
        Namespace="Contract", MetricData=[{"MetricName": "Sum", "Value": 1.0, "Unit": "Count"}]
    )
    cloudwatch.get_metric_statistics(
        **METRIC, **when, Period=60, Statistics=["Sum"], ExtendedStatistics=["p90"]
    )
    stat = {"Metric": METRIC, "Period": 60, "Stat": "Sum"}
    cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "m1", "MetricStat": stat}], **when)
    cloudwatch.list_metrics(Namespace="Contract")
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM,
        AlarmDescription="of the contract tests",
        **METRIC,
        Dimensions=[{"Name": "A", "Value": "b"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    local.event("CloudWatch Alarm State Change", alarmName=ALARM)
    cloudwatch.disable_alarm_actions(AlarmNames=[ALARM])
    cloudwatch.enable_alarm_actions(AlarmNames=[ALARM])
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="a test's")
    cloudwatch.describe_alarms(AlarmNames=[ALARM])
    cloudwatch.describe_alarms_for_metric(**METRIC)
    cloudwatch.describe_alarm_history(AlarmName=ALARM)
    cloudwatch.delete_alarms(AlarmNames=[ALARM])


def scale(local: Local, endpoint: str, variant: str) -> None:
    """Register a variant, put a policy, and take both away."""
    scaling = local.client("application-autoscaling")
    target: dict[str, Any] = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
    scaling.describe_scalable_targets(ServiceNamespace="sagemaker")
    scaling.put_scaling_policy(
        **target,
        PolicyName="contract",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 100.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        },
    )
    scaling.describe_scaling_policies(ServiceNamespace="sagemaker")
    scaling.describe_scaling_activities(ServiceNamespace="sagemaker")
    scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")
    scaling.delete_scaling_policy(**target, PolicyName="contract")
    scaling.deregister_scalable_target(**target)
