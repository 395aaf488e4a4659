"""Every resource type of ours against AWS's published schema of it (as cfn-lint carries them)."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

import localcloud.cloudformation.resources as resources
from localcloud.cloudformation import resource

SCHEMAS = (
    "https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schemas.html"
)

for entry in pkgutil.iter_modules(resources.__path__):
    importlib.import_module(f"{resources.__name__}.{entry.name}")

TYPES = [name for name in resource.type_names() if not name.startswith("Test::")]


def schema(type_name: str) -> dict[str, Any]:
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", type_name
    ).schema
    return found


def top_level(published: dict[str, Any], key: str) -> set[str]:
    """The whole properties that a list of pointers names, not their members."""
    return {path.split("/")[2] for path in published.get(key, []) if path.count("/") == 2}


def implementation(type_name: str) -> resource.Resource:
    found = resource.find(type_name)
    assert found is not None
    return found


@pytest.mark.documented(SCHEMAS)
@pytest.mark.parametrize("type_name", TYPES)
def test_a_type_declares_what_its_schema_publishes(type_name: str) -> None:
    published, ours = schema(type_name), implementation(type_name)
    read_only = top_level(published, "readOnlyProperties")
    writable = set(published["properties"]) - read_only
    assert set(ours.properties) <= writable, "declares properties that the type does not have"
    assert set(ours.required) == set(published.get("required", []))
    create_only = top_level(published, "createOnlyProperties") & set(ours.properties)
    assert set(ours.create_only) == create_only
    assert set(ours.attributes) <= read_only | set(published["properties"])
    if ours.name_property is not None:
        assert ours.name_property in ours.properties
