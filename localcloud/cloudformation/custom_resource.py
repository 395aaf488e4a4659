"""Custom resources: a Lambda function of the template makes, changes and deletes the thing.

The function is invoked asynchronously with a request and answers by PUT to its `ResponseURL`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
Differences from AWS: the answer's address is a path of this cloud, not a presigned S3 URL; a service
token must be a Lambda function (no SNS topic).
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import AwsError, unsupported

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
DEFAULT_SERVICE_TIMEOUT_SECONDS = 3600
CUSTOM_TYPE = "AWS::CloudFormation::CustomResource"

_answers: dict[str, dict[str, Any] | None] = {}
_lock = threading.Lock()


def is_custom(type_name: str) -> bool:
    """Whether the type's resources are made by a function of the template."""
    return type_name == CUSTOM_TYPE or type_name.startswith("Custom::")


def response_path(region: str) -> str:
    """Where the functions' answers are sent, below the cloud's endpoint."""
    return f"/cloudformation_{region}/cfnresponse"


def take_answer(request_id: str, answer: dict[str, Any]) -> bool:
    """A function's answer has come; False when nobody waits for it."""
    with _lock:
        if request_id not in _answers:
            return False
        _answers[request_id] = answer
    current().changes.announce()
    return True


class CustomResource(Resource):
    """Every custom type; its function declares nothing, so any property is passed on."""

    def validate(self, properties: Mapping[str, Any]) -> None:
        if "ServiceToken" not in properties:
            raise AwsError("ValidationError", "Custom resources require a ServiceToken")

    def requires_replacement(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        return bool(old.get("ServiceToken") != new.get("ServiceToken"))

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        answer = _ask("Create", properties, context)
        return Created(_physical_id(answer, ""), answer.get("Data") or {})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> Mapping[str, Any]:
        answer = _ask(
            "Update",
            new,
            context,
            PhysicalResourceId=physical_id,
            OldResourceProperties=_as_text(old),
        )
        if _physical_id(answer, physical_id) != physical_id:
            raise AwsError(
                "ValidationError",
                "unsupported by the local cloud: an Update answered with a new PhysicalResourceId "
                "(a replacement chosen by the function)",
            )
        return answer.get("Data") or {}

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        _ask("Delete", properties, context, PhysicalResourceId=physical_id)

    def get_att(self, attribute: str, physical_id: str, known: Mapping[str, Any]) -> Any:
        if attribute not in known:
            raise AwsError(
                "ValidationError",
                f"Vendor response doesn't contain {attribute} attribute in object {physical_id}",
            )
        return known[attribute]


CUSTOM = CustomResource()


def _ask(kind: str, properties: dict[str, Any], context: Context, **more: Any) -> dict[str, Any]:
    token = str(properties["ServiceToken"])
    if ":lambda:" not in token:
        raise unsupported("custom resource service token", token, ["Lambda function ARN"])
    timeout = int(properties.get("ServiceTimeout", DEFAULT_SERVICE_TIMEOUT_SECONDS))
    request_id = str(uuid.uuid4())
    request = {
        "RequestType": kind,
        "ServiceToken": token,
        "ResponseURL": f"{current().settings.endpoint_url}{response_path(context.region)}"
        f"?RequestId={request_id}",
        "StackId": context.stack_id,
        "RequestId": request_id,
        "ResourceType": context.type_name,
        "LogicalResourceId": context.logical_id,
        "ResourceProperties": _as_text(properties),
        **more,
    }
    with _lock:
        _answers[request_id] = None
    try:
        context.client("lambda").invoke(
            FunctionName=token, InvocationType="Event", Payload=json.dumps(request)
        )
        answered = current().changes.wait_until(
            lambda: _answers[request_id] is not None, timeout, stop=current().stopping
        )
        answer = _answers[request_id]
        if not answered or answer is None:
            raise AwsError(
                "NotStabilized",
                "CloudFormation did not receive a response from your Custom Resource. Please check "
                f"your logs for requestId [{request_id}].",
            )
    finally:
        with _lock:
            _answers.pop(request_id, None)
    if answer.get("Status") != "SUCCESS":
        raise AwsError(
            "GeneralServiceException",
            "Received response status [FAILED] from custom resource. Message returned: "
            f"{answer.get('Reason', '')} (RequestId: {request_id})",
        )
    return answer


def _physical_id(answer: Mapping[str, Any], default: str) -> str:
    physical_id = str(answer.get("PhysicalResourceId") or default)
    if not physical_id:
        raise AwsError(
            "ValidationError", "Invalid PhysicalResourceId: the custom resource's answer has none"
        )
    return physical_id


def _as_text(value: Any) -> Any:
    """Property values as CloudFormation sends them: every scalar is a string."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
