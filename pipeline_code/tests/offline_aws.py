"""A boto3 session that answers the few calls of a build itself and refuses all others."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import boto3
import botocore.loaders
import botocore.session
import pytest
from sagemaker.core.workflow.pipeline_context import PipelineSession

ACCOUNT = "123456789012"
# Reading the models of AWS's APIs is most of what a session costs: all share one reader.
API_MODELS = botocore.loaders.create_loader()


class OfflineAws:
    """Records the calls that building and upserting a pipeline makes, and answers them."""

    def __init__(self, region: str, bucket: str | None) -> None:
        self.region = region
        self.bucket = bucket
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.pipelines: dict[str, str] = {}
        self.refuse: dict[str, tuple[str, str]] = {}
        self.denied_to_role: set[str] = set()
        core = botocore.session.get_session()
        core.register_component("data_loader", API_MODELS)
        self.boto_session = boto3.Session(
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            region_name=region,
            botocore_session=core,
        )
        self.partition = self.boto_session.get_partition_for_region(region)
        # A handler of this event that returns something answers instead of the network.
        self.boto_session.events.register("provide-client-params", self._record)
        self.boto_session.events.register("before-call", self._answer)

    def pipeline_session(self) -> PipelineSession:
        """The SDK's session on this AWS."""
        return PipelineSession(boto_session=self.boto_session, default_bucket=self.bucket)

    def called(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of the operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def _record(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, dict(params)))

    def _answer(self, model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        if model.name in self.refuse:
            return _error(*self.refuse[model.name])
        return getattr(self, f"_{model.name}", self._unknown)(self.called(model.name)[-1])

    def _unknown(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        raise AssertionError(f"a build does not make this call: {self.calls[-1]}")

    def _ListBuckets(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        buckets = [self.bucket] if self.bucket else []
        return _ok({"Buckets": [{"Name": name, "CreationDate": "2026-01-01"} for name in buckets]})

    def _HeadBucket(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return _ok({})

    def _SimulatePrincipalPolicy(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        decisions = {True: "implicitDeny", False: "allowed"}
        results = [
            {"EvalActionName": action, "EvalDecision": decisions[action in self.denied_to_role]}
            for action in parameters["ActionNames"]
        ]
        return _ok({"EvaluationResults": results, "IsTruncated": False})

    def _GetRole(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        trust = quote(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        arn = f"arn:{self.partition}:iam::{ACCOUNT}:role/{parameters['RoleName']}"
        return _ok({"Role": {"Arn": arn, "AssumeRolePolicyDocument": trust}})

    def _PutObject(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return _ok({})

    def _GetCallerIdentity(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        arn = f"arn:{self.partition}:sts::{ACCOUNT}:assumed-role/Build/b"
        return _ok({"Account": ACCOUNT, "Arn": arn})

    def _CreatePipeline(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        name = parameters["PipelineName"]
        if name in self.pipelines:
            return _error(
                "ValidationException",
                "Pipeline names must be unique within an AWS account and region. Pipeline with "
                f"name ({name}) already exists.",
            )
        return self._UpdatePipeline(parameters)

    def _UpdatePipeline(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        name = parameters["PipelineName"]
        self.pipelines[name] = parameters["PipelineDefinition"]
        arn = f"arn:{self.partition}:sagemaker:{self.region}:{ACCOUNT}:pipeline/{name}"
        return _ok({"PipelineArn": arn})

    def _ListTags(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return _ok({"Tags": []})

    def _AddTags(self, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return _ok({"Tags": parameters["Tags"]})


def share_local_client(patch: pytest.MonkeyPatch) -> None:
    """The SDK makes a local session for every step, only to ask it for a function's name; that takes
    longer than the rest of the step. All steps of the tests share one."""
    from sagemaker.mlops.workflow import steps

    client = steps.LocalSagemakerClient()
    patch.setattr(steps, "LocalSagemakerClient", lambda: client)


def write_wheels(directory: Path) -> Path:
    """Files with the names of the wheels that travel with the open check engine."""
    from pipelines.checks.wheels import PYTHONS

    for python in PYTHONS:
        (directory / f"datasketches-5.2.0-cp{python}-cp{python}-manylinux.whl").write_text(python)
    return directory


def _ok(parsed: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return SimpleNamespace(status_code=200), parsed


def _error(code: str, message: str) -> tuple[Any, dict[str, Any]]:
    parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
    return SimpleNamespace(status_code=400), parsed
