"""The steps of an update: what is started, who has the traffic, how long it is watched. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html and its pages on
canary, linear and rolling updates. Blue/green starts the whole new fleet (green), gives it traffic in
steps with a baking period after each, and ends the old one (blue) after the last: what linear traffic
"deactivates" of blue gets none and stays until then ("you are billed for both the fleets for the
duration of the update"). Rolling starts a batch, gives it traffic, bakes, and ends as much of blue.
Assumed: after the last step of canary and linear traffic comes TerminationWaitInSeconds alone; a variant's
share of the traffic is the share of its new instances that are active.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from localcloud.sagemaker.endpoints.deployment_config import CANARY, LINEAR, ROLLING, Strategy
from localcloud.sagemaker.endpoints.fleet_plan import Capacity

Counts = Mapping[str, int]
Capacities = Mapping[str, Capacity]


@dataclass(frozen=True)
class Launch:
    """Start so many more instances of each of green's variants."""

    instances: Counts


@dataclass(frozen=True)
class Activate:
    """From now on these instances have traffic, green's the `share` of it (0 to 1)."""

    green: Counts
    blue: Counts
    share: float
    part: str
    """What it is called in messages: `canary capacity`, `full capacity`."""


@dataclass(frozen=True)
class Bake:
    """Look at the alarms for so long, in AWS's seconds; `setting` is what said so."""

    seconds: int
    setting: str


@dataclass(frozen=True)
class Terminate:
    """End so many of blue's instances."""

    instances: Counts


Step = Launch | Activate | Bake | Terminate


def steps(strategy: Strategy, old: Capacities, new: Capacities) -> list[Step]:
    """What is done one after the other to replace a fleet, until blue has ended."""
    if strategy.kind == ROLLING:
        return list(_rolling(strategy, old, new))
    return list(_blue_green(strategy, old, new))


def rollback_batches(strategy: Strategy, wanted: Counts, left: Counts) -> list[Counts]:
    """How many of blue's instances are started again in each step of a rolling update's rollback.

    Without RollbackMaximumBatchSize all at once
    (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html).
    """
    size, have = strategy.rollback_size, dict(left)
    batches: list[Counts] = []
    while have != dict(wanted):
        batch = {}
        for name, total in wanted.items():
            missing = total - have[name]
            batch[name] = min(missing, size.of(total)) if size else missing
            have[name] += batch[name]
        batches.append(batch)
    return batches


def share(active: Counts, capacities: Capacities) -> float:
    """The part of the traffic for a fleet of which these instances are active, of variants' weights."""
    weights = {name: capacity.weight for name, capacity in capacities.items()}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    parts = {
        name: active[name] / capacity.instances if capacity.instances else 1.0
        for name, capacity in capacities.items()
    }
    if all(part == 1 for part in parts.values()):
        return 1.0
    return sum(weights[name] * part for name, part in parts.items()) / sum(weights.values())


def remaining(active: Counts, new: Capacities, old: Capacities) -> Counts:
    """How many of blue's instances still have traffic when these of green's have, rounded up."""
    return {
        name: -(-capacity.instances * (new[name].instances - active[name]) // new[name].instances)
        if name in new
        else capacity.instances
        for name, capacity in old.items()
    }


def _blue_green(strategy: Strategy, old: Capacities, new: Capacities) -> Iterator[Step]:
    everything = {name: capacity.instances for name, capacity in new.items()}
    whole_blue = {name: capacity.instances for name, capacity in old.items()}
    yield Launch(everything)
    if strategy.kind in (CANARY, LINEAR):
        part = "canary capacity" if strategy.kind == CANARY else "capacity"
        for active in _growing(strategy, new):
            if active == everything:
                break
            # A canary leaves blue as it is: it comes back with all of it if need be.
            blue = whole_blue if strategy.kind == CANARY else remaining(active, new, old)
            yield Activate(active, blue, share(active, new), part)
            yield from _bake(strategy.wait_seconds, "WaitIntervalInSeconds")
            if strategy.kind == CANARY:
                break
    yield Activate(everything, dict.fromkeys(old, 0), 1.0, "full capacity")
    yield from _bake(strategy.termination_seconds, "TerminationWaitInSeconds")
    yield Terminate(whole_blue)


def _rolling(strategy: Strategy, old: Capacities, new: Capacities) -> Iterator[Step]:
    before = dict.fromkeys(new, 0)
    left = {name: capacity.instances for name, capacity in old.items()}
    for active in _growing(strategy, new):
        yield Launch({name: active[name] - before[name] for name in new})
        after, part = remaining(active, new, old), share(active, new)
        yield Activate(active, after, part, "full capacity" if part == 1 else "capacity")
        yield from _bake(strategy.wait_seconds, "WaitIntervalInSeconds")
        yield Terminate({name: left[name] - after[name] for name in old})
        before, left = dict(active), dict(after)


def _growing(strategy: Strategy, new: Capacities) -> Iterator[Counts]:
    """How many of green's instances are active after each step, until all are."""
    active = dict.fromkeys(new, 0)
    while any(active[name] < capacity.instances for name, capacity in new.items()):
        for name, capacity in new.items():
            batch = strategy.size.of(capacity.instances) if strategy.size else capacity.instances
            active[name] = min(capacity.instances, active[name] + batch)
        yield dict(active)


def _bake(seconds: int, setting: str) -> Iterator[Step]:
    if seconds:
        yield Bake(seconds, setting)
