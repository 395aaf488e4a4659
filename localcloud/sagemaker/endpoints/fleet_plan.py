"""What a fleet is to be: a configuration, with the capacity and capture that may differ from it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html: an update takes
capacity, weight and capture from the new configuration, unless RetainAllVariantProperties keeps those of
the variants that serve (but not the ones that ExcludeRetainedVariantProperties names).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.endpoints import serverless_config
from localcloud.sagemaker.endpoints.records import EndpointConfig


@dataclass(frozen=True)
class Capacity:
    """How many instances a variant has (none if it is serverless), and its share of the traffic."""

    instances: int
    weight: float


@dataclass(frozen=True)
class FleetPlan:
    """A configuration as an endpoint serves it, or is about to."""

    config: EndpointConfig
    capacities: Mapping[str, Capacity]
    capture: Mapping[str, Any] | None

    def serverless(self, variant: str) -> Mapping[str, Any] | None:
        """A variant's ServerlessConfig, if it has one."""
        found = [each for each in self.config.variants if each["VariantName"] == variant]
        return serverless_config.of(found[0]) if found else None


def initial(config: EndpointConfig) -> FleetPlan:
    """A configuration as it stands."""
    capacities = {
        variant["VariantName"]: Capacity(
            0 if serverless_config.of(variant) else int(variant.get("InitialInstanceCount", 1)),
            float(variant.get("InitialVariantWeight", 1.0)),
        )
        for variant in config.variants
    }
    return FleetPlan(config, capacities, config.request.get("DataCaptureConfig"))


def updated(
    live: FleetPlan, config: EndpointConfig, *, retain: bool, excluded: Set[str]
) -> FleetPlan:
    """What UpdateEndpoint leads to."""
    plan = initial(config)
    if not retain:
        return plan
    capacities = {}
    for name, wanted in plan.capacities.items():
        kept = live.capacities.get(name, wanted)
        if not (kept.instances and wanted.instances):
            kept = wanted  # one of the two is serverless
        capacities[name] = Capacity(
            wanted.instances if "DesiredInstanceCount" in excluded else kept.instances,
            wanted.weight if "DesiredWeight" in excluded else kept.weight,
        )
    capture = plan.capture if "DataCaptureConfig" in excluded else live.capture
    return FleetPlan(config, capacities, capture)


def rescaled(live: FleetPlan, wanted: Sequence[Mapping[str, Any]]) -> FleetPlan:
    """What UpdateEndpointWeightsAndCapacities leads to. Assumed: the words of the refusals."""
    capacities = dict(live.capacities)
    for entry in wanted:
        name = entry["VariantName"]
        if name not in capacities:
            raise ValidationException(f"Could not find production variant {name}.")
        is_serverless = live.serverless(name) is not None
        if is_serverless and "DesiredInstanceCount" in entry:
            raise ValidationException(f"Variant {name} is serverless: it has no instances.")
        instances = entry.get("DesiredInstanceCount", capacities[name].instances)
        if instances < 1 and not is_serverless:
            raise ValidationException(f"DesiredInstanceCount of variant {name} must be 1 at least.")
        weight = float(entry.get("DesiredWeight", capacities[name].weight))
        capacities[name] = Capacity(instances, weight)
    return replace(live, capacities=capacities)
