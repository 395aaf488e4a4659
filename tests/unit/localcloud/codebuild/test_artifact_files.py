"""Which files become an artifact, and where it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.codebuild.artifact_files import collect, matches
from localcloud.codebuild.artifacts import object_key
from localcloud.codebuild.buildspec import ArtifactSpec


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/*", "a/b/c.txt", True),
        ("**/*", "c.txt", True),
        ("*", "a/b", False),
        ("a/*.txt", "a/b.txt", True),
        ("a/*.txt", "a/b/c.txt", False),
        ("a/**/c.txt", "a/c.txt", True),
        ("./a.txt", "a.txt", True),
        ("a.txt", "aXtxt", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_a_base_directory_found_by_a_pattern_keeps_its_name(tmp_path: Path) -> None:
    for name in ("build1/a", "build2/deep/b", "other/c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    spec = ArtifactSpec(("**/*",), base_directory="build*")
    found, _ = collect(spec, tmp_path, within=tmp_path)
    assert set(found) == {"build1/a", "build2/deep/b"}
    spec = ArtifactSpec(("**/*",), base_directory="build2", discard_paths=True)
    flat, _ = collect(spec, tmp_path, within=tmp_path)
    assert set(flat) == {"b"}


def test_object_key_of_an_artifact() -> None:
    assert object_key({"path": "/p/", "namespaceType": "BUILD_ID"}, "n.zip", "u") == "p/u/n.zip"
    assert object_key({}, "/", "u") == ""
