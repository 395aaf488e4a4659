"""What makes a version deployable, and who approved it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import REGISTRY, described_package

packages = asset("shared").module("slipway_shared.model_package")


def test_an_approved_and_complete_version_has_no_obstacle() -> None:
    package = packages.parse_model_package(described_package())
    assert (package.arn, package.version, package.obstacle) == (f"{REGISTRY}/7", 7, None)


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"ModelApprovalStatus": "Rejected"}, "its approval status is Rejected, not Approved"),
        ({"ModelPackageStatus": "InProgress"}, "its status is InProgress, not Completed"),
    ],
)
def test_obstacles(changes: dict[str, Any], obstacle: str) -> None:
    assert packages.parse_model_package(described_package(**changes)).obstacle == obstacle


def test_a_version_without_an_approval_status_is_not_deployable() -> None:
    described = described_package()
    del described["ModelApprovalStatus"]
    assert packages.parse_model_package(described).obstacle is not None


@pytest.mark.parametrize(
    ("modified_by", "who"),
    [
        ({"IamIdentity": {"Arn": "arn:user"}, "UserProfileArn": "arn:profile"}, "arn:user"),
        ({"UserProfileArn": "arn:profile"}, "arn:profile"),
        ({}, None),
    ],
)
def test_who_changed_it_last(modified_by: dict[str, Any], who: str | None) -> None:
    described = described_package(LastModifiedBy=modified_by)
    assert packages.parse_model_package(described).last_modified_by == who
