"""What has to be so in a stage's account, for a deployment to need a permission: done by the person there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import cases
from .three_accounts import ThreeAccounts

NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"


class Scene:
    """A stage, as the person of its account sees and changes it."""

    def __init__(self, three: ThreeAccounts, stage: str) -> None:
        self.stage, self.endpoint = stage, f"abalone-{stage}"
        self._sagemaker = three.client("sagemaker", stage)
        self._scaling = three.client("application-autoscaling", stage)
        self._cloudwatch = three.client("cloudwatch", stage)
        self._prepare: dict[str, Callable[[str], object]] = {
            cases.CREATION: self.forget,
            cases.UPDATE: self.forget,
            cases.UNSCALED: lambda _: self._deregister(),
            cases.UNTRACKED: lambda _: self._untrack(),
            cases.PRUNED: lambda _: self._leave_alarm(),
        }

    def prepare(self, situation: str, version: str) -> None:
        """Bring the situation about, if it does not come by itself."""
        prepare = self._prepare.get(situation)
        if prepare is not None:
            prepare(version)

    def forget(self, version: str) -> None:
        """Delete what a deployment of a version has made, but for the endpoint."""
        prefix = f"{self.endpoint}-v{version}-"
        for config in self._sagemaker.list_endpoint_configs(NameContains=prefix)["EndpointConfigs"]:
            self._sagemaker.delete_endpoint_config(EndpointConfigName=config["EndpointConfigName"])
        for name in self.models(version):
            self._sagemaker.delete_model(ModelName=name)

    def models(self, version: str) -> list[str]:
        """The models of a version."""
        found = self._sagemaker.list_models(NameContains=f"{self.endpoint}-v{version}-")["Models"]
        return [each["ModelName"] for each in found]

    def live(self) -> dict[str, Any]:
        """The endpoint, its configuration, and the model package of its model."""
        endpoint = self._sagemaker.describe_endpoint(EndpointName=self.endpoint)
        config = self._sagemaker.describe_endpoint_config(
            EndpointConfigName=endpoint["EndpointConfigName"]
        )
        variant = config["ProductionVariants"][0]
        (container,) = self._sagemaker.describe_model(ModelName=variant["ModelName"])["Containers"]
        return {**endpoint, "Variant": variant, "ModelPackage": container["ModelPackageName"]}

    def _deregister(self) -> None:
        known = self._scaling.describe_scalable_targets(ServiceNamespace=NAMESPACE)
        if known["ScalableTargets"]:
            self._scaling.deregister_scalable_target(**self._target())

    def _untrack(self) -> None:
        self._deregister()
        self._scaling.register_scalable_target(**self._target(), MinCapacity=1, MaxCapacity=1)

    def _target(self) -> dict[str, str]:
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": f"endpoint/{self.endpoint}/variant/AllTraffic",
            "ScalableDimension": DIMENSION,
        }

    def _leave_alarm(self) -> None:
        """The latency alarm of a configuration that is gone."""
        self._cloudwatch.put_metric_alarm(
            AlarmName=f"{self.endpoint}-v0-00000000-latency-vs-live",
            Namespace="AWS/SageMaker",
            MetricName="ModelLatency",
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
        )
