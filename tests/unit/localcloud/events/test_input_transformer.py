"""What a target gets of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.events.input_transformer import check, payload

PAGE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"
RULE = "arn:aws:events:us-east-2:123456789012:rule/example"
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "123456789012",
    "time": "2015-11-11T21:29:54Z",
    "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
    "detail": {"instance-id": "i-0123456789", "state": "RUNNING", "count": 3},
}
PATHS = {
    "instance": "$.detail.instance-id",
    "state": "$.detail.state",
    "resource": "$.resources[0]",
    "count": "$.detail['count']",
    "detail": "$.detail",
    "absent": "$.detail.nothing",
}


def transform(template: str) -> str:
    transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
    return payload({"InputTransformer": transformer}, EVENT, RULE)


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    ("template", "written"),
    [
        ('"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'),
        ('"instance \\"<instance>\\""', '"instance \\"i-0123456789\\""'),
        ('{"i": <instance>, "n": <count>}', '{"i": "i-0123456789", "n": 3}'),
        ('{"i": "<instance>", "n": "<count>"}', '{"i": "i-0123456789", "n": "3"}'),
        ('{"s": [9, <state>, true]}', '{"s": [9, "RUNNING", true]}'),
        ('{"arn": <aws.events.rule-arn>}', f'{{"arn": "{RULE}"}}'),
        ('"<aws.events.rule-name> triggered"', '"example triggered"'),
        ('"[<absent>]"', '"[]"'),
    ],
)
def test_templates_are_written_by_aws_quoting_rules(template: str, written: str) -> None:
    assert transform(template) == written


@pytest.mark.documented(PAGE)
def test_the_whole_event_is_a_json_value() -> None:
    made = json.loads(transform('{"all": <aws.events.event.json>, "head": <aws.events.event>}'))
    assert made["all"] == EVENT
    assert made["head"] == {name: value for name, value in EVENT.items() if name != "detail"}


def test_a_source_revision_override_is_made_of_an_s3_event() -> None:
    template = '{"sourceRevisions": [{"actionName": "Source", "revisionValue": "<revision>"}]}'
    transformer = {
        "InputPathsMap": {"revision": "$.detail.object.version-id"},
        "InputTemplate": template,
    }
    event = {**EVENT, "detail": {"object": {"version-id": "v1"}}}
    made = json.loads(payload({"InputTransformer": transformer}, event, RULE))
    assert made == {"sourceRevisions": [{"actionName": "Source", "revisionValue": "v1"}]}


def test_input_and_input_path_replace_the_event() -> None:
    assert payload({"Input": '{"a": 1}'}, EVENT, RULE) == '{"a": 1}'
    assert json.loads(payload({"InputPath": "$.detail"}, EVENT, RULE)) == EVENT["detail"]
    assert json.loads(payload({}, {**EVENT, "ingestion-time": "t"}, RULE)) == EVENT


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Input": "{}", "InputPath": "$"}, "Only one of"),
        ({"Input": "hello"}, "JSON syntax error"),
        ({"InputPath": "$..id"}, "Invalid JSON path"),
        ({"InputPath": "detail"}, "begins with"),
        ({"InputTransformer": {"InputTemplate": '"<x>"'}}, "unknown variable <x>"),
        (
            {"InputTransformer": {"InputPathsMap": {"aws.x": "$"}, "InputTemplate": '"<aws.x>"'}},
            "InputPathsMap",
        ),
        ({"InputTransformer": {"InputTemplate": ""}}, "1 to 8192"),
    ],
)
def test_an_input_that_cannot_be_made_is_refused(target: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationException, match=message):
        check({"Id": "t", **target})
