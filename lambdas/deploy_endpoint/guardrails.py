"""How an update moves traffic and what brings it back: DeploymentConfig, and where there is none. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html and the pages
beside it. A canary is at most half of a variant's instances, a linear step 10 to 50 % of them; numbers
of instances are sent, because nothing says how SageMaker rounds a percentage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from endpoint_resources import VARIANT_NAME
from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.model_package import ModelPackage
from slipway_shared.stage_settings import (
    ALL_AT_ONCE,
    CANARY,
    LINEAR,
    Instances,
    Serverless,
    StageSettings,
    Update,
)

Described = Mapping[str, Any]

# MaximumExecutionTimeoutInSeconds in botocore's model.
LEAST_SECONDS, MOST_SECONDS = 600, 28_800
# For a new fleet to start; SageMaker gives up on containers that never answer after about half an hour
# (observed).
FLEET_SECONDS = 1800
# A deployment with short waits is given this long all the same: creations have no time limit of their
# own. After an update's limit SageMaker still has to roll back.
LEAST_PATIENCE_SECONDS = 55 * 60


@dataclass(frozen=True)
class Guardrail:
    """What UpdateEndpoint is given, and what a person reads about it."""

    deployment_config: Mapping[str, Any] | None
    words: str


def require_possible_hosting(
    settings: StageSettings, endpoint: Described, live_config: Described | None
) -> None:
    """Raises JobFailure for what SageMaker refuses: to make an endpoint on instances serverless
    (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html)."""
    if isinstance(settings.hosting, Serverless) and not is_serverless(endpoint, live_config):
        raise JobFailure(
            "the endpoint is on instances, and SageMaker cannot make it serverless: keep 'instances'"
            " in the stage's settings, give the stage another endpoint name, or delete the endpoint"
            " first; it was not touched"
        )


def is_serverless(endpoint: Described, live_config: Described | None) -> bool:
    """Whether an endpoint is serverless now."""
    variants = [
        *(endpoint.get("ProductionVariants") or []),
        *((live_config or {}).get("ProductionVariants") or []),
    ]
    return any(
        each.get("CurrentServerlessConfig") or each.get("ServerlessConfig") for each in variants
    )


def why_none(
    settings: StageSettings,
    package: ModelPackage,
    endpoint: Described | None,
    live_config: Described | None,
) -> str | None:
    """Why an update, or with no endpoint a later one, can have no guardrail; None when it can.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    if isinstance(settings.hosting, Serverless):
        return "serverless endpoints have none"
    if endpoint is not None:
        if is_serverless(endpoint, live_config):
            return "from serverless to instances, after which it cannot be serverless again"
        variants = {each["VariantName"] for each in endpoint.get("ProductionVariants") or []}
        if variants and variants != {VARIANT_NAME}:
            names = ", ".join(sorted(variants))
            return f"the live variants are called {names}, the new one {VARIANT_NAME}"
    types = {settings.hosting.instance_type} | instance_types(live_config)
    if any(each.startswith("ml.inf1.") for each in types):
        return "Inf1 instances have none"
    if any(container.get("ProductId") for container in package.containers):
        return "containers of AWS Marketplace have none"
    return None


def instance_types(config: Described | None) -> set[str]:
    """The instance types of a configuration's variants."""
    variants = (config or {}).get("ProductionVariants") or []
    return {each["InstanceType"] for each in variants if each.get("InstanceType")}


