"""Reading buildspecs."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.codebuild.buildspec import PhaseSpec, parse
from localcloud.codebuild.errors import PhaseFailed
from localcloud.codebuild.secret_variables import split_reference

BUILD = "version: 0.2\nphases: {build: {commands: [a]}}\n"


def test_texts_stay_as_they_are_written() -> None:
    spec = parse(
        """\
version: 0.2
env:
  shell: bash
  variables: {N: 1.10, T: yes}
  exported-variables: [N]
phases:
  install:
    runtime-versions: {python: 3.10}
  build:
    on-failure: ABORT
    commands: [a, "b"]
    finally: [c]
reports: {unit: {files: [x]}}
artifacts: {files: ['**/*'], discard-paths: yes, secondary-artifacts: {o: {files: [y]}}}
"""
    )
    assert spec.python_version == "3.10"
    assert spec.variables == {"N": "1.10", "T": "yes"}
    assert spec.phases["build"] == PhaseSpec(("a", "b"), ("c",), "ABORT")
    assert spec.artifacts is not None
    assert spec.artifacts.discard_paths
    assert spec.secondary_artifacts["o"].files == ("y",)
    (report,) = spec.reports
    assert (report.name, report.files.files, report.file_format) == ("unit", ("x",), "JUNITXML")
    assert spec.shell == "bash"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("phases: {build: {commands: [a]}}", "buildspec version None; supported: 0.2"),
        ("version: 0.1\nphases: {build: {commands: [a]}}", "buildspec version '0.1'"),
        ("version: 0.2", "at least one phase"),
        ("- a", "no mapping"),
        ("version: [", "YAML syntax error"),
        (BUILD + "proxy: {logs: yes}", "buildspec member 'proxy'"),
        (BUILD + "env: {git-credential-helper: yes}", "env/git-credential-helper 'yes'"),
        (BUILD + "env: {shell: powershell.exe}", "env/shell 'powershell.exe'"),
        (BUILD + "artifacts: {name: x}", "artifacts/files is required"),
        (BUILD + "artifacts: {files: [a], s3-prefix: x}", "artifacts member 's3-prefix'"),
        ("version: 0.2\nphases: {deploy: {commands: [a]}}", "phases member 'deploy'"),
        (
            BUILD.replace("commands", "on-failure: RETRY, commands"),
            "phases/build/on-failure 'RETRY'",
        ),
        (
            "version: 0.2\nphases: {install: {runtime-versions: {nodejs: 20}}}",
            "runtime 'nodejs'; supported: python",
        ),
        (
            "version: 0.2\nphases:\n  build:\n    commands:\n      - echo a: b\n",
            "Expected phases/build/commands[0] to be of string type: found subkeys instead",
        ),
    ],
)
def test_what_is_wrong_or_unsupported_is_named(text: str, message: str) -> None:
    with pytest.raises(PhaseFailed) as failed:
        parse(text)
    assert failed.value.code == "YAML_FILE_ERROR"
    assert message in failed.value.message


def test_the_model_repositorys_buildspec_is_understood(root: Path) -> None:
    spec = parse((root / "pipeline_code" / "codebuild-buildspec.yml").read_text())
    assert list(spec.phases) == ["install", "pre_build", "build"]


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("name", ("name", "", "", "")),
        ("name:key", ("name", "key", "", "")),
        ("name:key:AWSCURRENT", ("name", "key", "AWSCURRENT", "")),
        (
            "arn:aws:secretsmanager:us-east-1:1:secret:s-AbCdEf:key",
            ("arn:aws:secretsmanager:us-east-1:1:secret:s-AbCdEf", "key", "", ""),
        ),
    ],
)
def test_secret_references(reference: str, parts: tuple[str, ...]) -> None:
    assert split_reference(reference) == parts
