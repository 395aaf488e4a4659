"""Endpoints that scale, in a local cloud whose minutes last a tenth of a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.sagemaker.artifacts import trained
from tests.unit.localcloud.sagemaker.endpoints.conftest import VARIANT, Hosting
from tests.unit.localcloud.sagemaker.service import Service, running

PACE = 600.0
NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
METRIC = "SageMakerVariantInvocationsPerInstance"


class Scaling:
    """Registers variants, puts policies, and loads of so many invocations in a minute."""

    def __init__(self, service: Service, artifact: str) -> None:
        self.service = service
        self.hosting = Hosting(service, {"one": artifact})
        self.api = service.client("application-autoscaling")
        self.cloudwatch = service.client("cloudwatch")

    def endpoint(self, instances: int = 1) -> str:
        """An endpoint in service."""
        model = self.hosting.model()
        return self.hosting.endpoint(self.hosting.config(model, InitialInstanceCount=instances))

    def id(self, endpoint: str) -> dict[str, str]:
        """The members that name its variant."""
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": f"endpoint/{endpoint}/variant/{VARIANT}",
            "ScalableDimension": DIMENSION,
        }

    def register(self, endpoint: str, least: int = 1, most: int = 3) -> str:
        """Its target's ARN."""
        made = self.api.register_scalable_target(
            **self.id(endpoint), MinCapacity=least, MaxCapacity=most
        )
        return str(made["ScalableTargetARN"])

    def put_policy(self, endpoint: str, name: str = "track", **members: Any) -> dict[str, Any]:
        """A policy of ten invocations in a minute."""
        made: dict[str, Any] = self.api.put_scaling_policy(
            **self.id(endpoint),
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 10.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
                **members,
            },
        )
        return made

    def load(self, endpoint: str, per_instance: float, minutes: int = 300) -> None:
        """So many invocations of each instance in every minute from now on."""
        start, minute = current().clock.now(), timedelta(seconds=60 / PACE)
        named = {"EndpointName": endpoint, "VariantName": VARIANT}
        dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
        data = [
            {
                "MetricName": "InvocationsPerInstance",
                "Dimensions": dimensions,
                "Timestamp": start + number * minute,
                "Value": per_instance,
            }
            for number in range(minutes)
        ]
        self.cloudwatch.put_metric_data(Namespace="AWS/SageMaker", MetricData=data)

    def instances(self, endpoint: str) -> int:
        """How many there are, once nothing happens."""
        (variant,) = self.hosting.describe(endpoint)["ProductionVariants"]
        return int(variant["CurrentInstanceCount"])

    def activities(self, endpoint: str) -> list[dict[str, Any]]:
        """What was done, newest first."""
        listed = self.api.describe_scaling_activities(
            ServiceNamespace=NAMESPACE, ResourceId=self.id(endpoint)["ResourceId"]
        )
        return list(listed["ScalingActivities"])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition."""
        assert current().changes.wait_until(condition, 40, recheck_seconds=0.05), what

    def narrow(self, *statements: dict[str, Any]) -> Callable[[str], Any]:
        """Gives clients of a role that is allowed no more than this."""
        root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        role = self.service.make_role(f"narrow-{uuid4().hex[:8]}", root, *statements)
        sts = self.service.client("sts")
        session = sts.assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]

        def client(name: str) -> Any:
            return boto3.client(
                name,
                region_name=REGION,
                endpoint_url=self.service.endpoint,
                aws_access_key_id=session["AccessKeyId"],
                aws_secret_access_key=session["SecretAccessKey"],
                aws_session_token=session["SessionToken"],
            )

        return client


@pytest.fixture(scope="module")
def scaling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scaling]:
    with running(tmp_path_factory.mktemp("state"), pace=PACE) as service:
        yield Scaling(service, service.put("one/model.tar.gz", trained(1.0)))


def error(call: Any, **members: Any) -> dict[str, str]:
    """What a call that is refused is answered."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    found: dict[str, str] = caught.value.response["Error"]
    return found


def listed(scaling: Scaling, endpoint: str) -> list[dict[str, Any]]:
    """DescribeScalableTargets of an endpoint's variant."""
    found = scaling.api.describe_scalable_targets(
        ServiceNamespace=NAMESPACE, ResourceIds=[scaling.id(endpoint)["ResourceId"]]
    )
    return list(found["ScalableTargets"])
