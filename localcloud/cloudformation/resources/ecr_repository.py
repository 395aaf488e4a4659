"""AWS::ECR::Repository.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import document, truth
from localcloud.cloudformation.resource import Context, Created, Resource, check_members


class Repository(Resource):
    """A repository; `Ref` answers its name. One that holds images is deleted if EmptyOnDelete."""

    type_name = "AWS::ECR::Repository"
    name_property = "RepositoryName"
    properties = frozenset(
        {
            "EmptyOnDelete",
            "EncryptionConfiguration",
            "ImageScanningConfiguration",
            "ImageTagMutability",
            "LifecyclePolicy",
            "RepositoryName",
            "RepositoryPolicyText",
            "Tags",
        }
    )
    create_only = frozenset({"EncryptionConfiguration", "RepositoryName"})
    attributes = frozenset({"Arn", "RepositoryUri"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        ecr = context.client("ecr")
        request: dict[str, Any] = {"tags": context.tags(properties.get("Tags"))}
        if "ImageTagMutability" in properties:
            request["imageTagMutability"] = properties["ImageTagMutability"]
        if "ImageScanningConfiguration" in properties:
            request["imageScanningConfiguration"] = _scanning(properties)
        if "EncryptionConfiguration" in properties:
            wanted = properties["EncryptionConfiguration"]
            request["encryptionConfiguration"] = {"encryptionType": wanted["EncryptionType"]}
            if "KmsKey" in wanted:
                request["encryptionConfiguration"]["kmsKey"] = wanted["KmsKey"]
        name = properties.get("RepositoryName") or context.generate_name(256, lower=True)
        made = ecr.create_repository(repositoryName=name, **request)["repository"]
        context.made(name)
        self._set_policies(ecr, name, {}, properties)
        uri = made["repositoryUri"]
        return Created(name, {"Arn": made["repositoryArn"], "RepositoryUri": uri})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        ecr = context.client("ecr")
        if old.get("ImageTagMutability") != new.get("ImageTagMutability"):
            ecr.put_image_tag_mutability(
                repositoryName=physical_id,
                imageTagMutability=new.get("ImageTagMutability", "MUTABLE"),
            )
        if old.get("ImageScanningConfiguration") != new.get("ImageScanningConfiguration"):
            ecr.put_image_scanning_configuration(
                repositoryName=physical_id, imageScanningConfiguration=_scanning(new)
            )
        self._set_policies(ecr, physical_id, old, new)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        ecr = context.client("ecr")
        force = truth(properties.get("EmptyOnDelete", False))
        with contextlib.suppress(ecr.exceptions.RepositoryNotFoundException):
            ecr.delete_repository(repositoryName=physical_id, force=force)

    def _set_policies(self, ecr: Any, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        if "RepositoryPolicyText" in new:
            text = document(new["RepositoryPolicyText"])
            ecr.set_repository_policy(repositoryName=name, policyText=text)
        elif "RepositoryPolicyText" in old:
            ecr.delete_repository_policy(repositoryName=name)
        if "LifecyclePolicy" in new:
            wanted = new["LifecyclePolicy"]
            check_members(f"{self.type_name}.LifecyclePolicy", wanted, {"LifecyclePolicyText"})
            text = wanted["LifecyclePolicyText"]
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=text)
        elif "LifecyclePolicy" in old:
            ecr.delete_lifecycle_policy(repositoryName=name)


def _scanning(properties: dict[str, Any]) -> dict[str, bool]:
    wanted = properties.get("ImageScanningConfiguration", {})
    return {"scanOnPush": truth(wanted.get("ScanOnPush", False))}
