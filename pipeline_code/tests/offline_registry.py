"""A model registry, pipeline executions and objects, behind real boto3 clients without a network.

What a command asks for is checked by botocore before it is answered here.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
from offline_aws import ACCOUNT, API_MODELS
from pipelines.versions.aws import Aws

REGION = "us-east-1"
GROUP = "AbalonePackageGroup"
PREFIX = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
BUCKET = "example-bucket"
APPROVER = f"arn:aws:sts::{ACCOUNT}:assumed-role/Approver/alice"


def uri(key: str) -> str:
    return f"s3://{BUCKET}/{key}"


class OfflineRegistry:
    """Answers what the commands of a version ask; records every call."""

    def __init__(self) -> None:
        self.packages: dict[int, dict[str, Any]] = {}
        self.executions: dict[str, dict[str, Any]] = {}
        self.steps: dict[str, list[dict[str, Any]]] = {}
        self.parameters: dict[str, list[dict[str, str]]] = {}
        self.definition: dict[str, Any] = {"Parameters": []}
        self.training_jobs: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, bytes] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refuse: dict[str, tuple[str, str]] = {}
        core = botocore.session.get_session()
        core.register_component("data_loader", API_MODELS)
        session = boto3.Session("testing", "testing", region_name=REGION, botocore_session=core)
        session.events.register("provide-client-params", self._record)
        session.events.register("before-call", self._answer)
        self.aws = Aws(*(session.client(name) for name in ("sagemaker", "s3", "sts")))

    def put(self, key: str, content: Any) -> str:
        """An object with JSON in it; its URI."""
        self.objects[key] = json.dumps(content).encode()
        return uri(key)

    def json(self, key: str) -> Any:
        return json.loads(self.objects[key])

    def called(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]

    def add(self, number: int, **members: Any) -> dict[str, Any]:
        """A version."""
        self.packages[number] = {
            "ModelPackageGroupName": GROUP,
            "ModelPackageVersion": number,
            "ModelPackageArn": f"{PREFIX}:model-package/{GROUP.lower()}/{number}",
            "CreationTime": datetime(2026, 11, number, 8, 30, tzinfo=UTC),
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "PendingManualApproval",
            **members,
        }
        return self.packages[number]

    def _record(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, dict(params)))

    def _answer(self, model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        if model.name in self.refuse:
            return _error(*self.refuse[model.name])
        parameters = self.called(model.name)[-1]
        parsed: dict[str, Any] | tuple[str, str] = getattr(self, f"_{model.name}")(**parameters)
        if isinstance(parsed, tuple):
            return _error(*parsed)
        return SimpleNamespace(status_code=200), parsed

    def _ListModelPackages(
        self, ModelPackageGroupName: str, SortBy: str, SortOrder: str, NextToken: str = "0"
    ) -> Any:
        if ModelPackageGroupName != GROUP:
            name = f"arn:…:model-package-group/{ModelPackageGroupName}"
            return "ValidationException", f"ModelPackageGroup {name} does not exist."
        numbers = sorted(self.packages, reverse=SortOrder == "Descending")
        start = int(NextToken)
        answer: dict[str, Any] = {
            "ModelPackageSummaryList": [self.packages[each] for each in numbers[start : start + 2]]
        }
        # Two to a page, so that whoever forgets the pages is found out.
        return answer | ({"NextToken": str(start + 2)} if start + 2 < len(numbers) else {})

    def _DescribeModelPackage(self, ModelPackageName: str) -> Any:
        return self.packages[int(ModelPackageName.rpartition("/")[2])]

    def _UpdateModelPackage(
        self, ModelPackageArn: str, CustomerMetadataProperties: dict[str, str]
    ) -> Any:
        package = self.packages[int(ModelPackageArn.rpartition("/")[2])]
        package.setdefault("CustomerMetadataProperties", {}).update(CustomerMetadataProperties)
        return {"ModelPackageArn": ModelPackageArn}

    def _DescribePipelineExecution(self, PipelineExecutionArn: str) -> Any:
        missing = ("ResourceNotFound", f"Pipeline execution {PipelineExecutionArn} does not exist.")
        return self.executions.get(PipelineExecutionArn, missing)

    def _ListPipelineExecutionSteps(self, PipelineExecutionArn: str, NextToken: str = "0") -> Any:
        start, steps = int(NextToken), self.steps[PipelineExecutionArn]
        answer: dict[str, Any] = {"PipelineExecutionSteps": steps[start : start + 2]}
        return answer | ({"NextToken": str(start + 2)} if start + 2 < len(steps) else {})

    def _ListPipelineParametersForExecution(self, PipelineExecutionArn: str) -> Any:
        return {"PipelineParameters": self.parameters[PipelineExecutionArn]}

    def _DescribePipelineDefinitionForExecution(self, PipelineExecutionArn: str) -> Any:
        return {"PipelineDefinition": json.dumps(self.definition)}

    def _DescribePipeline(self, PipelineName: str) -> Any:
        return {"PipelineDescription": "commit 9999999"}

    def _DescribeTrainingJob(self, TrainingJobName: str) -> Any:
        return self.training_jobs[TrainingJobName]

    def _GetObject(self, Bucket: str, Key: str) -> Any:
        assert Bucket == BUCKET
        if Key not in self.objects:
            return "NoSuchKey", "The specified key does not exist."
        text = self.objects[Key]
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}
        return {"Body": io.BytesIO(text), "ETag": _etag(text), **encryption}

    def _PutObject(
        self, Bucket: str, Key: str, Body: bytes, IfMatch: str = "", IfNoneMatch: str = "", **_: Any
    ) -> Any:
        before = self.objects.get(Key)
        differs = IfMatch and (before is None or _etag(before) != IfMatch)
        if differs or (IfNoneMatch and before is not None):
            return "PreconditionFailed", "At least one of the pre-conditions did not hold"
        self.objects[Key] = Body
        return {}

    def _GetCallerIdentity(self) -> Any:
        return {"Account": ACCOUNT, "Arn": APPROVER}


def _etag(text: bytes) -> str:
    return f'"{hashlib.md5(text, usedforsecurity=False).hexdigest()}"'


def _error(code: str, message: str) -> tuple[Any, dict[str, Any]]:
    parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
    return SimpleNamespace(status_code=400), parsed
