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


def test_outputs_are_documented(build: dict[str, Any], deploy: dict[str, Any]) -> None:
    assert set(build["Outputs"]) == documented("ModelBuild")
    assert set(deploy["Outputs"]) == documented("ModelDeploy")
