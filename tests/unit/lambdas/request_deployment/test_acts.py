"""Every act has one right result: each row of the table in docs/deployments.md, on a real registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.lambdas.request_deployment.acts import ROWS, Row
from tests.unit.lambdas.request_deployment.scene import Scene

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "deployments.md"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.act)
def test_the_act_has_the_result(row: Row, scene: Scene) -> None:
    row.before(scene)
    already, told = len(scene.manifests()), len(scene.messages())
    row.acts(scene)
    requested = tuple(
        (
            manifest.model_package_version,
            manifest.reason,
            "waits" if manifest.prod_approval_required else "at once",
        )
        for manifest in scene.manifests()[already:]
    )
    assert requested == row.requested
    assert len(scene.messages()) == row.told, told


def test_the_document_has_these_rows() -> None:
    table = [f"| {row.act} | {row.effect} |" for row in ROWS]
    section = DOCUMENT.read_text(encoding="utf-8").partition("## What each act does")[2]
    rows = section.strip().partition("\n\n")[0].splitlines()
    assert rows[2:] == table, "\n".join(table)
    assert re.fullmatch(r"\|-+\|-+\|", rows[1])
