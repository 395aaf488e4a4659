"""Reading templates: what is refused before anything is made, and in which order things are made."""

from __future__ import annotations

import json

import pytest

from localcloud.cloudformation import template
from localcloud.cloudformation.errors import CloudFormationError

YAML = """
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${AWS::StackName}-b"
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument: {Version: 2012-10-17, Statement: [{Resource: !GetAtt Bucket.Arn}]}
"""


ALIASES = "Template error: YAML aliases are not allowed in"


def test_anchor_alone_is_no_alias() -> None:
    assert template.parse("Resources: {A: &a {Type: T}}")["Resources"] == {"A": {"Type": "T"}}


def test_parse_reads_short_forms_and_leaves_dates_as_text() -> None:
    resources = template.parse(YAML)["Resources"]
    properties = resources["Policy"]["Properties"]
    assert properties["Bucket"] == {"Ref": "Bucket"}
    assert properties["PolicyDocument"]["Version"] == "2012-10-17"
    statement = properties["PolicyDocument"]["Statement"][0]
    assert statement == {"Resource": {"Fn::GetAtt": ["Bucket", "Arn"]}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[1]", "unsupported structure"),
        ("{}", "At least one Resources member must be defined"),
        ('{"Resources": {"A": {}}}', "[/Resources/A] Every Resources object must contain a Type"),
        (
            '{"Resources": {"A": {"Type": "T"}}, "Foo": 1}',
            "Invalid template property or properties",
        ),
        ('{"Resources": {"A": {"Type": "T", "CreationPolicy": {}}}}', "'CreationPolicy' of A"),
        ('{"Resources": {"A": {"Type": "T"}}, "Transform": "X"}', "Transform 'X'"),
        ('{"Resources": {"A": {"Type": "T", "DeletionPolicy": "Keep"}}}', "Unrecognized"),
        ("Resources: {A: &a {Type: T}, B: *a}", f"{ALIASES} CloudFormation templates"),
        ("Resources: {A: &a {Type: T}, B: {<<: *a}}", f"{ALIASES} CloudFormation templates"),
    ],
)
def test_parse_refuses_by_name(body: str, words: str) -> None:
    with pytest.raises(CloudFormationError) as caught:
        template.parse(body)
    assert words in str(caught.value)


def test_check_types_names_every_unknown_type_and_passes_custom_ones() -> None:
    parsed = template.parse(
        json.dumps(
            {
                "Resources": {
                    "A": {"Type": "AWS::Foo::Bar"},
                    "B": {"Type": "AWS::S3::Bucket"},
                    "C": {"Type": "Custom::Thing"},
                    "D": {"Type": "AWS::Foo::Baz"},
                }
            }
        )
    )
    with pytest.raises(CloudFormationError) as caught:
        template.check_types(parsed, {"AWS::S3::Bucket"})
    assert str(caught.value) == (
        "Template format error: Unrecognized resource types: [AWS::Foo::Bar, AWS::Foo::Baz]"
    )


def test_dependencies_come_from_references_substitutions_and_depends_on() -> None:
    resource = {
        "DependsOn": "D",
        "Properties": {
            "One": {"Ref": "A"},
            "Two": {"Fn::Sub": ["${B.Arn}/${x}/${!C}", {"x": {"Fn::GetAtt": "E.Arn"}}]},
        },
    }
    assert template.dependencies(resource, {"A", "B", "C", "D", "E", "F"}) == {"A", "B", "D", "E"}


def test_creation_order_puts_what_is_needed_first() -> None:
    assert template.creation_order({"a": {"c"}, "b": set(), "c": {"b"}}) == ["b", "c", "a"]


def test_creation_order_of_a_circle_names_it() -> None:
    with pytest.raises(
        CloudFormationError, match=r"Circular dependency between resources: \[a, b\]"
    ):
        template.creation_order({"a": {"b"}, "b": {"a"}, "c": set()})
