"""Who may import what (CONTRIBUTING.md), and that the product does not know of the local cloud."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("infra", "lambdas", "pipeline_code")
OF_THE_LOCAL_CLOUD = re.compile(r"local_?cloud|is_local|localhost|AWS_ENDPOINT_URL|\bmoto\b", re.I)
# What Lambda's Python runtime has beside the standard library
# (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html).
RUNTIME = {"boto3", "botocore"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """The top-level packages that a file imports, in functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_product_does_not_know_that_a_local_cloud_exists() -> None:
    files = [*sources("infra", "lambdas", "pipeline_code/pipelines"), ROOT / "app.py"]
    knowing = [str(file) for file in files if OF_THE_LOCAL_CLOUD.search(file.read_text())]
    assert len(files) > 40
    assert knowing == []


def test_the_local_cloud_does_not_know_this_project() -> None:
    files = list(sources("localcloud"))
    forbidden = {*PRODUCT, "app", "demo", "bench", "tools", "tests", "pipelines"}
    crossing = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in imported(file)
        if name in forbidden
    }
    assert len(files) > 200
    assert crossing == set()


@pytest.mark.parametrize(
    "folder", sorted(file.parent.name for file in (ROOT / "lambdas").glob("*/lambda_function.py"))
)
def test_functions_use_the_runtimes_sdk_and_the_standard_library(folder: str) -> None:
    files = [*sources(f"lambdas/{folder}", "lambdas/shared")]
    own = {file.stem for file in files} | {"slipway_shared"}
    names = {name for file in files for name in imported(file)}
    assert names - own - RUNTIME - set(sys.stdlib_module_names) == set()
