"""A manifest survives its zip file, and anything else is refused with a reason."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

manifests = asset("shared").module("slipway_shared.manifest")
TEXT = st.text(min_size=1, max_size=30)

MANIFESTS = st.builds(
    manifests.Manifest,
    model_package_group_name=TEXT,
    model_package_arn=TEXT,
    model_package_version=st.integers(1, 10**9),
    requested_at=TEXT,
    reason=TEXT,
    approved_by=st.none() | TEXT,
    previous_model_package_arn=st.none() | TEXT,
)
MEMBERS = {
    "schemaVersion": "1",
    "modelPackageGroupName": "G",
    "modelPackageArn": "arn:g/1",
    "modelPackageVersion": 1,
    "reason": "approved",
    "requestedAt": "2026-11-01T00:00:00Z",
}


def _zip(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


@given(manifest=MANIFESTS)
def test_round_trip_and_equal_bytes(manifest: Any) -> None:
    content = manifests.zip_manifest(manifest)
    assert manifests.unzip_manifest(content) == manifest
    assert manifests.zip_manifest(manifest) == content


@given(
    manifest=MANIFESTS,
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1),
    cut=st.integers(0, 40),
)
def test_damaged_bytes_are_refused_or_read_never_worse(
    manifest: Any, changes: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(manifests.zip_manifest(manifest))
    for position, value in changes:
        content[position % len(content)] = value
    with contextlib.suppress(manifests.ManifestError):
        manifests.unzip_manifest(bytes(content[: len(content) - cut]))


@given(content=st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(manifests.ManifestError):
        manifests.unzip_manifest(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a readable zip file"),
        (_zip(), "zip file holds no manifest.json; it holds nothing"),
        (_zip(other_txt=""), "zip file holds no manifest.json; it holds other.txt"),
        (_zip(manifest_json="{"), "manifest.json is not JSON"),
        (_zip(manifest_json="[" * 100_000), "manifest.json is not JSON"),
        (_zip(manifest_json="[]"), "manifest.json is not a JSON object"),
        (_zip(manifest_json=" " * 1_000_001), "manifest.json is larger than 1000000 bytes"),
    ],
    ids=["empty", "no-member", "other-member", "no-json", "deep-json", "list", "large"],
)
def test_what_is_no_manifest_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(manifests.ManifestError, match=reason):
        manifests.unzip_manifest(content)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schemaVersion": "2"}, "has schemaVersion '2'; this version reads '1'"),
        ({"modelPackageArn": ""}, "modelPackageArn must be a string, not ''"),
        ({"modelPackageArn": None}, "modelPackageArn must be a string, not None"),
        ({"modelPackageVersion": True}, "modelPackageVersion must be 1 or more, not True"),
        ({"modelPackageVersion": 0}, "modelPackageVersion must be 1 or more, not 0"),
        ({"approvedBy": 7}, "approvedBy must be a string, not 7"),
    ],
)
def test_bad_members_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(manifests.ManifestError, match=reason):
        manifests.parse_manifest(json.dumps({**MEMBERS, **change}))
