"""Every CloudFormation type of ours against AWS's published schema of it (as cfn-lint carries them)."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from localcloud.cloudformation import resource
from tools import coverage

SCHEMAS = (
    "https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schemas.html"
)
pytestmark = pytest.mark.documented(SCHEMAS)
# Types without a schema, or that stand for something else.
NO_SCHEMA = {"AWS::CDK::Metadata"}
TYPES = sorted(set(coverage.resource_types()) - NO_SCHEMA)


def schema(type_name: str) -> dict[str, Any]:
    """The published schema of a type."""
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", type_name
    ).schema
    return found


def top_level(published: dict[str, Any], key: str) -> set[str]:
    """The whole properties that a list of pointers names, not their members."""
    return {path.split("/")[2] for path in published.get(key, []) if path.count("/") == 2}


def implementation(type_name: str) -> resource.Resource:
    """Ours."""
    found = resource.find(type_name)
    assert found is not None
    return found


def disagreements(ours: resource.Resource, published: dict[str, Any]) -> list[str]:
    """What a type declares otherwise than its schema."""
    read_only = top_level(published, "readOnlyProperties")
    everything = set(published["properties"])
    create_only = top_level(published, "createOnlyProperties") & set(ours.properties)
    checks = {
        "properties that the type does not have": set(ours.properties) - (everything - read_only),
        "required properties": set(ours.required) ^ set(published.get("required", [])),
        "properties whose change replaces": set(ours.create_only) ^ create_only,
        "attributes that the type does not have": set(ours.attributes) - everything,
        "a name property that is none": {ours.name_property} - {None, *ours.properties},
    }
    return [f"{what}: {sorted(map(str, names))}" for what, names in checks.items() if names]


@pytest.mark.parametrize("type_name", TYPES)
def test_a_type_declares_what_its_schema_publishes(type_name: str) -> None:
    assert disagreements(implementation(type_name), schema(type_name)) == []


def test_a_type_that_declares_otherwise_would_be_found() -> None:
    class Wrong(resource.Resource):
        name_property = "Name"
        properties = frozenset({"QueueName", "Arn", "Colour"})
        required = frozenset({"QueueName"})
        attributes = frozenset({"Weight"})

    found = disagreements(Wrong(), schema("AWS::SQS::Queue"))
    assert len(found) == 5
    assert found[0] == "properties that the type does not have: ['Arn', 'Colour']"


def test_every_type_of_the_templates_is_ours(templates: dict[str, dict[str, Any]]) -> None:
    used = {
        entry["Type"] for template in templates.values() for entry in template["Resources"].values()
    }
    assert used <= set(coverage.resource_types())


def test_every_property_of_the_templates_is_supported(
    templates: dict[str, dict[str, Any]],
) -> None:
    for template in templates.values():
        for logical_id, entry in template["Resources"].items():
            unknown = set(entry.get("Properties", {})) - set(
                implementation(entry["Type"]).properties
            )
            assert not unknown, f"{logical_id}: {sorted(unknown)}"
