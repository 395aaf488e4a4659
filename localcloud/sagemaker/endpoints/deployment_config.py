"""What a DeploymentConfig asks for, and the refusal of what it may not ask for. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html, with
`TrafficRoutingConfig` (a canary of at most half of a variant's instances, linear steps of 10 to 50 %) and
`RollingUpdatePolicy` (batches of 5 to 50 %). Where guardrails do not apply the update is all at once,
without a final baking period:
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html. Assumed: every
word of the refusals; that a percentage is rounded down, but to one instance at least; that alarms are
not looked at where guardrails do not apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan

ALL_AT_ONCE, CANARY, LINEAR, ROLLING = "ALL_AT_ONCE", "CANARY", "LINEAR", "ROLLING"
# Of a traffic type: the member that has its size, and the least and most of a variant's capacity (%).
_SIZES = {CANARY: ("CanarySize", 0, 50), LINEAR: ("LinearStepSize", 10, 50)}
_BATCH = ("MaximumBatchSize", 5, 50)


@dataclass(frozen=True)
class Size:
    """A CapacitySize: a part of a variant's instances. `name` and limits are for the refusal."""

    name: str
    unit: str
    value: int
    least: int = 0
    most: int = 100

    def of(self, total: int) -> int:
        """How many of `total` instances it is."""
        if self.unit == "INSTANCE_COUNT":
            return min(self.value, total)
        return min(max(1, self.value * total // 100), total)

    def require_possible(self, variant: str, total: int) -> None:
        """Refuse it if a variant of so many instances has no such part."""
        given = self.value if self.unit == "CAPACITY_PERCENT" else 100 * self.value / total
        if not self.least <= given <= self.most or 100 * self.of(total) > self.most * total:
            raise ValidationException(
                f"{self.name} must be {self._range()} of the total instance count of a variant: "
                f"{self.value} ({self.unit}) is not for variant {variant}, which has {total}."
            )

    def _range(self) -> str:
        return f"{self.least}-{self.most}%" if self.least else f"at most {self.most}%"


@dataclass(frozen=True)
class Strategy:
    """How an update goes about it; times in AWS's seconds. `is_guarded`: guardrails apply to it."""

    kind: str = ALL_AT_ONCE
    size: Size | None = None
    wait_seconds: int = 0
    termination_seconds: int = 0
    timeout_seconds: int | None = None
    rollback_size: Size | None = None
    alarms: tuple[str, ...] = ()
    is_guarded: bool = True


# What guardrails do not apply to.
UNGUARDED = Strategy(is_guarded=False)


def read(config: Mapping[str, Any] | None) -> Strategy:
    """A DeploymentConfig that botocore's model allows. Raises ValidationException."""
    given = config or {}
    blue_green, rolling = given.get("BlueGreenUpdatePolicy"), given.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise ValidationException(
            "Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy may be given in "
            "DeploymentConfig."
        )
    alarms = _alarms(given)
    if rolling:
        return _rolling(rolling, alarms)
    return _blue_green(blue_green or {}, alarms)


def for_update(config: Mapping[str, Any] | None, old: FleetPlan, new: FleetPlan) -> Strategy:
    """How an endpoint is brought from one plan to another. Raises ValidationException."""
    strategy = read(config)
    if not _guardrails_apply(strategy, old, new):
        return UNGUARDED
    sizes = [size for size in (strategy.size, strategy.rollback_size) if size is not None]
    for name, capacity in new.capacities.items():
        for size in sizes:
            size.require_possible(name, capacity.instances)
    return strategy


def _guardrails_apply(strategy: Strategy, old: FleetPlan, new: FleetPlan) -> bool:
    variants = [*old.config.variants, *new.config.variants]
    if old.capacities.keys() != new.capacities.keys():
        return False
    if any(variant.get("InstanceType", "").startswith("ml.inf1.") for variant in variants):
        return False
    # "Only apply to asynchronous and real-time inference" (deployment-guardrails).
    if any(variant.get("ServerlessConfig") for variant in variants):
        return False
    return strategy.kind != ROLLING or len(new.capacities) == 1


def _alarms(given: Mapping[str, Any]) -> tuple[str, ...]:
    alarms = (given.get("AutoRollbackConfiguration") or {}).get("Alarms") or []
    names = tuple(alarm.get("AlarmName") for alarm in alarms)
    if None in names:
        raise ValidationException(
            "Each of AutoRollbackConfiguration's Alarms must have an AlarmName."
        )
    return names


def _blue_green(policy: Mapping[str, Any], alarms: tuple[str, ...]) -> Strategy:
    routing = policy.get("TrafficRoutingConfiguration") or {}
    kind = routing.get("Type", ALL_AT_ONCE)
    for other, (member, _, _) in _SIZES.items():
        if bool(routing.get(member)) != (other == kind):
            verb = "must" if other == kind else "must not"
            raise ValidationException(
                f"{member} {verb} be given for traffic routing of type {kind}."
            )
    strategy = Strategy(
        kind,
        _size(routing, *_SIZES[kind]) if kind in _SIZES else None,
        routing.get("WaitIntervalInSeconds") or 0,
        policy.get("TerminationWaitInSeconds") or 0,
        policy.get("MaximumExecutionTimeoutInSeconds"),
        None,
        alarms,
    )
    waits = strategy.termination_seconds + (strategy.wait_seconds if kind != ALL_AT_ONCE else 0)
    return _require_time(strategy, waits)


def _rolling(policy: Mapping[str, Any], alarms: tuple[str, ...]) -> Strategy:
    back = policy.get("RollbackMaximumBatchSize")
    strategy = Strategy(
        ROLLING,
        _size(policy, *_BATCH),
        policy["WaitIntervalInSeconds"],
        0,
        policy.get("MaximumExecutionTimeoutInSeconds"),
        _size(policy, "RollbackMaximumBatchSize", 0, 100) if back else None,
        alarms,
    )
    return _require_time(strategy, strategy.wait_seconds)


def _size(policy: Mapping[str, Any], member: str, least: int, most: int) -> Size:
    size = Size(member, policy[member]["Type"], policy[member]["Value"], least, most)
    if size.unit == "CAPACITY_PERCENT":
        # So many that only the percentage itself can be wrong.
        size.require_possible("any", 100)
    return size


def _require_time(strategy: Strategy, waits: int) -> Strategy:
    """Refuse a time limit within which a deployment can never end."""
    limit = strategy.timeout_seconds
    if limit is not None and limit <= waits:
        raise ValidationException(
            f"MaximumExecutionTimeoutInSeconds ({limit}) must be larger than the total waiting time "
            f"of TerminationWaitInSeconds and WaitIntervalInSeconds ({waits})."
        )
    return strategy
