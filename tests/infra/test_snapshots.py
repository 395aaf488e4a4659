"""The whole of each template, so that a change of it is seen by who reviews it.

`pytest tests/infra/test_snapshots.py --snapshot-update` accepts a change. Functions are written as text,
asset hashes are masked, metadata is left out.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from .synthesis import flat


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def masked(value: Any) -> Any:
    match value:
        case str():
            return re.sub(r"\b[0-9a-f]{64}\b", "<asset hash>", value)
        case dict():
            return {key: masked(entry) for key, entry in value.items() if key != "Metadata"}
        case list():
            return [masked(entry) for entry in value]
    return value


def shown(template: dict[str, Any]) -> Any:
    """What the stack makes and puts out; what the CDK adds for bootstrapping is its own affair."""
    return masked(flat({part: template[part] for part in ("Description", "Resources", "Outputs")}))


def test_model_build_stack(build: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert shown(build) == snapshot


def test_model_deploy_stack(deploy: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert shown(deploy) == snapshot


def test_staging_stack(staging: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert shown(staging) == snapshot


def test_prod_stack(prod: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert shown(prod) == snapshot


def test_hashes_are_masked_wherever_they_stand() -> None:
    assert masked({"S3Key": f"{'0f' * 32}.zip"}) == {"S3Key": "<asset hash>.zip"}
