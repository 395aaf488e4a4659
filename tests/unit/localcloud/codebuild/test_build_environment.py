"""What a build's commands see: variables, secrets, the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codebuild.conftest import Cloud, phase, spec


def test_environment_is_the_builds_own(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SECRET", "leaked")
    project = cloud.project(
        """\
version: 0.2
env:
  variables: {A: spec, B: spec, C: spec}
phases:
  build:
    commands:
      - echo "$A $B $C [$SERVER_SECRET] $AWS_REGION $CODEBUILD_BUILD_ID"
      - echo "$CODEBUILD_BUILD_NUMBER $CODEBUILD_BUILD_IMAGE $CODEBUILD_INITIATOR"
      - test "$PWD" = "$CODEBUILD_SRC_DIR" && test "$HOME" != """
        + f'"{Path.home()}"'
        + """ && echo apart
      - aws sts get-caller-identity --query Arn --output text
""",
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [
                {"name": "B", "value": "project"},
                {"name": "C", "value": "project"},
            ],
        },
    )
    override = {"name": "C", "value": "override", "type": "PLAINTEXT"}
    build = cloud.wait(cloud.start(project, environmentVariablesOverride=[override]))
    log = cloud.log(build)
    assert build["buildStatus"] == "SUCCEEDED", log
    assert f"spec project override [] {REGION} {build['id']}" in log
    assert "1 aws/codebuild/standard:7.0 root" in log
    assert "apart" in log
    uuid = build["id"].partition(":")[2]
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/code-build/AWSCodeBuild-{uuid}" in log


def test_secret_values_are_read_and_never_logged(cloud: Cloud) -> None:
    cloud.client("ssm").put_parameter(Name="/word", Value="abracadabra", Type="SecureString")
    cloud.client("secretsmanager").create_secret(
        Name="login", SecretString='{"user": "ada", "password": "lovelace"}'
    )
    build = cloud.build(
        """\
version: 0.2
env:
  parameter-store: {WORD: /word}
  secrets-manager: {PASSWORD: "login:password"}
phases:
  build:
    commands:
      - echo "${#WORD} ${#PASSWORD} <$WORD> <$PASSWORD>"
"""
    )
    assert "11 8 <***> <***>" in cloud.log(build)
    missing = cloud.build(
        spec(build=["true"]).replace("phases:", "env: {parameter-store: {X: /no}}\nphases:")
    )
    assert phase(missing, "DOWNLOAD_SOURCE")["contexts"] == [
        {"statusCode": "Decrypted Variables Error", "message": "parameter does not exist: /no"}
    ]


def test_shell_is_sh_unless_bash_is_asked_for(cloud: Cloud) -> None:
    command = 'if [ -n "$BASH_VERSION" ] && [ ${#BASH_VERSINFO} -gt 0 ]; then echo bash; fi'
    text = spec(build=[f"'{command}'"])
    bash = cloud.build(text.replace("phases:", "env: {shell: bash}\nphases:"))
    assert bash["buildStatus"] == "SUCCEEDED"
    assert "bash" in cloud.log(bash)
