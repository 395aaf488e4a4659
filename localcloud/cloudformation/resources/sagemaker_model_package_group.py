"""AWS::SageMaker::ModelPackageGroup.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-modelpackagegroup.html
A group that still has versions is not deleted, so that its stack's deletion fails.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.cloudformation.resources.sagemaker_pipeline import replace_tags

POLICY = "ModelPackageGroupPolicy"


def _set_policy(arn: str, old: dict[str, Any], new: dict[str, Any], context: Context) -> None:
    wanted = new.get(POLICY)
    name = arn.rpartition("/")[2]  # these operations take no ARN
    sagemaker = context.client("sagemaker")
    if wanted:
        text = wanted if isinstance(wanted, str) else json.dumps(wanted)
        sagemaker.put_model_package_group_policy(ModelPackageGroupName=name, ResourcePolicy=text)
    elif old.get(POLICY):
        sagemaker.delete_model_package_group_policy(ModelPackageGroupName=name)


class ModelPackageGroup(Resource):
    """A group of versions in the model registry; `Ref` answers its ARN."""

    type_name = "AWS::SageMaker::ModelPackageGroup"
    name_property = "ModelPackageGroupName"
    properties = frozenset(
        {"ModelPackageGroupName", "ModelPackageGroupDescription", "ModelPackageGroupPolicy", "Tags"}
    )
    required = frozenset({"ModelPackageGroupName"})
    create_only = frozenset({"ModelPackageGroupName", "ModelPackageGroupDescription"})
    attributes = frozenset({"CreationTime", "ModelPackageGroupArn", "ModelPackageGroupStatus"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        sagemaker = context.client("sagemaker")
        given = {key: value for key, value in properties.items() if key != POLICY}
        request = {**given, "Tags": context.tags(properties.get("Tags"))}
        arn = sagemaker.create_model_package_group(**request)["ModelPackageGroupArn"]
        context.made(arn)
        _set_policy(arn, {}, properties, context)
        group = sagemaker.describe_model_package_group(ModelPackageGroupName=arn)
        return Created(
            arn,
            {
                "CreationTime": group["CreationTime"].isoformat(),
                "ModelPackageGroupArn": arn,
                "ModelPackageGroupStatus": group["ModelPackageGroupStatus"],
            },
        )

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        replace_tags(physical_id, old, new, context)
        _set_policy(physical_id, old, new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        try:
            context.client("sagemaker").delete_model_package_group(
                ModelPackageGroupName=physical_id
            )
        except ClientError as error:
            if "does not exist" not in error.response["Error"]["Message"]:
                raise
