"""What registered variants mean for their endpoint's changes, and who may register and release them."""

from __future__ import annotations

import pytest

from tests.unit.localcloud.sagemaker.endpoints.conftest import VARIANT

from .conftest import METRIC, NAMESPACE, Scaling, error, listed

ENDPOINTS = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html"


@pytest.mark.documented(ENDPOINTS)
def test_an_update_must_keep_a_registered_variant(scaling: Scaling) -> None:
    hosting = scaling.hosting
    endpoint = scaling.endpoint()
    scaling.register(endpoint)
    update = hosting.sagemaker.update_endpoint
    other_type = hosting.config(hosting.model(), InstanceType="ml.m5.xlarge")
    other_name = hosting.config(hosting.model(), VariantName="Other")
    for config, told in (
        (other_type, f"changes the instance type of variant {VARIANT}"),
        (other_name, f"removes variant {VARIANT}"),
    ):
        found = error(update, EndpointName=endpoint, EndpointConfigName=config)
        assert found["Code"] == "ValidationException"
        assert told in found["Message"]
    other_model = hosting.config(hosting.model())
    assert hosting.update(endpoint, other_model)["EndpointConfigName"] == other_model
    scaling.api.deregister_scalable_target(**scaling.id(endpoint))
    assert hosting.update(endpoint, other_type)["EndpointConfigName"] == other_type


@pytest.mark.documented(ENDPOINTS)
def test_a_deletion_deregisters_if_its_caller_may(scaling: Scaling) -> None:
    endpoint = scaling.endpoint()
    arn = scaling.register(endpoint)
    scaling.put_policy(endpoint)
    delete = {"Effect": "Allow", "Action": "sagemaker:DeleteEndpoint", "Resource": "*"}
    found = error(scaling.narrow(delete)("sagemaker").delete_endpoint, EndpointName=endpoint)
    assert found == {
        "Code": "ValidationException",
        "Message": "An Application AutoScaling scalable target exists for a variant being deleted, "
        "and the IAM identity used to invoke DeleteEndpoint does not have "
        "application-autoscaling:DeregisterScalableTarget permission to deregister the scalable "
        "target.",
    }
    assert scaling.hosting.describe(endpoint)["EndpointStatus"] == "InService"
    may = {
        "Effect": "Allow",
        "Action": "application-autoscaling:DeregisterScalableTarget",
        "Resource": arn,
    }
    scaling.narrow(delete, may)("sagemaker").delete_endpoint(EndpointName=endpoint)
    assert listed(scaling, endpoint) == []
    resource = scaling.id(endpoint)["ResourceId"]
    left = scaling.cloudwatch.describe_alarms(AlarmNamePrefix=f"TargetTracking-{resource}")
    assert left["MetricAlarms"] == []


@pytest.mark.documented(
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "list_applicationautoscaling.html"
)
def test_who_may_not_is_denied(scaling: Scaling) -> None:
    endpoint = scaling.endpoint()
    arn = scaling.register(endpoint)
    everything = {"Effect": "Allow", "Action": "application-autoscaling:*", "Resource": "*"}
    nobody = scaling.narrow(
        {"Effect": "Allow", "Action": "application-autoscaling:DescribeScalableTargets"}
        | {"Resource": "*"}
    )("application-autoscaling")
    nobody.describe_scalable_targets(ServiceNamespace=NAMESPACE)
    found = error(nobody.deregister_scalable_target, **scaling.id(endpoint))
    assert found["Code"] == "AccessDeniedException"
    assert (
        f"application-autoscaling:DeregisterScalableTarget on resource: {arn}" in found["Message"]
    )
    # Also of the services in whose name it acts.
    half = scaling.narrow(everything)("application-autoscaling")
    found = error(
        half.register_scalable_target, **scaling.id(endpoint), MinCapacity=1, MaxCapacity=2
    )
    assert "sagemaker:DescribeEndpoint" in found["Message"]
    found = error(
        half.put_scaling_policy,
        **scaling.id(endpoint),
        PolicyName="p",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 1.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
        },
    )
    assert found["Code"] == "AccessDeniedException"
    assert "cloudwatch:PutMetricAlarm" in found["Message"]
