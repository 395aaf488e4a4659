"""Nothing of what is deployed knows an account, a region, a partition or an address of AWS's: images
come from the SageMaker SDK, ARNs from the CDK and from the services' own answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    ROOT / "app.py",
    *sorted((ROOT / "infra").rglob("*.py")),
    *sorted((ROOT / "lambdas").rglob("*.py")),
    *sorted((ROOT / "pipeline_code/pipelines").rglob("*.py")),
]
FIXED = re.compile(
    r"(?<!\d)\d{12}(?!\d)"  # an account
    r"|\b(?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?-[a-z]+-\d\b"  # a region
    r"|\barn:aws\b|\baws-(?:cn|us-gov|iso[a-z-]*)\b"  # a partition
    r"|\.dkr\.ecr\.|\bamazonaws\.com\b"
)
# Services are principals under this name in every partition:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
PRINCIPAL = re.compile(r"(?:[a-z]+|)\.amazonaws\.com")
ALLOWED = {
    # Patterns and examples for a person, of whatever partition.
    "infra/config.py": {"arn:aws"},
    "infra/source_config.py": {"arn:aws"},
    "infra/stages_config.py": {"arn:aws", "eu-west-1"},
    # The service-linked role of SageMaker's scaling, which has this name:
    # https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
    "infra/constructs/deployment_role.py": {"amazonaws.com"},
}


def texts(path: Path) -> Iterator[str]:
    """Every string of a module that is no docstring, the fixed parts of f-strings included."""
    tree = ast.parse(path.read_text())
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documentation:
            yield str(node.value)


def fixed(path: Path) -> set[str]:
    """What a module's strings and numbers fix that AWS may have otherwise elsewhere."""
    return {
        found
        for text in texts(path)
        if not PRINCIPAL.fullmatch(text)
        for found in FIXED.findall(text)
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_fixed(path: Path) -> None:
    assert fixed(path) - ALLOWED.get(str(path.relative_to(ROOT)), set()) == set()


@pytest.mark.parametrize(
    "planted",
    [
        '{"us-gov-west-1": "x"}',
        '["683313688378"]',
        "x = 683313688378",
        'f"arn:aws:s3:::{bucket}"',
        'f"arn:aws-cn:s3:::{bucket}"',
        'partition = "aws-us-gov"',
        'f"{account}.dkr.ecr.{region}.{domain}/x"',
        'f"https://s3.{region}.amazonaws.com/"',
        '"logs.eu-central-1.amazonaws.com"',
    ],
)
def test_a_planted_table_is_found(tmp_path: Path, planted: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(f'"""For us-east-1."""\n\n{planted if "=" in planted else "x = " + planted}\n')
    assert fixed(path)
