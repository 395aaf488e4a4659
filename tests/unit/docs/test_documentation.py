"""The documentation is current: its links resolve, its quotations are in the source, its tables are new."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tools import coverage_table

ROOT = Path(__file__).resolve().parents[3]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"^### `(.+)`$", re.MULTILINE)
# Where a person's messages come from.
SOURCES = ("localcloud", "lambdas", "infra", "demo", "pipeline_code/pipelines")
# The sign for what differs from one message to another.
ANY = "…"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    missing = [link for link in links if not (page.parent / link.partition("#")[0]).exists()]
    assert missing == []


def messages() -> list[str]:
    """Every text in the source, with the sign in the place of each value."""
    found = [(ROOT / "Makefile").read_text().replace("%d.%d", ANY)]
    for source in SOURCES:
        for path in (ROOT / source).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    parts = [
                        str(part.value) if isinstance(part, ast.Constant) else ANY
                        for part in node.values
                    ]
                    found.append("".join(parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
    return found


def is_said(quotation: str, said: list[str]) -> bool:
    """Whether one message has all the words of a quotation, in their order."""
    words = [re.escape(part) for part in quotation.split(ANY) if part.strip()]
    pattern = re.compile(".*?".join(words), re.DOTALL)
    return any(pattern.search(message) for message in said)


def test_every_text_in_troubleshooting_is_in_the_source() -> None:
    quotations = QUOTED.findall((ROOT / "docs" / "troubleshooting.md").read_text())
    said = messages()
    assert len(quotations) > 40
    assert [each for each in quotations if not is_said(each, said)] == []


def test_a_text_that_nobody_says_would_be_found() -> None:
    said = messages()
    assert is_said("port … on … is in use", said)
    assert not is_said("port … is in use on …", said)


def test_the_tables_of_fidelity_are_those_of_the_code() -> None:
    text = coverage_table.PAGE.read_text()
    assert coverage_table.page(text) == text, "run: python -m tools.coverage_table"


def test_a_page_without_the_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="has no line"):
        coverage_table.page("# Fidelity\n")


def test_decisions_are_numbered_in_sequence() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_context_decision_and_consequence(page: Path) -> None:
    text = page.read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequence"]
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert len(text.splitlines()) < 40


EVIDENCE = re.compile(r"^\| [^|]+ \| `(?P<file>[^`]+)` \| `(?P<test>[^`]+)` \|$", re.M)


def test_what_shows_an_activity_is_there() -> None:
    rows = [
        match.groupdict() for match in EVIDENCE.finditer((ROOT / "docs" / "checks.md").read_text())
    ]
    assert len(rows) >= 13 + 10
    for row in rows:
        assert (ROOT / row["file"]).is_file(), row
        file, _, test = row["test"].partition("::")
        text = (ROOT / file).read_text()
        assert re.search(rf"^def {test or 'test_'}", text, re.M), row
