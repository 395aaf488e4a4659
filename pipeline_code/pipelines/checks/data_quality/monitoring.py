"""What a `constraints.json` asks for: of each feature, and of the checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .constraints import MONITORING_CONFIG
from .features import TYPES
from .json_reading import Node

ROBUST, SIMPLE = "Robust", "Simple"
L_INFINITY, CHI_SQUARED = "LInfinity", "ChiSquared"
# The page has the first spelling in its schema, the second in its table.
_METHODS = {ROBUST: ROBUST, SIMPLE: SIMPLE, "linf_robust": ROBUST, "linf_simple": SIMPLE}
# The SDK's set_monitoring writes the second; the page about constraints.json has the first.
_OVERRIDES = ("monitoringConfigOverrides", "monitoring_config_overrides")


@dataclass(frozen=True)
class Monitoring:
    """The `monitoring_config`: which checks are made, and their thresholds (shares, 0 to 1).

    `datatype_threshold` and `domain_threshold` are the least share of values that have the
    baseline's type, and are among its categories. The other two are distances; for ChiSquared the
    categorical one is the least p-value.
    """

    evaluate: bool
    datatype_threshold: float
    domain_threshold: float
    compare: bool
    threshold: float
    method: str
    categorical_threshold: float
    categorical_method: str


@dataclass(frozen=True)
class Constraint:
    """What is asked of a feature. Without a completeness, or domains, nothing is."""

    name: str
    inferred_type: str
    completeness: float | None
    domains: frozenset[str] | None
    monitoring: Monitoring


def constraints_of(
    constraints: Mapping[str, Any], what: str
) -> tuple[Monitoring, list[Constraint]]:
    """The checks, and the features in their order. Raises CheckError naming what is missing.

    Keys of `monitoring_config` are optional, as the page says, with the values that
    `suggest_constraints` would give; a feature's overrides are a part of a `monitoring_config`
    that holds for it alone.
    """
    root = Node(constraints, what)
    features = root["features"]
    monitoring = _changed(_DEFAULT, root.get("monitoring_config"))
    return monitoring, [_constraint(node, monitoring) for node in features.items()]


def _constraint(node: Node, monitoring: Monitoring) -> Constraint:
    strings = node.get("string_constraints")
    # Older SDKs put the overrides of a String into its string_constraints.
    for place in (node, strings):
        for key in _OVERRIDES:
            if place is not None:
                monitoring = _changed(monitoring, place.get(key))
    completeness = node.get("completeness")
    domains = strings.get("domains") if strings is not None else None
    return Constraint(
        name=node["name"].text(),
        inferred_type=node["inferred_type"].one_of(*TYPES),
        completeness=None if completeness is None else completeness.number(),
        domains=None if domains is None else frozenset(item.text() for item in domains.items()),
        monitoring=monitoring,
    )


def _changed(base: Monitoring, config: Node | None) -> Monitoring:
    """The configuration with what a part of another says."""
    if config is None:
        return base
    changes: dict[str, Any] = {}
    if (node := config.get("evaluate_constraints")) is not None:
        changes["evaluate"] = _enabled(node)
    if (node := config.get("datatype_check_threshold")) is not None:
        changes["datatype_threshold"] = node.number()
    if (node := config.get("domain_content_threshold")) is not None:
        changes["domain_threshold"] = node.number()
    distribution = config.get("distribution_constraints")
    if distribution is not None:
        changes |= _of_distributions(distribution)
    return replace(base, **changes)


def _of_distributions(config: Node) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if (node := config.get("perform_comparison")) is not None:
        changes["compare"] = _enabled(node)
    if (node := config.get("comparison_threshold")) is not None:
        # The categorical one is the same unless it is given.
        changes["threshold"] = changes["categorical_threshold"] = node.number()
    if (node := config.get("categorical_comparison_threshold")) is not None:
        changes["categorical_threshold"] = node.number()
    if (node := config.get("comparison_method")) is not None:
        changes["method"] = _METHODS[node.one_of(*_METHODS)]
    if (node := config.get("categorical_drift_method")) is not None:
        changes["categorical_method"] = node.one_of(L_INFINITY, CHI_SQUARED)
    return changes


def _enabled(node: Node) -> bool:
    return node.one_of("Enabled", "Disabled") == "Enabled"


_DEFAULT = _changed(
    Monitoring(True, 1.0, 1.0, True, 0.1, ROBUST, 0.1, L_INFINITY),
    Node(MONITORING_CONFIG, "the suggested constraints"),
)
