"""AWS::CodeCommit::Repository.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codecommit-repository.html
`Code` is committed when the repository is made and ignored afterwards, as on AWS. The zip is read from S3
as whoever makes the stack. Known difference: Triggers are refused.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from moto.codecommit.models import codecommit_backends

from localcloud.cloudformation.resource import Context, Created, Properties, Resource, check_members
from localcloud.codecommit import caller, names
from localcloud.codecommit.seed import seed
from localcloud.errors import AwsError

DEFAULT_BRANCH = "main"


class Repository(Resource):
    """A repository; `Ref` answers its id."""

    type_name = "AWS::CodeCommit::Repository"
    name_property = "RepositoryName"
    properties = frozenset({"Code", "KmsKeyId", "RepositoryDescription", "RepositoryName", "Tags"})
    required = frozenset({"RepositoryName"})
    attributes = frozenset({"Arn", "CloneUrlHttp", "CloneUrlSsh", "Name"})

    def validate(self, properties: Properties) -> None:
        super().validate(properties)
        code = properties.get("Code")
        if isinstance(code, dict):
            check_members(f"{self.type_name}.Code", code, {"BranchName", "S3"})
            if "S3" not in code:
                raise _missing("Code.S3")
            if isinstance(code["S3"], dict):
                allowed = {"Bucket", "Key", "ObjectVersion"}
                check_members(f"{self.type_name}.Code.S3", code["S3"], allowed)
                for name in ("Bucket", "Key"):
                    if name not in code["S3"]:
                        raise _missing(f"Code.S3.{name}")

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        client = context.client("codecommit")
        # Read first: code that cannot be had leaves no repository behind.
        archive, branch = _code(properties.get("Code"), context)
        request = {
            "repositoryName": properties["RepositoryName"],
            "repositoryDescription": properties.get("RepositoryDescription"),
            "kmsKeyId": properties.get("KmsKeyId"),
            "tags": _tags(properties, context),
        }
        made = client.create_repository(**{k: v for k, v in request.items() if v})
        repository_id = str(made["repositoryMetadata"]["repositoryId"])
        context.made(repository_id)
        if archive is not None:
            backend: Any = codecommit_backends[context.account_id][context.region]
            key = context.credentials.access_key_id if context.credentials else None
            arn = caller.arn_of(context.account_id, context.region, key)
            seed(backend.repository(properties["RepositoryName"]), archive, branch, arn)
        return Created(repository_id, _attributes(made["repositoryMetadata"]))

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> dict[str, Any]:
        client = context.client("codecommit")
        name = _name_of(physical_id, client) or old["RepositoryName"]
        if name != new["RepositoryName"]:
            client.update_repository_name(oldName=name, newName=new["RepositoryName"])
            name = new["RepositoryName"]
        if old.get("RepositoryDescription") != new.get("RepositoryDescription"):
            client.update_repository_description(
                repositoryName=name, repositoryDescription=new.get("RepositoryDescription", "")
            )
        if old.get("KmsKeyId") != new.get("KmsKeyId"):
            if not new.get("KmsKeyId"):
                raise AwsError(
                    "NotUpdatable",
                    f"unsupported by the local cloud: removal of KmsKeyId from {self.type_name}",
                )
            client.update_repository_encryption_key(repositoryName=name, kmsKeyId=new["KmsKeyId"])
        metadata = client.get_repository(repositoryName=name)["repositoryMetadata"]
        gone, tags = context.tag_changes(old, new)
        if gone:
            client.untag_resource(resourceArn=metadata["Arn"], tagKeys=gone)
        if tags:
            client.tag_resource(resourceArn=metadata["Arn"], tags=tags)
        return _attributes(metadata)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        client = context.client("codecommit")
        name = _name_of(physical_id, client)
        if name is not None:
            client.delete_repository(repositoryName=name)


def _missing(path: str) -> AwsError:
    return AwsError(
        "ValidationError",
        "Properties validation failed for resource of type AWS::CodeCommit::Repository: "
        f"required properties are missing: {path}",
    )


def _code(code: dict[str, Any] | None, context: Context) -> tuple[bytes | None, str]:
    if code is None:
        return None, DEFAULT_BRANCH
    branch = names.branch_name({"branchName": code.get("BranchName") or DEFAULT_BRANCH})
    place = code["S3"]
    more = {"VersionId": place["ObjectVersion"]} if place.get("ObjectVersion") else {}
    try:
        found = context.client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"], **more)
    except ClientError as error:
        raise AwsError(
            "InvalidRequest",
            f"the repository's code could not be read from s3://{place['Bucket']}/{place['Key']}: "
            f"{error}",
        ) from error
    return found["Body"].read(), branch


def _attributes(metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "Arn": metadata["Arn"],
        "CloneUrlHttp": metadata["cloneUrlHttp"],
        "CloneUrlSsh": metadata["cloneUrlSsh"],
        "Name": metadata["repositoryName"],
    }


def _name_of(repository_id: str, client: Any) -> str | None:
    """The present name of a repository: it may have been renamed by hand since."""
    for page in client.get_paginator("list_repositories").paginate():
        for each in page["repositories"]:
            if each["repositoryId"] == repository_id:
                return str(each["repositoryName"])
    return None


def _tags(properties: dict[str, Any], context: Context) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in context.tags(properties.get("Tags"))}
