"""A model package group of one account, and an endpoint of another that serves its version."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import LocalCloud, policy, service_principal
from tests.unit.localcloud.sagemaker.artifacts import trained
from tests.unit.localcloud.sagemaker.service import image

from .conftest import ACCOUNT, OTHER_REGION, REGION, Session, allow, grant

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html"
)
GROUP = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/models"
VERSIONS = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/models/*"
ACTIONS = ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel", "sagemaker:ListModelPackages"]
DENIED = "because no resource-based policy allows the sagemaker:{} action"


@pytest.fixture(scope="module")
def version(person: LocalCloud) -> str:
    """A version in the tooling account, whose artifact lies encrypted in its bucket."""
    s3, sagemaker = person.client("s3"), person.client("sagemaker")
    key = person.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="artifacts")
    s3.put_object(
        Bucket="artifacts",
        Key="model.tar.gz",
        Body=trained(1.0),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    sagemaker.create_model_package_group(ModelPackageGroupName="models")
    container = {
        "Image": image("sagemaker-xgboost"),
        "ModelDataUrl": "s3://artifacts/model.tar.gz",
    }
    return str(
        sagemaker.create_model_package(
            ModelPackageGroupName="models",
            ModelApprovalStatus="Approved",
            InferenceSpecification={
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
    )


@pytest.fixture
def shared(person: LocalCloud, version: str, staging: Session) -> None:
    """The group's policy lets the staging account read and deploy."""
    statements = [
        grant(staging.account, ACTIONS[:2], VERSIONS),
        grant(staging.account, ACTIONS[2], GROUP),
    ]
    person.client("sagemaker").put_model_package_group_policy(
        ModelPackageGroupName="models", ResourcePolicy=policy(*statements)
    )


def share_artifact(person: LocalCloud, account: str) -> None:
    """Let an account read the artifact, and its key decrypt it."""
    kms, s3 = person.client("kms"), person.client("s3")
    key = s3.head_object(Bucket="artifacts", Key="model.tar.gz")["SSEKMSKeyId"]
    own = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=policy(*own, grant(account, "kms:Decrypt"))
    )
    read = grant(account, "s3:GetObject", "arn:aws:s3:::artifacts/*")
    s3.put_bucket_policy(Bucket="artifacts", Policy=policy(read))


def test_a_group_is_its_accounts_own(
    version: str, prod: Session, worker: Callable[..., Session]
) -> None:
    reader = worker(allow("sagemaker:*")).client("sagemaker")
    for call, arguments in (
        (reader.describe_model_package, {"ModelPackageName": version}),
        (reader.list_model_packages, {"ModelPackageGroupName": GROUP}),
    ):
        with pytest.raises(ClientError, match="because no resource-based policy allows"):
            call(**arguments)
    with pytest.raises(ClientError, match="does not exist"):
        reader.list_model_packages(ModelPackageGroupName="models")
    assert (
        prod.client("sagemaker").list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    )


def test_a_shared_group_is_read_by_its_arn(
    shared: None, version: str, worker: Callable[..., Session]
) -> None:
    reader, other = worker(allow(ACTIONS)).client("sagemaker"), worker().client("sagemaker")
    found = reader.describe_model_package(ModelPackageName=version)
    assert found["ModelPackageArn"] == version
    (listed,) = reader.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    assert listed["ModelPackageArn"] == version
    with pytest.raises(ClientError, match="is not authorized to perform: sagemaker:Describe"):
        other.describe_model_package(ModelPackageName=version)
    with pytest.raises(ClientError, match=DENIED.format("UpdateModelPackage")):
        reader.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Rejected")


def test_a_version_of_another_region_is_not_there(person: LocalCloud, version: str) -> None:
    elsewhere = version.replace(REGION, OTHER_REGION)
    for arn in (version, elsewhere):
        with pytest.raises(ClientError, match=f"ModelPackage {arn} does not exist"):
            person.client("sagemaker", OTHER_REGION).describe_model_package(ModelPackageName=arn)


def endpoint(sagemaker: Any, name: str) -> dict[str, Any]:
    """An endpoint of the configuration, once it is in service or has failed."""
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="config")

    def described() -> dict[str, Any]:
        found: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
        return found

    assert current().changes.wait_until(
        lambda: described()["EndpointStatus"] != "Creating", 60, recheck_seconds=0.2
    )
    return described()


def test_a_shared_version_is_deployed_in_the_other_account(
    person: LocalCloud, shared: None, version: str, staging: Session
) -> None:
    sagemaker = staging.client("sagemaker")
    role = staging.cloud().make_role("serving", service_principal("sagemaker"))
    sagemaker.create_model(
        ModelName="model",
        ExecutionRoleArn=role,
        PrimaryContainer={"ModelPackageName": version},
    )
    variant = {"VariantName": "AllTraffic", "ModelName": "model", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(
        EndpointConfigName="config",
        ProductionVariants=[{**variant, "InstanceType": "ml.m5.large"}],
    )
    # The artifact is read as the model's role, by the policies of its bucket and key.
    failed = endpoint(sagemaker, "sealed")
    assert failed["EndpointStatus"] == "Failed"
    assert "s3://artifacts/model.tar.gz" in failed["FailureReason"]
    share_artifact(person, staging.account)
    made = endpoint(sagemaker, "endpoint")
    assert made["EndpointStatus"] == "InService", made
    assert f":{staging.account}:endpoint/endpoint" in made["EndpointArn"]
    invocation = {"EndpointName": "endpoint", "ContentType": "text/csv", "Body": b"0,0"}
    answer = staging.client("sagemaker-runtime").invoke_endpoint(**invocation)
    assert float(answer["Body"].read()) == pytest.approx(1, abs=0.1)
    with pytest.raises(ClientError, match="not found"):
        person.client("sagemaker-runtime").invoke_endpoint(**invocation)
    # Its logs are where it is.
    group = {"logGroupNamePrefix": "/aws/sagemaker/Endpoints/endpoint"}
    assert staging.client("logs").describe_log_groups(**group)["logGroups"]
    assert not person.client("logs").describe_log_groups(**group)["logGroups"]


def test_a_version_that_is_not_shared_makes_no_model(
    person: LocalCloud, shared: None, version: str, prod: Session
) -> None:
    role = prod.cloud().make_role("serving", service_principal("sagemaker"))
    with pytest.raises(ClientError, match=DENIED.format("CreateModel")):
        prod.client("sagemaker").create_model(
            ModelName="model",
            ExecutionRoleArn=role,
            PrimaryContainer={"ModelPackageName": version},
        )
