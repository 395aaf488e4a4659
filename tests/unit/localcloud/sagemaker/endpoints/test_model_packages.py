"""A model made from a version of the registry serves what the version names."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.containers.warm_parents import warm_parents
from tests.unit.localcloud.sagemaker.service import image

from .conftest import Hosting

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy.html"
)


def version(hosting: Hosting, artifact: str, group: str, count: int = 1) -> str:
    container = {
        "Image": image("sagemaker-xgboost"),
        "ModelDataUrl": hosting.artifacts.get(artifact, artifact),
    }
    arn: str = hosting.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [container] * count,
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    return arn


@pytest.fixture(scope="module")
def group(service: object) -> str:
    service.sagemaker.create_model_package_group(  # type: ignore[attr-defined]
        ModelPackageGroupName="group"
    )
    return "group"


def deployed(hosting: Hosting, arn: str, name: str) -> str:
    hosting.sagemaker.create_model(
        ModelName=name,
        Containers=[{"ModelPackageName": arn, "Environment": {"A": "b"}}],
        ExecutionRoleArn=hosting.service.role,
    )
    return hosting.config(name)


def test_a_version_serves(hosting: Hosting, group: str) -> None:
    arn = version(hosting, "two", group)
    endpoint = hosting.endpoint(deployed(hosting, arn, "from-version"))
    assert hosting.number(endpoint) == 2
    described = hosting.sagemaker.describe_model(ModelName="from-version")
    assert described["Containers"] == [{"ModelPackageName": arn, "Environment": {"A": "b"}}]
    assert described["ExecutionRoleArn"] == hosting.service.role


def test_a_version_without_its_artifact_fails_the_endpoint(hosting: Hosting, group: str) -> None:
    url = hosting.service.uri("never/model.tar.gz")
    config = deployed(hosting, version(hosting, url, group), "without-artifact")
    hosting.sagemaker.create_endpoint(EndpointName="no-artifact", EndpointConfigName=config)
    described = hosting.settled("no-artifact")
    assert described["EndpointStatus"] == "Failed"
    assert url in described["FailureReason"]


def test_a_version_of_several_containers_is_refused(hosting: Hosting, group: str) -> None:
    arn = version(hosting, "one", group, count=2)
    with pytest.raises(ClientError, match="number of containers in the InferenceSpecification"):
        deployed(hosting, arn, "several")


def test_a_group_begins_the_warm_start(hosting: Hosting, group: str) -> None:
    assert current().changes.wait_until(
        lambda: {"scikit-learn", "xgboost"} <= warm_parents().running().keys(), 30
    )
