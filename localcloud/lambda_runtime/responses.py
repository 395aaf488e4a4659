"""The Lambda API: moto's operations, with invocation.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse as MotoResponse

from localcloud.errors import AwsError, unsupported
from localcloud.lambda_runtime.async_invocation import enqueue
from localcloud.lambda_runtime.event_sources import EventSourceMapping
from localcloud.lambda_runtime.executor import executor
from localcloud.lambda_runtime.function import LambdaFunction
from localcloud.lambda_runtime.models import LambdaBackend

SYNCHRONOUS_LIMIT = 6_291_456
ASYNCHRONOUS_LIMIT = 1_048_576
# Taken off again before the answer is sent: moto gives every answer a request id of its own.
OWN_REQUEST_ID = "localcloud-request-id"
TYPES = ("DryRun", "Event", "RequestResponse")

Answer = tuple[int, dict[str, str], Any]


def _mapping(mapping: EventSourceMapping, status: int = 200) -> Answer:
    return status, {"status": str(status)}, json.dumps(mapping.describe())


def _no_json(error: Exception) -> AwsError:
    return AwsError(
        "InvalidRequestContentException", f"Could not parse request body into json: {error}"
    )


class LambdaResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    # Not here, because nothing would act on them: layers, function URLs, code signing.
    MOTO_OPERATIONS = {
        "the backend's own": (
            "CreateAlias",
            "CreateFunction",
            "DeleteFunction",
            "PutFunctionEventInvokeConfig",
            "UpdateAlias",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "UpdateFunctionEventInvokeConfig",
        ),
        "functions, their versions and aliases are what Invoke goes by": (
            "DeleteAlias",
            "GetAlias",
            "GetFunction",
            "GetFunctionConfiguration",
            "ListAliases",
            "ListFunctions",
            "ListVersionsByFunction",
            "PublishVersion",
        ),
        "a service's invocation is allowed or refused by the function's policy": (
            "AddPermission",
            "GetPolicy",
            "RemovePermission",
        ),
        "reserved concurrency throttles": (
            "DeleteFunctionConcurrency",
            "GetFunctionConcurrency",
            "PutFunctionConcurrency",
        ),
        "asynchronous invocations go by this configuration": (
            "DeleteFunctionEventInvokeConfig",
            "GetFunctionEventInvokeConfig",
            "ListFunctionEventInvokeConfigs",
        ),
        "tags of functions": ("ListTags", "TagResource", "UntagResource"),
    }

    def invoke(self) -> Answer:
        """Invoke, of all three types."""
        kind = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
        if kind not in TYPES:
            raise unsupported("InvocationType", kind, TYPES, "InvalidParameterValueException")
        function = self._function()
        event = self._event(ASYNCHRONOUS_LIMIT if kind == "Event" else SYNCHRONOUS_LIMIT)
        context = self._client_context()
        version = {"X-Amz-Executed-Version": str(function.version)}
        if kind == "DryRun":
            return 204, {"status": "204", **version}, ""
        if kind == "Event":
            backend: LambdaBackend = self.backend
            request_id = enqueue(function, event, backend.invoke_config(function), context)
            return 202, {"status": "202", OWN_REQUEST_ID: request_id}, ""
        invocation = executor().invoke(function, event, client_context=context)
        headers = {
            "Content-Type": "application/json",
            OWN_REQUEST_ID: invocation.request_id,
            **version,
        }
        if invocation.function_error:
            headers["X-Amz-Function-Error"] = invocation.function_error
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = invocation.encoded_tail
        return 200, headers, invocation.payload

    def create_event_source_mapping(self) -> Answer:
        """CreateEventSourceMapping."""
        return _mapping(self._backend.create_event_source_mapping(self.json_body), 202)

    def get_event_source_mapping(self) -> Answer:
        """GetEventSourceMapping."""
        return _mapping(self._backend.get_event_source_mapping(self._mapping_uuid()))

    def list_event_source_mappings(self) -> str:
        """ListEventSourceMappings, all on one page."""
        given = (
            self.querystring.get(name, [None])[0] for name in ("EventSourceArn", "FunctionName")
        )
        mappings = self._backend.list_event_source_mappings(*given)
        return json.dumps({"EventSourceMappings": [mapping.describe() for mapping in mappings]})

    def update_event_source_mapping(self) -> Answer:
        """UpdateEventSourceMapping."""
        uuid = self._mapping_uuid()
        return _mapping(self._backend.update_event_source_mapping(uuid, self.json_body), 202)

    def delete_event_source_mapping(self) -> Answer:
        """DeleteEventSourceMapping."""
        return _mapping(self._backend.delete_event_source_mapping(self._mapping_uuid()), 202)

    def _mapping_uuid(self) -> str:
        # `…/event-source-mappings/<uuid>`
        return unquote(self.path.rstrip("/").rsplit("/", 1)[-1])

    @property
    def _backend(self) -> LambdaBackend:
        backend: LambdaBackend = self.backend
        return backend

    def invoke_async(self) -> Answer:
        """InvokeAsync, which AWS replaced by Invoke."""
        raise unsupported("operation", "InvokeAsync", ["Invoke"], "InvalidRequestContentException")

    @staticmethod
    def _enrich_response(headers: dict[str, Any], body: Any) -> tuple[dict[str, Any], Any]:
        own = headers.pop(OWN_REQUEST_ID, None)
        headers, body = MotoResponse._enrich_response(headers, body)
        if own is not None:
            headers["x-amzn-requestid"] = own
        return headers, body

    def _function(self) -> LambdaFunction:
        # `…/functions/<name or ARN, quoted>/invocations`
        name = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
        if not name.startswith("arn:"):
            # `<account>:function:<name>`, which moto does not know; the account serves it already.
            name = name.rpartition("function:")[2]
        qualifier = self._get_param("Qualifier") or None
        function: LambdaFunction = self.backend.get_function(name, qualifier)
        return function

    def _event(self, limit: int) -> str:
        try:
            event = self.body.decode() if isinstance(self.body, bytes) else str(self.body or "")
        except UnicodeDecodeError as error:
            raise _no_json(error) from None
        event = event or "{}"
        if len(event.encode()) > limit:
            raise AwsError(
                "RequestTooLargeException",
                f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
                413,
            )
        try:
            json.loads(event)
        except ValueError as error:
            raise _no_json(error) from None
        return event

    def _client_context(self) -> dict[str, Any] | None:
        sent = self.headers.get("X-Amz-Client-Context")
        try:
            return None if not sent else dict(json.loads(base64.b64decode(sent)))
        except (ValueError, TypeError) as error:
            raise AwsError(
                "InvalidRequestContentException", f"Client context must be a valid JSON: {error}"
            ) from None
