"""Endpoints: made, invoked, updated and deleted."""

from __future__ import annotations

from typing import Any

from tests.contract.local import Local
from tests.contract.scenario import alarms

ENDPOINT = "contract-endpoint"


def perform(local: Local, version: str, model: str) -> None:
    """Host a version."""
    sagemaker = local.client("sagemaker")
    role = local.role("contract-endpoint", "sagemaker")
    sagemaker.create_model(
        ModelName="good", Containers=[{"ModelPackageName": version}], ExecutionRoleArn=role
    )
    sagemaker.describe_model(ModelName="good")
    sagemaker.list_models()
    for name, instances in (("first", 1), ("second", 2)):
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": "good",
                    "InitialInstanceCount": instances,
                    "InstanceType": "ml.m5.large",
                }
            ],
            DataCaptureConfig={
                "EnableCapture": True,
                "InitialSamplingPercentage": 100,
                "DestinationS3Uri": f"s3://{model.split('/')[2]}/capture",
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            },
        )
    sagemaker.describe_endpoint_config(EndpointConfigName="first")
    sagemaker.list_endpoint_configs()
    tags = [{"Key": "a", "Value": "b"}]
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="first", Tags=tags)
    _in_service(local, "first")
    local.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=ENDPOINT, ContentType="text/csv", Body=b"1,2"
    )
    sagemaker.list_endpoints()
    sagemaker.update_endpoint(
        EndpointName=ENDPOINT, EndpointConfigName="second", DeploymentConfig=_canary(local)
    )
    sagemaker.describe_endpoint(EndpointName=ENDPOINT)
    _in_service(local, "second")
    alarms.scale(local, ENDPOINT, "AllTraffic")
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 1}],
    )
    _in_service(local, "second")
    sagemaker.delete_endpoint(EndpointName=ENDPOINT)
    sagemaker.delete_endpoint_config(EndpointConfigName="first")
    sagemaker.delete_endpoint_config(EndpointConfigName="second")
    sagemaker.delete_model(ModelName="good")


def _canary(local: Local) -> dict[str, Any]:
    """A DeploymentConfig with one canary that is watched for a second."""
    local.client("cloudwatch").put_metric_alarm(
        AlarmName="contract-rollback",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[{"Name": "EndpointName", "Value": ENDPOINT}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    routing = {
        "Type": "CANARY",
        "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 1,
    }
    return {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "contract-rollback"}]},
    }


def _in_service(local: Local, config: str) -> None:
    sagemaker = local.client("sagemaker")

    def live() -> bool:
        described = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
        assert described["EndpointStatus"] != "Failed", described
        return (described["EndpointStatus"], described["EndpointConfigName"]) == (
            "InService",
            config,
        )

    local.until(live, f"{ENDPOINT} serves {config}")
