"""cfn-lint, warnings included, finds nothing in the templates that is not acknowledged in the code."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cfnlint import lint

# The templates name no region; these are what cfn-lint checks them against.
REGIONS = ["us-east-1", "eu-west-1"]


def findings(template: dict[str, Any]) -> list[str]:
    # The assertion keeps a template that is not read from passing for one without findings.
    text = json.dumps(template)
    return [f"{match.rule.id} {match.message}" for match in lint(text, regions=REGIONS)]


@pytest.mark.parametrize("name", ["build", "deploy", "full_build", "full_deploy"])
def test_nothing_is_found(name: str, request: pytest.FixtureRequest) -> None:
    assert findings(request.getfixturevalue(name)) == []


def test_planted_violations_are_found(build: dict[str, Any]) -> None:
    planted = copy.deepcopy(build)
    planted["Resources"]["Project"] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"VisibilityTimout": 30},
    }
    assert [finding for finding in findings(planted) if "VisibilityTimout" in finding]