def guardrail(settings: StageSettings, capacity: int, alarms: Sequence[str]) -> Guardrail:
    """For a fleet of so many instances. Raises JobFailure when the waits take longer than SageMaker
    lets an update last."""
    update, final = settings.update, settings.update.final_bake_seconds
    size = step_size(update, capacity)
    if size is None:
        routing: dict[str, Any] = {"Type": ALL_AT_ONCE, "WaitIntervalInSeconds": 0}
        waits, words = 0, "all at once"
        if update.type != ALL_AT_ONCE:
            # So that the alarms can act as long as they could have.
            final = max(final, update.wait_seconds)
            words += f" (1 instance cannot be split for {update.type})"
    else:
        member = "CanarySize" if update.type == CANARY else "LinearStepSize"
        routing = {
            "Type": update.type,
            "WaitIntervalInSeconds": update.wait_seconds,
            member: {"Type": "INSTANCE_COUNT", "Value": size},
        }
        steps = 1 if update.type == CANARY else -(-capacity // size)
        waits = steps * update.wait_seconds
        how, each = ("canary of", "for") if update.type == CANARY else ("steps of", "each for")
        words = f"{how} {size} of {capacity} instances, {each} {update.wait_seconds} s, then all"
    if waits + final + LEAST_SECONDS > MOST_SECONDS:
        raise JobFailure(
            f"the update would wait for {waits + final} s in all, and SageMaker ends an update after"
            f" {MOST_SECONDS} s: make waitSeconds or finalBakeSeconds shorter, or stepPercent larger;"
            f" the endpoint was not touched"
        )
    config: dict[str, Any] = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": final,
            "MaximumExecutionTimeoutInSeconds": _limit(settings, waits + final),
        }
    }
    if alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in alarms]}
    count = {0: "no alarm", 1: "1 alarm"}.get(len(alarms), f"{len(alarms)} alarms")
    return Guardrail(config, f"{words}, watched for {final} s; {count} can bring it back")


def step_size(update: Update, capacity: int) -> int | None:
    """How many instances get traffic first, or in each step: the configured share of the capacity,
    where that is no whole number less for a canary and more for a step; None where nothing can be
    split."""
    if update.type == ALL_AT_ONCE or update.step_percent is None or capacity < 2:
        return None
    share = capacity * update.step_percent
    size = share // 100 if update.type == CANARY else -(-share // 100)
    return min(max(size, 1), capacity // 2)


def patience_seconds(settings: StageSettings) -> int:
    """How long an update, or a creation, may take, with what a rollback takes after its limit."""
    update = settings.update
    # Half of an odd number of instances is three steps.
    steps = max(3, -(-100 // (update.step_percent or 100))) if update.type == LINEAR else 1
    waits = steps * update.wait_seconds + update.final_bake_seconds
    return max(LEAST_PATIENCE_SECONDS, _limit(settings, waits) + FLEET_SECONDS)


def _limit(settings: StageSettings, waits: int) -> int:
    """MaximumExecutionTimeoutInSeconds: "should be larger than the total waiting time"
    (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html)."""
    slow = (settings.startup_health_check_seconds or 0) + (
        settings.model_data_download_seconds or 0
    )
    return min(MOST_SECONDS, max(LEAST_SECONDS, waits + FLEET_SECONDS + slow))


def properties_to_replace(endpoint: Described, live_config: Described | None) -> list[str]:
    """Which variant properties an update must take from the new configuration; the others are kept
    (ExcludeRetainedVariantProperties,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html).

    Capture always comes from the configuration. The instance count does too, unless the endpoint was
    scaled away from what its live configuration said (by autoscaling, or by a person), or that
    configuration is unknown: then the capacity that it has is kept.
    """
    replaced = ["DataCaptureConfig"]
    if live_config is not None and not _was_scaled(endpoint, live_config):
        replaced.append("DesiredInstanceCount")
    return replaced


def capacity(settings: StageSettings, endpoint: Described, replaced: Sequence[str]) -> int:
    """How many instances the new fleet will have."""
    assert isinstance(settings.hosting, Instances)
    if "DesiredInstanceCount" not in replaced:
        for variant in endpoint.get("ProductionVariants") or []:
            if variant["VariantName"] == VARIANT_NAME and variant.get("DesiredInstanceCount"):
                return int(variant["DesiredInstanceCount"])
    return settings.hosting.initial_instance_count


def _was_scaled(endpoint: Described, live_config: Described) -> bool:
    initial = {
        variant["VariantName"]: variant.get("InitialInstanceCount")
        for variant in live_config.get("ProductionVariants") or []
    }
    return any(
        variant.get("DesiredInstanceCount") != initial.get(variant["VariantName"])
        for variant in endpoint.get("ProductionVariants") or []
    )
