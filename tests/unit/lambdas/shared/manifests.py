"""Manifests as JSON, right and wrong, for the parser and for the published schema alike."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tests.unit.lambdas.job_events import GROUP, REGISTRY, stage_settings

INSTANCES = {"instanceType": "ml.m5.large", "initialInstanceCount": 2}
SERVERLESS = {"memorySizeMb": 2048, "maxConcurrency": 20}
ALL_AT_ONCE = {"type": "ALL_AT_ONCE", "waitSeconds": 0, "finalBakeSeconds": 0}
CANARY = {
    "type": "CANARY",
    "stepPercent": 10,
    "waitSeconds": 300,
    "finalBakeSeconds": 300,
    "alarmNames": ["abalone-prod-AllTraffic-Invocation5XXErrors"],
    "latencyRatio": 1.5,
}
AUTO_SCALING = {
    "minCapacity": 1,
    "maxCapacity": 4,
    "invocationsPerInstance": 1000.5,
    "scaleInCooldownSeconds": 300,
    "scaleOutCooldownSeconds": 0,
}
CAPTURE = {"percentage": 100, "destinationS3Uri": "s3://captured/", "kmsKeyId": "arn:key"}
VPC = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
# A stage with every member that one on instances may have.
FULL_STAGE = stage_settings(
    "prod",
    instances=INSTANCES,
    update=CANARY,
    autoScaling=AUTO_SCALING,
    dataCapture=CAPTURE,
    vpc=VPC,
    networkIsolation=True,
    kmsKeyId="arn:key",
    containerEnvironment={"LOG_LEVEL": "debug", "EMPTY": ""},
    startupHealthCheckSeconds=60,
    modelDataDownloadSeconds=3600,
    keepVersions=5,
    tags={"project": "abalone"},
)
SERVERLESS_STAGE = stage_settings("staging", serverless=SERVERLESS)
del SERVERLESS_STAGE["instances"]
LEAST: dict[str, Any] = {
    "schemaVersion": "2",
    "modelPackageGroupName": GROUP,
    "modelPackageArn": f"{REGISTRY}/7",
    "modelPackageVersion": 7,
    "reason": "approved",
    "requestedAt": "2026-11-01T00:00:00Z",
    "prodApproval": {"required": True, "because": "every new version waits for a person"},
    "stages": {"staging": SERVERLESS_STAGE, "prod": FULL_STAGE},
}
ABSENT = object()


def changed(path: str, value: Any, base: Mapping[str, Any] = LEAST) -> dict[str, Any]:
    """The manifest with another value at a path, `stages.prod.vpc`; ABSENT takes the member away."""
    made = copy.deepcopy(dict(base))
    *parents, name = path.split(".")
    place = made
    for parent in parents:
        place = place[parent]
    if value is ABSENT:
        del place[name]
    else:
        place[name] = value
    return made


VALID: list[tuple[str, Any]] = [
    ("note", "7 is slow"),
    ("note", None),
    ("requestedBy", "arn:aws:iam::123456789012:user/ann"),
    ("approvedAt", "2026-11-01T00:00:00Z"),
    ("approvedBy", None),
    ("previousModelPackageArn", f"{REGISTRY}/6"),
    ("modelPackageVersion", 1),
    ("reason", "settings-changed"),
    ("reason", "rolled-back"),
    ("prodApproval.required", False),
    ("stages", {"only": SERVERLESS_STAGE}),
    ("stages.prod.endpointName", "e" * 63),
    ("stages.prod.serverless", None),
    ("stages.prod.autoScaling", None),
    ("stages.prod.autoScaling.invocationsPerInstance", 1),
    ("stages.prod.dataCapture", ABSENT),
    ("stages.prod.dataCapture.kmsKeyId", None),
    ("stages.prod.dataCapture.percentage", 0),
    ("stages.prod.vpc", None),
    ("stages.prod.networkIsolation", False),
    ("stages.prod.networkIsolation", None),
    ("stages.prod.kmsKeyId", None),
    ("stages.prod.containerEnvironment", {}),
    ("stages.prod.containerEnvironment", None),
    ("stages.prod.startupHealthCheckSeconds", None),
    ("stages.prod.startupHealthCheckSeconds", 3600),
    ("stages.prod.keepVersions", 100),
    ("stages.prod.tags", ABSENT),
    ("stages.prod.instances.initialInstanceCount", 1000),
    ("stages.prod.update", ALL_AT_ONCE),
    ("stages.prod.update", {**ALL_AT_ONCE, "stepPercent": None, "finalBakeSeconds": 3600}),
    ("stages.prod.update.stepPercent", 1),
    ("stages.prod.update.stepPercent", 50),
    ("stages.prod.update", {**CANARY, "type": "LINEAR"}),
    ("stages.prod.update.alarmNames", None),
    ("stages.prod.update.alarmNames", []),
    ("stages.prod.update.alarmNames", ["a"] * 9),
    ("stages.prod.update.latencyRatio", None),
    ("stages.prod.update.latencyRatio", 100),
    ("stages.staging.serverless.provisionedConcurrency", 20),
    ("stages.staging.serverless.provisionedConcurrency", None),
    ("stages.staging.networkIsolation", False),
    ("stages.staging.instances", None),
    ("stages.staging.update.waitSeconds", 5),
]
# Path, value, and what the parser's sentence says of it.
INVALID: list[tuple[str, Any, str]] = [
    ("schemaVersion", "1", "has schemaVersion '1'; this version reads '2'"),
    ("schemaVersion", 2, "has schemaVersion 2; this version reads '2'"),
    ("schemaVersion", ABSENT, "has schemaVersion None"),
    ("stage", {}, "has an unknown member 'stage'; known: approvedAt, "),
    ("modelPackageGroupName", "", "'modelPackageGroupName' must not be empty"),
    ("modelPackageArn", None, r"lacks 'modelPackageArn' \(a string\)"),
    ("modelPackageArn", 7, "'modelPackageArn' must be a string, not 7"),
    ("modelPackageVersion", True, "'modelPackageVersion' must be a whole number, not True"),
    ("modelPackageVersion", 0, "'modelPackageVersion' must be 1 or more, not 0"),
    ("modelPackageVersion", 1.5, "'modelPackageVersion' must be a whole number, not 1.5"),
    ("reason", "whim", "'reason' must be one of 'approved', .*, not 'whim'"),
    ("requestedAt", ABSENT, "lacks 'requestedAt'"),
    ("requestedBy", 7, "'requestedBy' must be a string, not 7"),
    ("note", "", "'note' must not be empty"),
    ("prodApproval", ABSENT, r"lacks 'prodApproval' \(an object\)"),
    ("prodApproval.required", "yes", "prodApproval: 'required' must be true or false, not 'yes'"),
    ("prodApproval.because", ABSENT, "prodApproval lacks 'because'"),
    ("prodApproval.by", "ann", "prodApproval has an unknown member 'by'; known: because, required"),
    ("stages", {}, "'stages' must have an object for each stage"),
    ("stages", [], "'stages' must be an object"),
    ("stages.prod", "prod", "'stages' must have an object for each stage"),
    ("stages.prod", None, "'stages' must have an object for each stage"),
    ("stages.prod.instance", {}, r"stages\.prod has an unknown member 'instance'; known: "),
    ("stages.prod.endpointName", "e" * 64, "'endpointName' has more than 63 characters"),
    ("stages.prod.target", ABSENT, r"stages\.prod lacks 'target'"),
    ("stages.prod.target.roleArn", "", r"target: 'roleArn' must not be empty"),
    ("stages.prod.target.role", "r", "target has an unknown member 'role'"),
    ("stages.prod.executionRoleArn", None, "lacks 'executionRoleArn'"),
    ("stages.prod.keepVersions", 0, "'keepVersions' must be 1 to 100, not 0"),
    ("stages.prod.keepVersions", ABSENT, "lacks 'keepVersions'"),
    ("stages.prod.startupHealthCheckSeconds", 59, "must be 60 to 3600, not 59"),
    ("stages.prod.modelDataDownloadSeconds", 3601, "must be 60 to 3600, not 3601"),
    ("stages.prod.instances", None, "must have either 'instances' or 'serverless'"),
    ("stages.prod.serverless", SERVERLESS, "must have either 'instances' or 'serverless'"),
    ("stages.prod.instances.instanceType", ABSENT, "instances lacks 'instanceType'"),
    ("stages.prod.instances.initialInstanceCount", 0, "must be 1 to 1000, not 0"),
    ("stages.prod.instances.count", 1, "instances has an unknown member 'count'"),
    ("stages.staging.serverless.memorySizeMb", 1000, "'memorySizeMb' must be one of 1024, "),
    ("stages.staging.serverless.maxConcurrency", 201, "must be 1 to 200, not 201"),
    ("stages.staging.serverless.provisionedConcurrency", 0, "must be 1 to 20, not 0"),
    ("stages.staging.autoScaling", AUTO_SCALING, "'serverless' cannot have 'autoScaling'"),
    ("stages.staging.dataCapture", CAPTURE, "'serverless' cannot have 'dataCapture'"),
    ("stages.staging.vpc", VPC, "'serverless' cannot have 'vpc'"),
    ("stages.staging.networkIsolation", True, "'serverless' cannot have 'networkIsolation'"),
    ("stages.staging.kmsKeyId", "arn:key", "'serverless' cannot have 'kmsKeyId'"),
    ("stages.staging.update", CANARY, "'serverless' is updated all at once"),
    ("stages.staging.update.finalBakeSeconds", 1, "'serverless' is updated all at once"),
    ("stages.prod.update", None, "lacks 'update'"),
    ("stages.prod.update.type", "ROLLING", "'type' must be one of 'ALL_AT_ONCE', "),
    ("stages.prod.update.type", "ALL_AT_ONCE", "'stepPercent' is for CANARY and LINEAR"),
    ("stages.prod.update.stepPercent", ABSENT, "update lacks 'stepPercent'"),
    ("stages.prod.update.stepPercent", None, "update lacks 'stepPercent'"),
    ("stages.prod.update.stepPercent", 51, "'stepPercent' must be 1 to 50, not 51"),
    ("stages.prod.update", {**CANARY, "type": "LINEAR", "stepPercent": 9}, "must be 10 to 50"),
    ("stages.prod.update.waitSeconds", 3601, "'waitSeconds' must be 0 to 3600"),
    ("stages.prod.update.finalBakeSeconds", -1, "'finalBakeSeconds' must be 0 to 3600"),
    ("stages.prod.update.alarmNames", ["a"] * 10, "'alarmNames' must be at most 9 names"),
    ("stages.prod.update.alarmNames", [""], "'alarmNames' must be at most 9 names"),
    ("stages.prod.update.alarmNames", "a", "'alarmNames' must be a list, not 'a'"),
    ("stages.prod.update.latencyRatio", 0.5, "'latencyRatio' must be 1 to 100, not 0.5"),
    ("stages.prod.update.latencyRatio", True, "'latencyRatio' must be a number, not True"),
    ("stages.prod.autoScaling.minCapacity", 0, "'minCapacity' must be 1 to 1000, not 0"),
    ("stages.prod.autoScaling.maxCapacity", 1001, "'maxCapacity' must be 1 to 1000"),
    ("stages.prod.autoScaling.invocationsPerInstance", 0, "must be 0.001 to 1e.09, not 0"),
    ("stages.prod.autoScaling.scaleInCooldownSeconds", ABSENT, "lacks 'scaleInCooldownSeconds'"),
    ("stages.prod.autoScaling.scaleOutCooldownSeconds", 86_401, "must be 0 to 86400"),
    ("stages.prod.dataCapture.percentage", 101, "'percentage' must be 0 to 100, not 101"),
    ("stages.prod.dataCapture.destinationS3Uri", "", "'destinationS3Uri' must not be empty"),
    ("stages.prod.vpc.subnetIds", [], "'subnetIds' must be a list of at least one id"),
    ("stages.prod.vpc.securityGroupIds", ABSENT, "vpc lacks 'securityGroupIds'"),
    ("stages.prod.containerEnvironment", {"A": 1}, "'A' must be a string, not 1"),
    ("stages.prod.containerEnvironment", [], "'containerEnvironment' must be an object"),
    ("stages.prod.tags", {"a": None}, "'a' must be a string, not None"),
]
# What the parser refuses, and a schema of this kind cannot say.
BEYOND_THE_SCHEMA: list[tuple[str, Any, str]] = [
    ("stages.staging.serverless.provisionedConcurrency", 21, "must be 1 to 20, not 21"),
    ("stages.prod.autoScaling.minCapacity", 5, "'maxCapacity' must be 5 to 1000, not 4"),
    # JSON Schema takes 1.0 for an integer.
    ("modelPackageVersion", 7.0, "'modelPackageVersion' must be a whole number, not 7.0"),
]
