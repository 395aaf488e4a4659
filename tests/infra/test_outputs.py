"""The outputs of the stacks are those that docs/configuration.md lists."""

from __future__ import annotations

import re
from typing import Any

from .synthesis import ROOT

DOCUMENT = (ROOT / "docs/configuration.md").read_text()


def documented(stack: str) -> set[str]:
    table = DOCUMENT.split("## Outputs")[1].split("\n\n")[1]
    return {
        output
        for line in table.splitlines()
        if stack in line.split("|")[1]
        for output in re.findall(r"`(\w+)`", line.split("|")[2])
    }


def outputs(template: dict[str, Any]) -> set[str]:
    """Those for people: the CDK adds some for values that another stack takes."""
    return {name for name in template["Outputs"] if not name.startswith("ExportsOutput")}


def test_outputs_are_documented(
    build: dict[str, Any],
    staging: dict[str, Any],
    prod: dict[str, Any],
    deploy: dict[str, Any],
) -> None:
    assert outputs(build) == documented("ModelBuild")
    assert outputs(staging) == documented("Staging")
    assert outputs(prod) == documented("Prod")
    assert outputs(deploy) == documented("ModelDeploy")
