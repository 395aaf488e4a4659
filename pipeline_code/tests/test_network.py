"""Jobs and models in a VPC: each request says so, or none does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from definitions import all_steps, request_errors
from pipelines.network import network

VPC = {"Subnets": ["subnet-0a", "subnet-0b"], "SecurityGroupIds": ["sg-0c"]}
IDS = {"subnet_ids": "subnet-0a,subnet-0b", "security_group_ids": "sg-0c"}
# The jobs of a transform run in their model's network; what is registered is no running thing.
PLACES = {
    "Processing": ("NetworkConfig", "VpcConfig"),
    "QualityCheck": ("NetworkConfig", "VpcConfig"),
    "ClarifyCheck": ("NetworkConfig", "VpcConfig"),
    "Training": ("VpcConfig",),
    "Model": ("VpcConfig",),
}


def networks(definition: dict[str, Any]) -> dict[str, Any]:
    """The network of each step that could have one."""
    found: dict[str, Any] = {}
    for name, step in all_steps(definition).items():
        if step["Type"] in PLACES:
            value: Any = step["Arguments"]
            for member in PLACES[step["Type"]]:
                value = (value or {}).get(member)
            found[name] = value
    return found


@pytest.mark.parametrize("engine", ["native", "open"])
def test_every_job_and_model_is_in_the_network(
    build: Callable[..., dict[str, Any]], engine: str
) -> None:
    definition = build(check_engine=engine, **IDS)
    found = networks(definition)
    assert len(found) == 9
    assert {name: value for name, value in found.items() if value != VPC} == {}
    for name, step in all_steps(definition).items():
        if step["Type"] in PLACES:
            assert request_errors(step, definition) == [], name


def test_without_one_no_request_names_any(definition: dict[str, Any]) -> None:
    assert set(networks(definition).values()) == {None}


@pytest.mark.parametrize(
    ("subnets", "groups"),
    [("subnet-0a, subnet-0b", "sg-0c"), (["subnet-0a", "subnet-0b"], ["sg-0c"])],
)
def test_ids_are_a_list_or_a_text(subnets: Any, groups: Any) -> None:
    made = network(subnets, groups)
    assert made is not None
    assert made.vpc_config() == VPC


@pytest.mark.parametrize("nothing", ["", None, [], ","])
def test_nothing_is_no_network(nothing: Any) -> None:
    assert network(nothing, nothing) is None


@pytest.mark.parametrize(("subnets", "groups"), [("subnet-0a", ""), (None, ["sg-0c"])])
def test_half_a_network_is_refused(subnets: Any, groups: Any) -> None:
    with pytest.raises(ValueError, match="both are needed, or neither"):
        network(subnets, groups)
