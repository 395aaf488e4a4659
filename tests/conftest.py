"""What every suite shares: a fixed AWS environment, and the rule that a test of AWS's behaviour says
how it is known to match AWS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIDELITY_MARKS = {"documented", "recorded", "local_only"}
SUITES_THAT_STATE_FIDELITY = ("e2e", "contract")

# Before anything imports boto3 or the SageMaker SDK: no test may reach a real account by accident.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a contract or e2e test that does not say how it is known to match AWS."""
    silent = [
        item.nodeid
        for item in items
        if any(f"/{suite}/" in str(item.path) for suite in SUITES_THAT_STATE_FIDELITY)
        and not FIDELITY_MARKS & {mark.name for mark in item.iter_markers()}
    ]
    if silent:
        listed = "\n  ".join(silent)
        raise pytest.UsageError(
            f"mark with documented(url), recorded(url) or local_only(reason):\n  {listed}"
        )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's directory."""
    return ROOT
