"""AWS::SageMaker::Pipeline.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-pipeline.html
Known difference: ETag of PipelineDefinitionS3Location is refused.
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource, check_members
from localcloud.errors import AwsError

_PLAIN = ("PipelineDescription", "PipelineDisplayName", "PipelineName", "RoleArn")


class Pipeline(Resource):
    """A SageMaker pipeline; `Ref` answers its name."""

    type_name = "AWS::SageMaker::Pipeline"
    name_property = "PipelineName"
    properties = frozenset({*_PLAIN, "ParallelismConfiguration", "PipelineDefinition", "Tags"})
    required = frozenset({"PipelineDefinition", "PipelineName", "RoleArn"})
    create_only = frozenset({"PipelineName"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        tags = context.tags(properties.get("Tags"))
        context.client("sagemaker").create_pipeline(**_request(properties), Tags=tags)
        return Created(properties["PipelineName"])

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        sagemaker = context.client("sagemaker")
        arn = sagemaker.update_pipeline(**_request(new))["PipelineArn"]
        replace_tags(arn, old, new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        sagemaker = context.client("sagemaker")
        with contextlib.suppress(sagemaker.exceptions.ResourceNotFound):
            sagemaker.delete_pipeline(PipelineName=physical_id)


def _request(properties: dict[str, Any]) -> dict[str, Any]:
    request = {name: properties[name] for name in _PLAIN if name in properties}
    request.update(_definition(properties["PipelineDefinition"]))
    parallelism = properties.get("ParallelismConfiguration")
    if parallelism:
        steps = int(parallelism["MaxParallelExecutionSteps"])
        request["ParallelismConfiguration"] = {"MaxParallelExecutionSteps": steps}
    return request


def _definition(value: dict[str, Any]) -> dict[str, Any]:
    where = "AWS::SageMaker::Pipeline PipelineDefinition"
    check_members(where, value, {"PipelineDefinitionBody", "PipelineDefinitionS3Location"})
    location = value.get("PipelineDefinitionS3Location")
    if location is None:
        if "PipelineDefinitionBody" not in value:
            raise AwsError("ValidationError", f"{where} needs one of its two members")
        return {"PipelineDefinition": value["PipelineDefinitionBody"]}
    check_members(f"{where}.PipelineDefinitionS3Location", location, {"Bucket", "Key", "Version"})
    names = {"Bucket": "Bucket", "Key": "ObjectKey", "Version": "VersionId"}
    return {"PipelineDefinitionS3Location": {names[name]: item for name, item in location.items()}}


def replace_tags(arn: str, old: dict[str, Any], new: dict[str, Any], context: Context) -> None:
    """Give a SageMaker resource the tags of its new properties instead of those of the old."""
    sagemaker = context.client("sagemaker")
    wanted = context.tags(new.get("Tags"))
    keys = {tag["Key"] for tag in old.get("Tags") or []} | {tag["Key"] for tag in wanted}
    if keys:
        # What is there already is taken away first: a key may have one value only.
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=sorted(keys))
    if wanted:
        sagemaker.add_tags(ResourceArn=arn, Tags=wanted)
