"""What hosting refuses at once: SageMaker's words, or the name of what is not implemented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local_server import LocalCloud
from tests.unit.localcloud.sagemaker.service import image

from .conftest import Hosting, variant
from .guardrails import blue_green, count, rolling

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


def refusal(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(refused.value.response["Error"]["Message"])


def test_what_exists_is_not_created_again(hosting: Hosting) -> None:
    api, model = hosting.sagemaker, hosting.model()
    container = {"Image": image("sagemaker-xgboost"), "ModelDataUrl": hosting.artifacts["one"]}
    assert refusal(
        api.create_model,
        ModelName=model,
        PrimaryContainer=container,
        ExecutionRoleArn=hosting.service.role,
    ) == (f'Cannot create already existing model "{ARN}:model/{model}".')
    config = hosting.config(model)
    assert refusal(
        api.create_endpoint_config, EndpointConfigName=config, ProductionVariants=[variant(model)]
    ) == (
        f'Cannot create already existing endpoint configuration "{ARN}:endpoint-config/{config}".'
    )
    endpoint = hosting.endpoint(config)
    # Endpoint names do not differ in case alone.
    for name in (endpoint, endpoint.upper()):
        assert refusal(api.create_endpoint, EndpointName=name, EndpointConfigName=config) == (
            f'Cannot create already existing endpoint "{ARN}:endpoint/{endpoint}".'
        )


def test_what_is_absent_is_not_found(hosting: Hosting) -> None:
    api = hosting.sagemaker
    no_model = f'Could not find model "{ARN}:model/absent".'
    no_config = f'Could not find endpoint configuration "{ARN}:endpoint-config/absent".'
    no_endpoint = f'Could not find endpoint "{ARN}:endpoint/absent".'
    for call in (api.describe_model, api.delete_model):
        assert refusal(call, ModelName="absent") == no_model
    for call in (api.describe_endpoint_config, api.delete_endpoint_config):
        assert refusal(call, EndpointConfigName="absent") == no_config
    for call in (api.describe_endpoint, api.delete_endpoint):
        assert refusal(call, EndpointName="absent") == no_endpoint
    variants = [variant("absent")]
    assert (
        refusal(api.create_endpoint_config, EndpointConfigName="a", ProductionVariants=variants)
        == no_model
    )
    names = {"EndpointName": "absent", "EndpointConfigName": "absent"}
    assert refusal(api.create_endpoint, **names) == no_config
    assert refusal(api.update_endpoint, **names) == no_endpoint


def test_a_failed_endpoint_can_only_be_deleted(hosting: Hosting) -> None:
    config = hosting.config(hosting.model("broken"))
    names = {"EndpointName": "only-deleted", "EndpointConfigName": config}
    hosting.sagemaker.create_endpoint(**names)
    assert hosting.settled("only-deleted")["EndpointStatus"] == "Failed"
    assert "only-deleted" in refusal(hosting.sagemaker.update_endpoint, **names)
    hosting.sagemaker.delete_endpoint(EndpointName="only-deleted")


@pytest.mark.parametrize(
    ("artifact", "role", "expected"),
    [
        ("absent/model.tar.gz", None, "Could not find model data at s3://"),
        (
            "one/model.tar.gz",
            "arn:aws:iam::123456789012:role/nobody",
            'Please ensure that the role "arn:aws:iam::123456789012:role/nobody" exists and that its '
            'trust relationship policy allows the action "sts:AssumeRole"',
        ),
    ],
)
def test_a_model_whose_artifact_cannot_be_read(
    hosting: Hosting, artifact: str, role: str | None, expected: str
) -> None:
    message = refusal(
        hosting.sagemaker.create_model,
        ModelName="unreadable",
        ExecutionRoleArn=role or hosting.service.role,
        PrimaryContainer={
            "Image": image("sagemaker-xgboost"),
            "ModelDataUrl": hosting.service.uri(artifact),
        },
    )
    assert expected in message


@pytest.mark.parametrize(
    ("container", "named"),
    [
        ({"Image": "mine:1"}, "container image 'mine:1'"),
        ({"Image": image("sagemaker-clarify-processing")}, "serving with the container image"),
        ({"Image": image("sagemaker-xgboost"), "Mode": "MultiModel"}, "PrimaryContainer.Mode"),
        (
            {
                "Image": image("sagemaker-xgboost"),
                "MultiModelConfig": {"ModelCacheSetting": "Enabled"},
            },
            "PrimaryContainer.MultiModelConfig",
        ),
        ({"Environment": {"a": "b"}}, "Image or ModelPackageName must be given"),
        ({"ModelPackageName": f"{ARN}:model-package/group/9"}, "does not exist"),
    ],
)
def test_a_container_that_cannot_serve(
    hosting: Hosting, container: dict[str, Any], named: str
) -> None:
    message = refusal(
        hosting.sagemaker.create_model,
        ModelName="refused",
        ExecutionRoleArn=hosting.service.role,
        PrimaryContainer=container,
    )
    assert named in message


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}, "InstanceType"),
        ({"AcceleratorType": "ml.eia2.medium"}, "ProductionVariants.AcceleratorType"),
        ({"VariantName": "a_b"}, "Value 'a_b' at 'productionVariants.1.member.variantName'"),
        ({"InitialInstanceCount": 0}, "initialInstanceCount"),
        ({"InstanceType": "ml.none"}, "instanceType"),
    ],
)
def test_a_variant_that_cannot_be(hosting: Hosting, members: dict[str, Any], named: str) -> None:
    wanted = {**variant(hosting.model()), **members}
    # boto3 checks some of this itself, other clients do not.
    unchecked = Config(parameter_validation=False)
    api = LocalCloud(hosting.service.endpoint, unchecked).client("sagemaker")
    message = refusal(
        api.create_endpoint_config, EndpointConfigName="refused", ProductionVariants=[wanted]
    )
    assert named in message


def test_a_deployment_that_cannot_be(hosting: Hosting) -> None:
    config = hosting.config(hosting.model())
    endpoint = hosting.endpoint(config)
    canary = blue_green("CANARY", CanarySize=count(1))
    names = {"EndpointName": endpoint, "EndpointConfigName": config}
    message = refusal(hosting.sagemaker.update_endpoint, DeploymentConfig=canary, **names)
    assert message.startswith("CanarySize must be at most 50% of the total instance count")
    both = {**canary, **rolling(1)}
    for call in (hosting.sagemaker.update_endpoint, hosting.sagemaker.create_endpoint):
        names["EndpointName"] = endpoint if call == hosting.sagemaker.update_endpoint else "other"
        assert "Only one of" in refusal(call, DeploymentConfig=both, **names)
    long = blue_green("ALL_AT_ONCE", limit=28801)
    message = refusal(hosting.sagemaker.update_endpoint, DeploymentConfig=long, **names)
    assert "maximumExecutionTimeoutInSeconds" in message
    described = hosting.describe(endpoint)
    assert described["EndpointStatus"] == "InService"
    assert "LastDeploymentConfig" not in described
