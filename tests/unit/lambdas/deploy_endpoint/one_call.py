"""One call of the handler: AWS's responses in the stage's account, queued one after the other, and the
answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.stub import Stubber

from tests.unit.lambdas.conftest import Answers
from tests.unit.lambdas.deploy_endpoint.scenes import (
    ACCOUNT,
    ALARMS,
    ARN,
    ASSET,
    ENDPOINT,
    MODIFIED,
    SAGEMAKER,
    TAGS,
    alarm,
    config,
    endpoint,
    resources,
    staging,
)
from tests.unit.lambdas.job_events import (
    REGISTRY,
    STORE,
    described_package,
    job_event,
    stage_settings,
)

lambda_handler = ASSET.module("lambda_function").lambda_handler
CURRENT_KEY = "manifest.zip"
EXECUTION = "12345678-abcd"
PARAMETERS = {"stage": "staging", "endpointName": ENDPOINT, "executionId": EXECUTION}
SESSION_TOKEN = "ASSUMEDSESSIONTOKEN"
NEW, OLD = resources().config_name, "abalone-staging-v6-aaaaaaaa"
LIVE = endpoint("InService", OLD)


def asked(requested: str, **members: Any) -> dict[str, Any]:
    """A token of a call that asked for something three minutes ago."""
    now = time.time()
    token = {"started_at": now - 200, "requested": requested, "requested_at": now - 180, **members}
    return token if requested == "delete" else {"config_name": NEW, **token}


UPDATING = asked("update", replaced_config_name=OLD, guardrail="all at once")


class Deployment:
    """One call of the handler, with responses queued before it. `own` is the function's registry."""

    def __init__(
        self, own: Stubber, sts: Stubber, stage: dict[str, Stubber], answers: Answers, s3: Any
    ) -> None:
        self.own, self.sts, self.stage = own, sts, stage
        self.answers, self.s3 = answers, s3
        self.wanted = resources()

    def has(self, put_manifest: Callable[..., None], **changes: Any) -> Deployment:
        """The manifest, the action's and the current one, and what the version then needs. Members of
        the stage's settings may be changed, and `reason`."""
        reason = changes.pop("reason", "approved")
        stages = {"staging": staging(**changes), "prod": stage_settings("prod")}
        put_manifest(ASSET, f"{REGISTRY}/7", stages=stages, reason=reason)
        source = {"Bucket": STORE, "Key": "abalone-model-deploy/Manifest/TdOSFRV"}
        self.s3.copy_object(Bucket=STORE, Key=CURRENT_KEY, CopySource=source)
        self.wanted = resources(**changes)
        return self

    def describes(self, **package: Any) -> Deployment:
        expected = {"ModelPackageName": f"{REGISTRY}/7"}
        self.own.add_response("describe_model_package", described_package(**package), expected)
        return self

    def assumes(self) -> Deployment:
        """The stage's role is assumed, as the manifest says."""
        credentials = {
            "AccessKeyId": "ASSUMEDACCESSKEYID",
            "SecretAccessKey": "secret",
            "SessionToken": SESSION_TOKEN,
            "Expiration": MODIFIED,
        }
        expected = {
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/abalone-staging-deployment",
            "RoleSessionName": f"deploy-staging-{EXECUTION}",
            "ExternalId": "slipway-abalone",
            "DurationSeconds": 900,
        }
        self.sts.add_response("assume_role", {"Credentials": credentials}, expected)
        return self

    def looks(self, state: dict[str, Any] | None, **package: Any) -> Deployment:
        """The version is described, and then the endpoint."""
        self.describes(**package).assumes()
        if state is None:
            return self.refuses("describe_endpoint", f'Could not find endpoint "{ARN}".')
        return self.gives("describe_endpoint", state, EndpointName=ENDPOINT)

    def gives(
        self, operation: str, response: Any = None, service: str = "sagemaker", **expected: Any
    ) -> Deployment:
        self.stage[service].add_response(operation, response or {}, expected or None)
        return self

    def refuses(
        self,
        operation: str,
        text: str,
        code: str = "ValidationException",
        service: str = "sagemaker",
    ) -> Deployment:
        self.stage[service].add_client_error(operation, code, text)
        return self

    def makes_resources(self) -> Deployment:
        name = self.wanted.model["ModelName"]
        self.gives(
            "create_model",
            {"ModelArn": f"{SAGEMAKER}:model/{name}"},
            **self.wanted.model,
            Tags=TAGS,
        )
        arn = {"EndpointConfigArn": f"{SAGEMAKER}:endpoint-config/{self.wanted.config_name}"}
        return self.gives("create_endpoint_config", arn, **self.wanted.config, Tags=TAGS)

    def live_config(self, count: int = 1, **changes: Any) -> Deployment:
        return self.gives(
            "describe_endpoint_config", config(OLD, count, **changes), EndpointConfigName=OLD
        )

    def sees_alarms(self, *found: dict[str, Any], names: list[str] | None = None) -> Deployment:
        """The alarms that are asked for by name; by default those of the stage and the update's own."""
        own = f"{self.wanted.config_name}-latency-vs-live"
        return self.gives(
            "describe_alarms",
            {"MetricAlarms": list(found)},
            "cloudwatch",
            AlarmNames=[*ALARMS, own] if names is None else names,
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )

    def has_alarms(self) -> Deployment:
        return self.sees_alarms(*(alarm(name) for name in ALARMS))

    def without_alarms(self) -> Deployment:
        """The stage has none: only the update's own is asked for."""
        return self.sees_alarms(names=[f"{self.wanted.config_name}-latency-vs-live"])

    def scaled(
        self, *targets: dict[str, Any], policies: Any = (), variants: Any = None
    ) -> Deployment:
        """What is registered for scaling; `policies` are those of each target."""
        names = variants or ["AllTraffic"]
        self.gives(
            "describe_scalable_targets",
            {"ScalableTargets": list(targets)},
            "application-autoscaling",
            ServiceNamespace="sagemaker",
            ResourceIds=[f"endpoint/{ENDPOINT}/variant/{name}" for name in names],
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        )
        for target in targets:
            self.gives(
                "describe_scaling_policies",
                {"ScalingPolicies": list(policies)},
                "application-autoscaling",
                ServiceNamespace="sagemaker",
                ResourceId=target["ResourceId"],
                ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            )
        return self

    def prunes(self, configs: Any = (), models: Any = (), alarms: Any = ()) -> Deployment:
        """What there is of this endpoint's: names and days of November on which they were made."""

        def summaries(kind: str, path: str, given: Any) -> list[dict[str, Any]]:
            return [
                {
                    f"{kind}Name": name,
                    f"{kind}Arn": f"{SAGEMAKER}:{path}/{name}",
                    "CreationTime": datetime(2026, 11, day, tzinfo=UTC),
                }
                for name, day in given
            ]

        listed = {"NameContains": f"{ENDPOINT}-v", "MaxResults": 100}
        found = summaries("EndpointConfig", "endpoint-config", configs)
        self.gives("list_endpoint_configs", {"EndpointConfigs": found}, **listed)
        found = summaries("Model", "model", models)
        self.gives("list_models", {"Models": found}, **listed)
        return self.gives(
            "describe_alarms",
            {"MetricAlarms": [alarm(name) for name in alarms]},
            "cloudwatch",
            AlarmNamePrefix=f"{ENDPOINT}-v",
            AlarmTypes=["MetricAlarm"],
            MaxRecords=100,
        )

    def runs(self, continuation: dict[str, Any] | None = None, **parameters: Any) -> Answers:
        given = {**PARAMETERS, **parameters}
        self.answers.calls.clear()
        event = job_event(given, continuation=continuation, artifacts=("Manifest",))
        # Some of the asset's modules are imported by the first call that needs them.
        with ASSET._in_place():
            lambda_handler(event, None)
        return self.answers

    def records(self) -> dict[str, dict[str, Any]]:
        """The stage's history: content by what follows the time in the key."""
        listed = self.s3.list_objects_v2(Bucket=STORE, Prefix="history/staging/")
        keys = [each["Key"] for each in listed.get("Contents", [])]
        return {
            key.partition("Z-")[2].removesuffix(".json"): json.loads(
                self.s3.get_object(Bucket=STORE, Key=key)["Body"].read()
            )
            for key in keys
        }
