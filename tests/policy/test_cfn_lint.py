"""cfn-lint, warnings included, finds nothing in the templates that is not acknowledged in the code."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cfnlint import lint

# The templates name no region; these are what cfn-lint checks them against, of three partitions.
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "us-gov-west-1"]
# What CloudFormation does not have in other regions; docs/configuration.md says so.
NOT_THERE = {
    "cn-north-1": "E3006 Resource type 'AWS::SageMaker::ModelPackageGroup' does not exist in 'cn-north-1'"
}


def findings(template: dict[str, Any], regions: list[str] = REGIONS) -> list[str]:
    # The assertion keeps a template that is not read from passing for one without findings.
    text = json.dumps(template)
    return [f"{match.rule.id} {match.message}" for match in lint(text, regions=regions)]


def unacknowledged(template: dict[str, Any]) -> dict[str, Any]:
    """The template as if no finding of cfn-lint had been acknowledged in it."""
    bare = copy.deepcopy(template)
    for resource in bare["Resources"].values():
        resource.get("Metadata", {}).pop("cfn-lint", None)
    return bare


def test_nothing_is_found(any_template: dict[str, Any]) -> None:
    assert findings(any_template) == []


@pytest.mark.parametrize("region", NOT_THERE)
def test_what_other_regions_lack_is_known(all_stacks: list[dict[str, Any]], region: str) -> None:
    found = [finding for template in all_stacks for finding in findings(template, [region])]
    assert found == [NOT_THERE[region]]


def test_each_acknowledgement_has_its_reason(any_template: dict[str, Any]) -> None:
    acknowledged = [
        resource["Metadata"]["cfn-lint"]
        for resource in any_template["Resources"].values()
        if "cfn-lint" in resource.get("Metadata", {})
    ]
    for each in acknowledged:
        assert set(each["reasons"]) == set(each["config"]["ignore_checks"])
        assert all(len(why) > 20 and why.endswith(".") for why in each["reasons"].values())


def test_nothing_is_acknowledged_that_is_not_found(all_full_stacks: list[dict[str, Any]]) -> None:
    acknowledged = 0
    for template in all_full_stacks:
        found = {finding.split()[0] for finding in findings(unacknowledged(template))}
        ignored = {
            rule
            for resource in template["Resources"].values()
            for rule in resource.get("Metadata", {}).get("cfn-lint", {}).get("reasons", {})
        }
        assert found == ignored
        acknowledged += len(ignored)
    assert acknowledged


def test_planted_violations_are_found(build: dict[str, Any]) -> None:
    planted = copy.deepcopy(build)
    planted["Resources"]["Project"] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"VisibilityTimout": 30},
    }
    assert [finding for finding in findings(planted) if "VisibilityTimout" in finding]
