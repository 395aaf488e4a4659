"""The Lambda backend: moto's, with functions that run."""

from __future__ import annotations

import base64
import copy
from typing import Any

from moto.awslambda.models import LambdaBackend as MotoBackend
from moto.s3.models import s3_backends

from localcloud.cloud import current
from localcloud.errors import AwsError, unsupported
from localcloud.iam.authorization import gate
from localcloud.lambda_runtime import (
    event_source_poller,
    event_source_request,
    function_network,
    function_request,
)
from localcloud.lambda_runtime.event_sources import EventSourceMapping, already_there, not_there
from localcloud.lambda_runtime.executor import executor
from localcloud.lambda_runtime.function import LambdaFunction

CODE_MEMBERS = frozenset({"S3Bucket", "S3Key", "S3ObjectVersion", "ZipFile"})


class LambdaBackend(MotoBackend):
    """State of Lambda in one account and region."""

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        """CreateFunction; raises InvalidParameterValueException for what cannot run here."""
        function_request.check(spec, creating=True)
        spec = function_network.checked(spec, spec["Role"], self.account_id, self.region_name)
        code = self._code(spec.get("Code") or {})
        made = LambdaFunction(self.account_id, {**spec, "Code": code}, self.region_name, "$LATEST")
        self._lambdas.put_function(made)
        executor().warm_up()
        if spec.get("Publish"):
            version = self.publish_version(spec["FunctionName"])
            made = copy.deepcopy(made)
            made.version = version.version
        return made

    def update_function_code(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """UpdateFunctionCode."""
        function = self.get_function(function_name, qualifier)
        code = self._code({name: body[name] for name in CODE_MEMBERS if name in body})
        more: dict[str, Any] = {
            name: body[name] for name in ("Architectures", "DryRun") if name in body
        }
        answer: dict[str, Any] = function.update_function_code(code | more)
        if body.get("Publish"):
            published = self.publish_version(function_name)
            answer = published.get_configuration()
        executor().forget(function.function_arn)
        return answer

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """UpdateFunctionConfiguration."""
        function_request.check(body, creating=False)
        function = self.get_function(function_name, qualifier)
        role = body.get("Role") or function.role
        body = function_network.checked(body, role, self.account_id, self.region_name)
        answer: dict[str, Any] = function.update_configuration(body)
        executor().forget(function.function_arn)
        return answer

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        """DeleteFunction; its processes end."""
        arn = self.get_function(function_name, qualifier).function_arn
        super().delete_function(function_name, qualifier)
        executor().forget(arn)

    def create_alias(
        self,
        name: str,
        function_name: str,
        function_version: str,
        description: str,
        routing_config: Any,
    ) -> Any:
        """CreateAlias, to one version."""
        _refuse_routing(routing_config)
        return super().create_alias(name, function_name, function_version, description, None)

    def update_alias(
        self,
        name: str,
        function_name: str,
        function_version: str,
        description: str,
        routing_config: Any,
    ) -> Any:
        """UpdateAlias; what is not given stays."""
        _refuse_routing(routing_config)
        version = function_version or self.get_alias(name, function_name).function_version
        return super().update_alias(name, function_name, version, description, None)

    def put_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """PutFunctionEventInvokeConfig; the last is the one (moto keeps to the first)."""
        answer: dict[str, Any] = super().put_function_event_invoke_config(function_name, config)
        configurations = self.get_function(function_name).event_invoke_config
        del configurations[:-1]
        return answer

    def update_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """UpdateFunctionEventInvokeConfig; what is not given stays."""
        self.get_function_event_invoke_config(function_name)
        known = self.invoke_config(self.get_function(function_name))
        return self.put_function_event_invoke_config(function_name, known | config)

    def invoke_config(self, function: LambdaFunction) -> dict[str, Any]:
        """The function's configuration for asynchronous invocation; empty when it has none."""
        known = function.event_invoke_config
        return dict(known[0].config) if known else {}

    @property
    def event_sources(self) -> dict[str, EventSourceMapping]:
        """The event source mappings by their UUID."""
        # Beside moto's own, whose queues would call functions themselves.
        known: dict[str, EventSourceMapping] = self.__dict__.setdefault("_event_sources", {})
        return known

    def create_event_source_mapping(self, spec: dict[str, Any]) -> EventSourceMapping:
        """CreateEventSourceMapping; its queue is read from now on."""
        event_source_request.check(spec, creating=True)
        function: LambdaFunction = self.get_function(spec["FunctionName"])
        mapping = EventSourceMapping(spec, function)
        for known in self.event_sources.values():
            if (known.queue_arn, known.function_arn) == (mapping.queue_arn, mapping.function_arn):
                raise already_there(known)
        self.event_sources[mapping.uuid] = mapping
        self._start(mapping)
        return mapping

    def get_event_source_mapping(self, uuid: str) -> EventSourceMapping:
        """GetEventSourceMapping."""
        if uuid not in self.event_sources:
            raise not_there()
        return self.event_sources[uuid]

    def list_event_source_mappings(
        self, event_source_arn: str | None, function_name: str | None
    ) -> list[EventSourceMapping]:
        """ListEventSourceMappings, of a queue or a function if one is given."""
        return [
            mapping
            for mapping in self.event_sources.values()
            if event_source_arn in (None, mapping.queue_arn)
            and function_name in (None, mapping.function_name, mapping.function_arn)
        ]

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> EventSourceMapping:
        """UpdateEventSourceMapping; what is not given stays."""
        mapping = self.get_event_source_mapping(uuid)
        event_source_request.check(spec, creating=False)
        mapping.change(spec, self.get_function(spec.get("FunctionName") or mapping.function_arn))
        self._start(mapping)
        return mapping

    def delete_event_source_mapping(self, uuid: str) -> EventSourceMapping:
        """DeleteEventSourceMapping; what its function has been given is still worked on."""
        mapping = self.get_event_source_mapping(uuid)
        del self.event_sources[uuid]
        mapping.state = "Deleting"
        current().changes.announce()
        return mapping

    def _start(self, mapping: EventSourceMapping) -> None:
        event_source_poller.start(mapping, lambda: self.get_function(mapping.function_arn))

    def _code(self, code: dict[str, Any]) -> dict[str, Any]:
        """The code as moto takes it; a version of an object, which moto ignores, is read here."""
        for name in code:
            if name not in CODE_MEMBERS:
                raise AwsError(
                    function_request.INVALID,
                    f"unsupported by the local cloud: code member {name!r}; supported: "
                    f"{', '.join(sorted(CODE_MEMBERS))}",
                )
        if "ZipFile" in code or "S3Key" not in code:
            if "ZipFile" not in code:
                raise AwsError(
                    function_request.INVALID, "Please provide a source for function code."
                )
            return {"ZipFile": code["ZipFile"]}
        stored = self._object(code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion"))
        if code.get("S3ObjectVersion"):
            return {"ZipFile": base64.b64encode(stored).decode()}
        return {"S3Bucket": code["S3Bucket"], "S3Key": code["S3Key"]}

    def _object(self, bucket: str, key: str, version: str | None) -> bytes:
        # "you need permission to get the object" (CreateFunction's page); S3 checks it.
        action = "s3:GetObjectVersion" if version else "s3:GetObject"
        gate.require_of_present_caller(action, f"arn:{self.partition}:s3:::{bucket}/{key}")
        backend = s3_backends[self.account_id][self.partition]
        failed = "Error occurred while GetObject. S3 Error Code: "
        if bucket not in backend.buckets:
            raise AwsError(
                function_request.INVALID,
                f"{failed}NoSuchBucket. S3 Error Message: The specified bucket does not exist",
            )
        stored = backend.get_object(bucket, key, version_id=version)
        if stored is None:
            raise AwsError(
                function_request.INVALID,
                f"{failed}NoSuchKey. S3 Error Message: The specified key does not exist.",
            )
        return bytes(stored.value)


def _refuse_routing(routing_config: Any) -> None:
    if (routing_config or {}).get("AdditionalVersionWeights"):
        raise unsupported(
            "alias member",
            "RoutingConfig",
            ["Description", "FunctionVersion", "Name"],
            function_request.INVALID,
        )
