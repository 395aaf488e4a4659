"""Reading a stage's settings from JSON, with one sentence for whatever is wrong. Pure.

Limits: CreateEndpointConfig, UpdateEndpoint and RegisterScalableTarget in botocore's models, and
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway_shared.members import Kind, MemberError, check_choice, check_members, check_range
from slipway_shared.stage_settings import (
    ALL_AT_ONCE,
    CANARY,
    LINEAR,
    AutoScaling,
    DataCapture,
    Instances,
    Serverless,
    StageSettings,
    Target,
    Update,
    Vpc,
)

MAX_ENDPOINT_NAME = 63
MAX_ALARMS = 10
MEMORY_SIZES_MB = (1024, 2048, 3072, 4096, 5120, 6144)

Given = Mapping[str, Any]

REQUIRED: dict[str, Kind] = {
    "endpointName": str,
    "target": dict,
    "executionRoleArn": str,
    "update": dict,
    "keepVersions": int,
}
OPTIONAL: dict[str, Kind] = {
    "instances": dict,
    "serverless": dict,
    "autoScaling": dict,
    "dataCapture": dict,
    "vpc": dict,
    "networkIsolation": bool,
    "kmsKeyId": str,
    "containerEnvironment": dict,
    "startupHealthCheckSeconds": int,
    "modelDataDownloadSeconds": int,
    "tags": dict,
}


def parse_stage_settings(where: str, stage: str, given: Given) -> StageSettings:
    """The settings in this JSON object, which the texts call `where`. Raises MemberError, which names
    the member, what it is and what is allowed."""
    check_members(where, given, {**REQUIRED, **OPTIONAL}, REQUIRED)
    name = given["endpointName"]
    if len(name) > MAX_ENDPOINT_NAME:
        raise MemberError(
            f"{where}: 'endpointName' has more than {MAX_ENDPOINT_NAME} characters: {name}"
        )
    check_range(where, "keepVersions", given["keepVersions"], 1, 100)
    for timeout in ("startupHealthCheckSeconds", "modelDataDownloadSeconds"):
        if given.get(timeout) is not None:
            check_range(where, timeout, given[timeout], 60, 3600)
    settings = StageSettings(
        stage=stage,
        endpoint_name=name,
        target=_target(f"{where}.target", given["target"]),
        execution_role_arn=given["executionRoleArn"],
        hosting=_hosting(where, given),
        update=_update(f"{where}.update", given["update"]),
        auto_scaling=_auto_scaling(f"{where}.autoScaling", given.get("autoScaling")),
        data_capture=_data_capture(f"{where}.dataCapture", given.get("dataCapture")),
        vpc=_vpc(f"{where}.vpc", given.get("vpc")),
        network_isolation=bool(given.get("networkIsolation")),
        kms_key_id=given.get("kmsKeyId"),
        container_environment=_texts(f"{where}.containerEnvironment", given),
        startup_health_check_seconds=given.get("startupHealthCheckSeconds"),
        model_data_download_seconds=given.get("modelDataDownloadSeconds"),
        keep_versions=given["keepVersions"],
        tags=_texts(f"{where}.tags", given),
    )
    _require_possible(where, settings)
    return settings


def _require_possible(where: str, settings: StageSettings) -> None:
    """Raises MemberError for members that are right, but not together."""
    if isinstance(settings.hosting, Serverless):
        for name, value in (
            ("autoScaling", settings.auto_scaling),
            ("dataCapture", settings.data_capture),
            ("vpc", settings.vpc),
            ("networkIsolation", settings.network_isolation),
            ("kmsKeyId", settings.kms_key_id),
        ):
            if value:
                raise MemberError(f"{where}: 'serverless' cannot have {name!r}")
        if settings.update.type != ALL_AT_ONCE or settings.update.final_bake_seconds:
            raise MemberError(
                f"{where}: 'serverless' is updated all at once and without a bake:"
                " deployment guardrails are for instances"
            )


def _target(where: str, given: Given) -> Target:
    known: dict[str, Kind] = dict.fromkeys(("accountId", "region", "roleArn", "externalId"), str)
    check_members(where, given, known, known)
    return Target(given["accountId"], given["region"], given["roleArn"], given["externalId"])


def _hosting(where: str, given: Given) -> Instances | Serverless:
    instances, serverless = given.get("instances"), given.get("serverless")
    if (instances is None) == (serverless is None):
        raise MemberError(f"{where} must have either 'instances' or 'serverless'")
    if instances is not None:
        where += ".instances"
        known: dict[str, Kind] = {"instanceType": str, "initialInstanceCount": int}
        check_members(where, instances, known, known)
        check_range(where, "initialInstanceCount", instances["initialInstanceCount"], 1, 1000)
        return Instances(instances["instanceType"], instances["initialInstanceCount"])
    assert serverless is not None
    where += ".serverless"
    required: dict[str, Kind] = {"memorySizeMb": int, "maxConcurrency": int}
    check_members(where, serverless, {**required, "provisionedConcurrency": int}, required)
    memory, concurrency = serverless["memorySizeMb"], serverless["maxConcurrency"]
    if memory not in MEMORY_SIZES_MB:
        sizes = ", ".join(map(str, MEMORY_SIZES_MB))
        raise MemberError(f"{where}: 'memorySizeMb' must be one of {sizes}, not {memory!r}")
    check_range(where, "maxConcurrency", concurrency, 1, 200)
    provisioned = serverless.get("provisionedConcurrency")
    if provisioned is not None:
        check_range(where, "provisionedConcurrency", provisioned, 1, concurrency)
    return Serverless(memory, concurrency, provisioned)


def _update(where: str, given: Given) -> Update:
    required: dict[str, Kind] = {"type": str, "waitSeconds": int, "finalBakeSeconds": int}
    optional: dict[str, Kind] = {
        "stepPercent": int,
        "alarmNames": list,
        "latencyRatio": int | float,
    }
    check_members(where, given, {**required, **optional}, required)
    kind, percent = given["type"], given.get("stepPercent")
    check_choice(where, "type", kind, (ALL_AT_ONCE, CANARY, LINEAR))
    for name in ("waitSeconds", "finalBakeSeconds"):
        check_range(where, name, given[name], 0, 3600)
    if kind == ALL_AT_ONCE:
        if percent is not None:
            raise MemberError(f"{where}: 'stepPercent' is for {CANARY} and {LINEAR}")
    elif percent is None:
        raise MemberError(f"{where} lacks 'stepPercent' (a whole number)")
    else:
        check_range(where, "stepPercent", percent, 1 if kind == CANARY else 10, 50)
    alarms = given.get("alarmNames") or []
    if len(alarms) > MAX_ALARMS - 1 or not all(isinstance(name, str) and name for name in alarms):
        raise MemberError(f"{where}: 'alarmNames' must be at most {MAX_ALARMS - 1} names")
    ratio = given.get("latencyRatio")
    if ratio is not None:
        check_range(where, "latencyRatio", ratio, 1, 100)
    return Update(
        kind, percent, given["waitSeconds"], given["finalBakeSeconds"], tuple(alarms), ratio
    )


def _auto_scaling(where: str, given: Given | None) -> AutoScaling | None:
    if given is None:
        return None
    known: dict[str, Kind] = {
        "minCapacity": int,
        "maxCapacity": int,
        "invocationsPerInstance": int | float,
        "scaleInCooldownSeconds": int,
        "scaleOutCooldownSeconds": int,
    }
    check_members(where, given, known, known)
    check_range(where, "minCapacity", given["minCapacity"], 1, 1000)
    check_range(where, "maxCapacity", given["maxCapacity"], given["minCapacity"], 1000)
    check_range(where, "invocationsPerInstance", given["invocationsPerInstance"], 0.001, 1e9)
    for name in ("scaleInCooldownSeconds", "scaleOutCooldownSeconds"):
        check_range(where, name, given[name], 0, 86_400)
    return AutoScaling(*(given[name] for name in known))


def _data_capture(where: str, given: Given | None) -> DataCapture | None:
    if given is None:
        return None
    required: dict[str, Kind] = {"percentage": int, "destinationS3Uri": str}
    check_members(where, given, {**required, "kmsKeyId": str}, required)
    check_range(where, "percentage", given["percentage"], 0, 100)
    return DataCapture(given["percentage"], given["destinationS3Uri"], given.get("kmsKeyId"))


def _vpc(where: str, given: Given | None) -> Vpc | None:
    if given is None:
        return None
    known: dict[str, Kind] = {"subnetIds": list, "securityGroupIds": list}
    check_members(where, given, known, known)
    for name in known:
        if not given[name] or not all(isinstance(each, str) and each for each in given[name]):
            raise MemberError(f"{where}: {name!r} must be a list of at least one id")
    return Vpc(tuple(given["subnetIds"]), tuple(given["securityGroupIds"]))


def _texts(where: str, given: Given) -> dict[str, str]:
    texts = given.get(where.rpartition(".")[2]) or {}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise MemberError(f"{where}: {name!r} must be a string, not {value!r}")
    return dict(texts)
