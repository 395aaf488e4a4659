"""A manifest survives its zip file, and anything else is refused with a reason: by the parser, and by
the schema that is published, alike."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.shared.manifests import (
    BEYOND_THE_SCHEMA,
    FULL_STAGE,
    INVALID,
    LEAST,
    SERVERLESS_STAGE,
    VALID,
    changed,
)

manifests = asset("shared").module("slipway_shared.manifest")
SCHEMA = json.loads((Path(__file__).resolve().parents[4] / "docs/manifest.schema.json").read_text())
TEXT = st.text(min_size=1, max_size=30)
MANIFESTS = st.builds(
    manifests.Manifest,
    model_package_group_name=TEXT,
    model_package_arn=TEXT,
    model_package_version=st.integers(1, 10**9),
    requested_at=TEXT,
    reason=st.sampled_from(manifests.REASONS),
    stages=st.dictionaries(TEXT, st.sampled_from([FULL_STAGE, SERVERLESS_STAGE]), min_size=1),
    prod_approval_required=st.booleans(),
    prod_approval_because=TEXT,
    requested_by=st.none() | TEXT,
    note=st.none() | TEXT,
    approved_at=st.none() | TEXT,
    approved_by=st.none() | TEXT,
    previous_model_package_arn=st.none() | TEXT,
)


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    """The published schema, which is one itself."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return VALIDATOR


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


# Validating takes longer than hypothesis likes, on a machine that is busy.
@settings(deadline=None, max_examples=30)
@given(manifest=MANIFESTS)
def test_what_is_written_is_what_is_published(manifest: Any) -> None:
    assert VALIDATOR.is_valid(json.loads(manifest.to_json()))


def test_stages_keep_their_order() -> None:
    stages = {"staging": SERVERLESS_STAGE, "prod": FULL_STAGE}
    read = manifests.parse_manifest(json.dumps({**LEAST, "stages": stages}))
    assert list(read.stages) == ["staging", "prod"]
    assert list(json.loads(read.to_json())["stages"]) == ["staging", "prod"]


def test_a_stage_is_read_with_its_name() -> None:
    manifest = manifests.parse_manifest(json.dumps(LEAST))
    assert manifest.stage("prod").stage == "prod"
    assert manifest.stage("prod").endpoint_name == "abalone-prod"
    with pytest.raises(manifests.ManifestError, match=r"no stage 'test'; it has staging, prod"):
        manifest.stage("test")


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


@pytest.mark.parametrize(("path", "value"), VALID)
def test_what_may_be_is_read_and_valid(
    path: str, value: Any, schema: jsonschema.Draft202012Validator
) -> None:
    manifest = changed(path, value)
    manifests.parse_manifest(json.dumps(manifest))
    assert [error.message for error in schema.iter_errors(manifest)] == []


@pytest.mark.parametrize(("path", "value", "reason"), INVALID)
def test_what_may_not_be_is_refused_and_invalid(
    path: str, value: Any, reason: str, schema: jsonschema.Draft202012Validator
) -> None:
    manifest = changed(path, value)
    with pytest.raises(manifests.ManifestError, match=reason):
        manifests.parse_manifest(json.dumps(manifest))
    assert not schema.is_valid(manifest)


@pytest.mark.parametrize(("path", "value", "reason"), BEYOND_THE_SCHEMA)
def test_what_a_schema_cannot_say_is_refused_all_the_same(
    path: str, value: Any, reason: str, schema: jsonschema.Draft202012Validator
) -> None:
    manifest = changed(path, value)
    with pytest.raises(manifests.ManifestError, match=reason):
        manifests.parse_manifest(json.dumps(manifest))
    assert schema.is_valid(manifest)


def test_the_least_manifest_is_both(schema: jsonschema.Draft202012Validator) -> None:
    manifests.parse_manifest(json.dumps(LEAST))
    assert schema.is_valid(LEAST)


def test_every_object_of_the_schema_names_all_its_members() -> None:
    """Except where the members' names are free: stages, variables, tags."""
    free = {"stages", "containerEnvironment", "tags"}

    def loose(part: Any, name: str) -> list[str]:
        if isinstance(part, list):
            return [found for each in part for found in loose(each, name)]
        if not isinstance(part, dict):
            return []
        is_object = part.get("type") == "object" or "object" in (part.get("type") or [])
        # What only narrows an object elsewhere has no `required` of its own members.
        own = [name] if is_object and "description" in part and not _is_strict(part) else []
        return own + [found for key, each in part.items() for found in loose(each, key)]

    assert set(loose(SCHEMA, "")) == free


def _is_strict(part: dict[str, Any]) -> bool:
    return part.get("additionalProperties") is False
