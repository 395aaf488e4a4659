"""docs/configuration.md says of every field what infra/config.py says, and of no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

from infra.config import RETENTION_DAYS, Config

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs/configuration.md").read_text()


def leaves(kind: Any, prefix: str = "") -> Iterator[tuple[str, Field[Any]]]:
    """Each field that has a value of its own, with its path."""
    kinds = get_type_hints(kind)
    for entry in fields(kind):
        if is_dataclass(kinds[entry.name]):
            yield from leaves(kinds[entry.name], f"{prefix}{entry.name}.")
        else:
            yield f"{prefix}{entry.name}", entry


def rows() -> dict[str, list[str]]:
    table = DOCUMENT.split("## Outputs")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_every_field_is_documented_and_no_other() -> None:
    assert list(rows()) == [path for path, _ in leaves(Config)]


def test_defaults_are_as_documented() -> None:
    """Those of the least configuration: prod's way to move traffic is not that of its kind."""
    least = Config(project="abalone")
    for path, entry in leaves(Config):
        documented = rows()[path][1]
        if entry.default is MISSING and entry.default_factory is MISSING:
            assert documented == "(required)"
            continue
        assert documented == f"`{json.dumps(attrgetter(path)(least))}`", path


def test_bounds_are_as_documented() -> None:
    for path, entry in leaves(Config):
        words = entry.metadata["check"](object())
        bounds = re.search(r"number from ([\d,.]+) to ([\d,]+)", words)
        documented = rows()[path][2]
        if bounds and documented != "as for staging":
            assert documented == f"{bounds[1]} to {bounds[2]}", path


def test_links_within_the_document_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", DOCUMENT, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]+)\)", DOCUMENT))
    assert links
    assert links <= headings


def test_retention_is_as_documented() -> None:
    assert rows()["log_retention_days"][2] == ", ".join(str(days) for days in RETENTION_DAYS)
