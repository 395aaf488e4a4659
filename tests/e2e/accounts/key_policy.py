"""The policy of a project's key, as docs/configuration.md gives it: what stands there is what is tested."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[3] / "docs" / "configuration.md"
SECTION = "## A key of your own"
# The accounts and the region that the page's examples have.
TOOLING, STAGING, PROD, REGION = "111111111111", "222222222222", "333333333333", "eu-west-1"


def documented(accounts: Mapping[str, str], region: str) -> dict[str, Any]:
    """With other accounts (`tooling`, `staging`, `prod`) and another region in the example's place."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n{SECTION}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    assert len(blocks) == 2, f"{SECTION} has statements for one account, and one for more"
    text = ",".join(block.strip() for block in blocks)
    for example, here in (
        (TOOLING, accounts["tooling"]),
        (STAGING, accounts["staging"]),
        (PROD, accounts["prod"]),
        (REGION, region),
    ):
        text = text.replace(example, here)
    return {"Version": "2012-10-17", "Statement": json.loads(f"[{text}]")}
