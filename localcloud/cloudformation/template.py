"""Reading a template: JSON or YAML with short forms, its sections, and what each resource refers to.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]

from localcloud.cloudformation.errors import CloudFormationError

SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Rules",
        "Mappings",
        "Conditions",
        "Transform",
        "Resources",
        "Outputs",
    }
)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-product-attribute-reference.html
RESOURCE_ATTRIBUTES = frozenset(
    {
        "Type",
        "Properties",
        "Condition",
        "DependsOn",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
    }
)
DELETION_POLICIES = frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"})

_SUB_NAME = re.compile(r"\$\{([^!}][^}]*)\}")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub` …) and dates left as text.

    An alias is refused in CloudFormation's words (observed:
    https://github.com/seeebiii/aws-cloudformation-templates/issues/1); an anchor alone is not.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise CloudFormationError(
                "Template error: YAML aliases are not allowed in CloudFormation templates"
            )
        composed: yaml.Node | None = super().compose_node(parent, index)
        return composed


def _short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _short_form)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> dict[str, Any]:
    """The template as plain data; raises ValidationError for what is no template."""
    try:
        template = json.loads(text)
    except ValueError:
        try:
            template = yaml.load(text, Loader=_Loader)
        except yaml.YAMLError as error:
            raise CloudFormationError(
                f"Template format error: YAML not well-formed. {error}"
            ) from None
    if not isinstance(template, dict):
        raise CloudFormationError("Template format error: unsupported structure.")
    _check_structure(template)
    return template


def _check_structure(template: Mapping[str, Any]) -> None:
    unknown = sorted(set(template) - SECTIONS)
    if unknown:
        raise CloudFormationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    if template.get("Transform"):
        raise CloudFormationError(
            f"unsupported by the local cloud: Transform {template['Transform']!r}; supported: none"
        )
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise CloudFormationError(
            "Template format error: At least one Resources member must be defined."
        )
    for logical_id, resource in resources.items():
        if not isinstance(resource, dict) or "Type" not in resource:
            raise CloudFormationError(
                f"Template format error: [/Resources/{logical_id}] Every Resources object must "
                "contain a Type member."
            )
        attributes = sorted(set(resource) - RESOURCE_ATTRIBUTES)
        if attributes:
            raise CloudFormationError(
                f"unsupported by the local cloud: resource attribute {attributes[0]!r} of "
                f"{logical_id}; supported: {', '.join(sorted(RESOURCE_ATTRIBUTES))}"
            )
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(name, "Delete") not in DELETION_POLICIES:
                raise CloudFormationError(
                    f"Template format error: Unrecognized {name} {resource[name]} for resource "
                    f"{logical_id}"
                )


def check_types(template: Mapping[str, Any], recognized: Collection[str]) -> None:
    """Refuse a template with a type that cannot be made here, before anything is made."""
    types = {resource["Type"] for resource in template["Resources"].values()}
    unknown = sorted(
        name for name in types if name not in recognized and not name.startswith("Custom::")
    )
    if unknown:
        raise CloudFormationError(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )


def references(value: Any) -> Iterator[str]:
    """The names that `Ref`, `Fn::GetAtt` and `Fn::Sub` in `value` refer to (resources or not)."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item
            elif key == "Fn::GetAtt":
                yield item.split(".", 1)[0] if isinstance(item, str) else item[0]
            elif key == "Fn::Sub":
                text, given = item if isinstance(item, list) else (item, {})
                yield from references(list(given.values()))
                for name in _SUB_NAME.findall(text):
                    if name not in given:
                        yield name.split(".", 1)[0]
            else:
                yield from references(item)


def dependencies(resource: Mapping[str, Any], names: Collection[str]) -> set[str]:
    """Which of the resources `names` must exist before `resource` is made."""
    listed = resource.get("DependsOn", [])
    explicit = {listed} if isinstance(listed, str) else set(listed)
    return (explicit | set(references(resource.get("Properties", {})))) & set(names)


def creation_order(needs: Mapping[str, Collection[str]]) -> list[str]:
    """Each name after all that it needs, else in the given order; raises for a circle."""
    order: list[str] = []
    left = dict(needs)
    done: set[str] = set()
    while left:
        ready = [name for name, needed in left.items() if done.issuperset(needed)]
        if not ready:
            raise CloudFormationError(
                f"Circular dependency between resources: [{', '.join(sorted(left))}]"
            )
        for name in ready:
            del left[name]
        order.extend(ready)
        done.update(ready)
    return order
