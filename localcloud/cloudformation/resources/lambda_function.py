"""AWS::Lambda::Function.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource, check_members
from localcloud.errors import AwsError

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
INLINE_FILE = "index.py"
CONFIGURATION = (
    "DeadLetterConfig",
    "Description",
    "Environment",
    "Handler",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "Role",
    "Runtime",
    "VpcConfig",
)
NUMBERS = ("MemorySize", "Timeout")
# What an update sets for a property that the template no longer has.
DEFAULTS: dict[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "KmsKeyArn": "",
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "Timeout": 3,
    "VpcConfig": {"SecurityGroupIds": [], "SubnetIds": []},
}
_VPC = frozenset({"SecurityGroupIds", "SubnetIds"})


class Function(Resource):
    """A function; `Ref` answers its name."""

    type_name = "AWS::Lambda::Function"
    name_property = "FunctionName"
    properties = frozenset(
        {
            *CONFIGURATION,
            *NUMBERS,
            "Architectures",
            "Code",
            "EphemeralStorage",
            "FunctionName",
            "PackageType",
            "ReservedConcurrentExecutions",
            "Tags",
            "TracingConfig",
        }
    )
    required = frozenset({"Code", "Role"})
    create_only = frozenset({"FunctionName", "PackageType"})
    attributes = frozenset({"Arn"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        client = context.client("lambda")
        name = properties.get("FunctionName") or context.generate_name(64)
        request = _configuration(properties)
        for key in ("Architectures", "EphemeralStorage", "PackageType", "TracingConfig"):
            if key in properties:
                request[key] = properties[key]
        if "EphemeralStorage" in request:
            request["EphemeralStorage"] = {"Size": int(request["EphemeralStorage"]["Size"])}
        tags = {tag["Key"]: tag["Value"] for tag in context.tags(properties.get("Tags"))}
        made = client.create_function(
            FunctionName=name, Code=_code(properties["Code"]), Tags=tags, **request
        )
        context.made(name)
        self._reserve(client, name, {}, properties)
        return Created(name, {"Arn": made["FunctionArn"]})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        client = context.client("lambda")
        if old["Code"] != new["Code"] or old.get("Architectures") != new.get("Architectures"):
            more = {"Architectures": new["Architectures"]} if "Architectures" in new else {}
            client.update_function_code(FunctionName=physical_id, **_code(new["Code"]), **more)
        wanted = _configuration(new)
        for key, value in DEFAULTS.items():
            if key in old and key not in new:
                wanted[key] = value
        for key in ("EphemeralStorage", "TracingConfig"):
            if old.get(key) != new.get(key):
                raise AwsError(
                    "NotUpdatable",
                    f"unsupported by the local cloud: update of {self.type_name} {key} in place",
                )
        client.update_function_configuration(FunctionName=physical_id, **wanted)
        self._reserve(client, physical_id, old, new)
        self._tag(client, physical_id, old, new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        client = context.client("lambda")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.delete_function(FunctionName=physical_id)

    def _tag(
        self, client: Any, name: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        arn = context.arn("lambda", f"function:{name}")
        gone, tags = context.tag_changes(old, new)
        if gone:
            client.untag_resource(Resource=arn, TagKeys=gone)
        if tags:
            client.tag_resource(Resource=arn, Tags=tags)

    def _reserve(self, client: Any, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        wanted = new.get("ReservedConcurrentExecutions")
        if wanted == old.get("ReservedConcurrentExecutions"):
            return
        if wanted is None:
            client.delete_function_concurrency(FunctionName=name)
        else:
            client.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=int(wanted)
            )


def _configuration(properties: dict[str, Any]) -> dict[str, Any]:
    request = {key: properties[key] for key in CONFIGURATION if key in properties}
    if "Environment" in request:
        variables = request["Environment"].get("Variables", {})
        request["Environment"] = {
            "Variables": {
                key: str(value).lower() if isinstance(value, bool) else str(value)
                for key, value in variables.items()
            }
        }
    check_members("AWS::Lambda::Function.VpcConfig", properties.get("VpcConfig") or {}, _VPC)
    request.update({key: int(properties[key]) for key in NUMBERS if key in properties})
    if "KmsKeyArn" in request:
        request["KMSKeyArn"] = request.pop("KmsKeyArn")
    return request


def _code(code: dict[str, Any]) -> dict[str, Any]:
    check_members(
        "AWS::Lambda::Function.Code", code, {"S3Bucket", "S3Key", "S3ObjectVersion", "ZipFile"}
    )
    if "ZipFile" not in code:
        return dict(code)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr(INLINE_FILE, code["ZipFile"])
        zipped.writestr("cfnresponse.py", CFN_RESPONSE)
    return {"ZipFile": archive.getvalue()}


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
# The module that CloudFormation puts beside inline code; written anew, with the same function.
CFN_RESPONSE = """\
import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False,
         reason=None):
    body = json.dumps({
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }).encode()
    request = urllib.request.Request(
        event["ResponseURL"], data=body, method="PUT", headers={"content-type": ""}
    )
    urllib.request.urlopen(request).close()
"""
