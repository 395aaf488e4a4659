"""The model registry through boto3, on a running local cloud."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
SPECIFICATION = {
    "Containers": [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


@pytest.fixture(scope="module")
def sagemaker(endpoint: str) -> Any:
    return boto3.client("sagemaker", endpoint_url=endpoint)


@pytest.fixture(scope="module")
def versions(sagemaker: Any) -> list[str]:
    """The ARNs of five versions: the second and the fourth are approved."""
    sagemaker.create_model_package_group(ModelPackageGroupName="Group")
    arns = []
    for number in range(1, 6):
        made = sagemaker.create_model_package(
            ModelPackageGroupName="Group",
            InferenceSpecification=SPECIFICATION,
            ModelApprovalStatus="PendingManualApproval" if number % 2 else "Approved",
        )
        arns.append(made["ModelPackageArn"])
    return arns


def listed(sagemaker: Any, **request: Any) -> list[str]:
    response = sagemaker.list_model_packages(**request)
    return [item["ModelPackageArn"] for item in response["ModelPackageSummaryList"]]


@pytest.mark.documented(f"{API}/API_ListModelPackages.html")
def test_versions_are_listed_oldest_first(sagemaker: Any, versions: list[str]) -> None:
    assert listed(sagemaker, ModelPackageGroupName="Group") == versions
    group = sagemaker.describe_model_package_group(ModelPackageGroupName="Group")
    arn = group["ModelPackageGroupArn"]
    assert listed(sagemaker, ModelPackageGroupName=arn) == versions


@pytest.mark.documented(f"{API}/API_ListModelPackages.html")
def test_latest_approved_version_is_found(sagemaker: Any, versions: list[str]) -> None:
    found = listed(
        sagemaker,
        ModelPackageGroupName="Group",
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=1,
    )
    assert found == [versions[3]]


@pytest.mark.documented(f"{API}/API_ListModelPackages.html")
def test_pages_hold_every_version_once(sagemaker: Any, versions: list[str]) -> None:
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName="Group",
        SortOrder="Descending",
        PaginationConfig={"PageSize": 2},
    )
    found = [
        [item["ModelPackageVersion"] for item in page["ModelPackageSummaryList"]] for page in pages
    ]
    assert found == [[5, 4], [3, 2], [1]]


def test_list_is_refused_when_a_page_is_too_large_or_a_group_unknown(sagemaker: Any) -> None:
    with pytest.raises(ClientError, match="less than or equal to 100"):
        sagemaker.list_model_packages(ModelPackageGroupName="Group", MaxResults=101)
    with pytest.raises(ClientError, match=r"ValidationException.*does not exist\."):
        sagemaker.list_model_packages(ModelPackageGroupName="Nope")


@pytest.mark.documented(f"{API}/API_ListModelPackages.html")
def test_list_has_no_versions_when_no_group_is_given(sagemaker: Any, versions: list[str]) -> None:
    alone = sagemaker.create_model_package(
        ModelPackageName="Alone", InferenceSpecification=SPECIFICATION
    )["ModelPackageArn"]
    assert listed(sagemaker) == [alone]
    assert listed(sagemaker, ModelPackageType="Versioned") == versions
    assert listed(sagemaker, ModelPackageType="Both") == [*versions, alone]
    assert listed(sagemaker, ModelPackageType="Both", NameContains="alo") == [alone]


@pytest.mark.documented(f"{API}/API_UserContext.html")
def test_last_modified_by_is_the_caller(sagemaker: Any, endpoint: str, versions: list[str]) -> None:
    iam = boto3.client("iam", endpoint_url=endpoint)
    user = iam.create_user(UserName="ann")["User"]
    allow = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=allow)
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = boto3.client(
        "sagemaker",
        endpoint_url=endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert "LastModifiedBy" not in sagemaker.describe_model_package(ModelPackageName=versions[0])
    ann.update_model_package(ModelPackageArn=versions[0], ModelApprovalStatus="Rejected")
    described = sagemaker.describe_model_package(ModelPackageName=versions[0])
    assert described["ModelApprovalStatus"] == "Rejected"
    assert described["LastModifiedBy"] == {
        "IamIdentity": {"Arn": user["Arn"], "PrincipalId": user["UserId"]}
    }


@pytest.mark.documented(f"{API}/API_BatchDescribeModelPackage.html")
def test_batch_describes_what_is_there_and_names_what_is_not(
    sagemaker: Any, versions: list[str]
) -> None:
    absent = f"{versions[0]}9"
    answer = sagemaker.batch_describe_model_package(ModelPackageArnList=[versions[0], absent])
    assert list(answer["ModelPackageSummaries"]) == [versions[0]]
    assert answer["ModelPackageSummaries"][versions[0]]["InferenceSpecification"] == SPECIFICATION
    assert "does not exist" in answer["BatchDescribeModelPackageErrorMap"][absent]["ErrorResponse"]


def test_groups_are_listed_and_tagged(sagemaker: Any, versions: list[str]) -> None:
    tags = [{"Key": "team", "Value": "ml"}]
    arn = sagemaker.create_model_package_group(ModelPackageGroupName="Another", Tags=tags)[
        "ModelPackageGroupArn"
    ]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags
    found = sagemaker.list_model_package_groups(SortBy="Name")["ModelPackageGroupSummaryList"]
    assert [group["ModelPackageGroupName"] for group in found] == ["Another", "Group"]
    sagemaker.delete_model_package_group(ModelPackageGroupName=arn)
    with pytest.raises(ClientError, match=r"does not exist\."):
        sagemaker.describe_model_package_group(ModelPackageGroupName="Another")
    with pytest.raises(ClientError, match="still has model packages"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="Group")


def test_a_group_has_a_policy_until_it_is_deleted(sagemaker: Any, versions: list[str]) -> None:
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        sagemaker.get_model_package_group_policy(ModelPackageGroupName="Group")
    with pytest.raises(ClientError, match="Invalid resource policy"):
        sagemaker.put_model_package_group_policy(ModelPackageGroupName="Group", ResourcePolicy="{}")
    text = '{"Version": "2012-10-17", "Statement": []}'
    put = sagemaker.put_model_package_group_policy(
        ModelPackageGroupName="Group", ResourcePolicy=text
    )
    assert put["ModelPackageGroupArn"].endswith("model-package-group/Group")
    got = sagemaker.get_model_package_group_policy(ModelPackageGroupName="Group")
    assert got["ResourcePolicy"] == text
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName="Group")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        sagemaker.delete_model_package_group_policy(ModelPackageGroupName="Group")
