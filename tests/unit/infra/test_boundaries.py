"""The CDK app does not know that a local cloud exists, and depends on nothing that changes by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "infra").rglob("*.py"))]
# No clock, chance, network or AWS call: https://docs.aws.amazon.com/cdk/v2/guide/best-practices.html
FORBIDDEN = {
    "boto3",
    "botocore",
    "datetime",
    "getpass",
    "localcloud",
    "random",
    "requests",
    "secrets",
    "socket",
    "subprocess",
    "time",
    "urllib",
    "uuid",
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported & FORBIDDEN == set()


@pytest.mark.parametrize("path", [*SOURCES, ROOT / "cdk.json"], ids=lambda path: path.name)
def test_words(path: Path) -> None:
    text = path.read_text().lower()
    for word in ("localhost", "local cloud", "localcloud", "endpoint_url", "os.environ"):
        assert word not in text
