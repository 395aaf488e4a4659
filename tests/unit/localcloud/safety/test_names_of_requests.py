"""No name in a request leads out of the local cloud's directory: each is tried over HTTP."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.local_server import ACCOUNT
from tests.unit.localcloud.codebuild.conftest import ROLE, Cloud, phase
from tests.unit.localcloud.safety.fuzzed_requests import Request, send
from tests.unit.localcloud.safety.other_server import zipped
from tests.unit.localcloud.safety.test_archives import LEAVING, link, zip_of

NAMES = (*LEAVING, "a\0b", "a\\..\\..\\b", "é\u202e\U0001f600/../..", "%2e%2e%2f", "-x", " ")
pytestmark = pytest.mark.usefixtures("surroundings")
OK = "version: 0.2\nphases: {build: {commands: ['true']}}\n"


def raw(cloud: Cloud, service: str, target: str, members: dict[str, Any], **headers: str) -> int:
    """The status of a request that boto3 would not send."""
    signed = f"AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{service}/aws4_request"
    request = Request(
        "POST",
        "/",
        {
            "Authorization": signed,
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.1",
            **headers,
        },
        json.dumps(members).encode(),
    )
    return send(cloud.endpoint, request, 30).status


@pytest.mark.parametrize("name", NAMES)
def test_repositories(cloud: Cloud, name: str) -> None:
    members = {"repositoryName": name}
    # Both are names for CodeCommit; a repository's folder is called by its id.
    allowed = name in ("-x", "..")
    status = raw(cloud, "codecommit", "CodeCommit_20150413.CreateRepository", members)
    assert status == (200 if allowed else 400)
    address = urlsplit(cloud.endpoint)
    path = f"/v1/repos/{quote(name, safe='')}/info/refs?service=git-upload-pack"
    assert send(f"http://{address.netloc}", Request("GET", path), 30).status in (200, 404)


def test_the_account_of_a_header_is_not_believed(cloud: Cloud) -> None:
    status = raw(
        cloud,
        "codecommit",
        "CodeCommit_20150413.CreateRepository",
        {"repositoryName": "accounts"},
        **{"x-moto-account-id": "../../../../evil"},
    )
    assert status == 200
    found = cloud.client("codecommit").get_repository(repositoryName="accounts")
    assert found["repositoryMetadata"]["accountId"] == ACCOUNT


@pytest.mark.parametrize("name", NAMES)
def test_functions(cloud: Cloud, name: str) -> None:
    request = Request(
        "POST",
        "/2015-03-31/functions",
        {
            "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/lambda/aws4_request",
            "Content-Type": "application/json",
        },
        json.dumps(
            {
                "FunctionName": name,
                "Role": f"arn:aws:iam::{ACCOUNT}:role/function",
                "Runtime": "python3.13",
                "Handler": "main.handler",
                "Code": {"ZipFile": ""},
            }
        ).encode(),
    )
    answer = send(cloud.endpoint, request, 30)
    assert answer.status == 400, answer
    assert b"functionName" in answer.body or name == "-x"


@pytest.mark.parametrize(
    "member", [*((name, "x", 0) for name in LEAVING), link("l", "../../secret"), link("l", "/etc")]
)
def test_function_packages(cloud: Cloud, member: tuple[str, str, int]) -> None:
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        name = f"function-{uuid4().hex[:8]}"
        cloud.client("lambda").create_function(
            FunctionName=name,
            Role=f"arn:aws:iam::{ACCOUNT}:role/function",
            Runtime="python3.13",
            Handler="main.handler",
            Code={"ZipFile": zip_of(("main.py", "def handler(event, context): pass", 0), member)},
        )
        # Links are looked at when they are made: when the function first runs.
        cloud.client("lambda").invoke(FunctionName=name)


def source_of(cloud: Cloud, content: bytes) -> dict[str, Any]:
    key = f"{uuid4().hex}.zip"
    cloud.client("s3").put_object(Bucket=cloud.bucket, Key=key, Body=content)
    return {"type": "S3", "location": f"{cloud.bucket}/{key}"}


@pytest.mark.parametrize(
    "member",
    [
        *((name, "x", 0) for name in LEAVING),
        link("l", "/etc/passwd"),
        link("l", "../../../../../../../../secret"),
        link("buildspec.yml", "/etc/passwd"),
    ],
)
def test_sources_of_builds(cloud: Cloud, member: tuple[str, str, int]) -> None:
    content = zip_of(("other", "x", 0), member)
    build = cloud.wait(cloud.start(cloud.project(source=source_of(cloud, content))))
    (context,) = phase(build, "DOWNLOAD_SOURCE")["contexts"]
    assert "not a valid zip file" in context["message"]


@pytest.mark.parametrize("path", ["../" * 12 + "etc/passwd", "/etc/passwd", "a\0b", "x" * 5000])
def test_buildspecs(cloud: Cloud, path: str) -> None:
    source = {**source_of(cloud, zipped({"buildspec.yml": OK})), "buildspec": path}
    build = cloud.wait(cloud.start(cloud.project(source=source)))
    (context,) = phase(build, "DOWNLOAD_SOURCE")["contexts"]
    assert context["statusCode"] == "YAML_FILE_ERROR"
    assert "no such file or directory" in context["message"]


def test_a_build_clones_no_folder_of_this_machine(cloud: Cloud, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path / "mine"], check=True)
    for location in (
        str(tmp_path / "mine"),
        f"file://{tmp_path}/mine",
        "--upload-pack=touch x",
        "ext::sh -c true",
    ):
        with pytest.raises(ClientError):
            source = {"type": "CODECOMMIT", "location": location}
            build = cloud.wait(cloud.start(cloud.project(source=source)))
            (context,) = phase(build, "DOWNLOAD_SOURCE")["contexts"]
            assert "unsupported by the local cloud: source location" in context["message"]
            raise ClientError({}, "refused by the build")


def test_artifacts(cloud: Cloud, surroundings: Path) -> None:
    secret = surroundings / "secret"
    build = cloud.build(
        f"""\
version: 0.2
phases:
  build:
    commands:
      - mkdir -p out/deep
      - echo good > out/good && ln -s good out/link && ln -s {secret} out/deep/leak
      - ln -s {surroundings} out/folder && ln -s /etc out/etc && mkfifo out/pipe
artifacts:
  files: ["**/*", "{secret}", "../../../../../../../secret"]
  base-directory: out
""",
        artifacts={
            "type": "S3",
            "location": cloud.bucket,
            "packaging": "ZIP",
            "name": "artifact.zip",
        },
    )
    assert build["buildStatus"] == "SUCCEEDED", cloud.log(build)
    assert cloud.read_zip("artifact.zip") == {"good": b"good\n", "link": b"good\n"}
    left_out = [line for line in cloud.log(build) if "outside of the build's directory" in line]
    assert len(left_out) == 2, left_out


@pytest.mark.parametrize("base", ["..", "../../../../../../../..", "/etc", "link"])
def test_base_directories_of_artifacts(cloud: Cloud, base: str) -> None:
    build = cloud.build(
        f"""\
version: 0.2
phases: {{build: {{commands: ["ln -s /etc link"]}}}}
artifacts: {{files: ["**/passwd", "secret"], base-directory: "{base}"}}
""",
        artifacts={"type": "S3", "location": cloud.bucket, "packaging": "ZIP", "name": "x"},
    )
    (context,) = phase(build, "UPLOAD_ARTIFACTS")["contexts"]
    assert context["message"] == "no matching artifact paths found"


def test_a_project_is_not_made_with_a_name_that_leaves(cloud: Cloud) -> None:
    for name in NAMES:
        with pytest.raises((ClientError, ParamValidationError)):
            cloud.codebuild.create_project(
                name=name,
                source={"type": "NO_SOURCE", "buildspec": OK},
                artifacts={"type": "NO_ARTIFACTS"},
                environment={
                    "type": "LINUX_CONTAINER",
                    "image": "x",
                    "computeType": "BUILD_GENERAL1_SMALL",
                },
                serviceRole=ROLE,
            )


@pytest.mark.parametrize("name", NAMES)
def test_images(cloud: Cloud, name: str) -> None:
    sagemaker = cloud.client("sagemaker")
    with pytest.raises(ClientError, match=r"container image|validation error|Serialization"):
        sagemaker.create_model(
            ModelName=f"model-{uuid4().hex[:8]}",
            ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/jobs",
            PrimaryContainer={"Image": f"683313688378.dkr.ecr.us-east-1.amazonaws.com/{name}"},
        )


@pytest.mark.parametrize("name", NAMES)
def test_log_groups_are_no_files(cloud: Cloud, name: str) -> None:
    status = raw(cloud, "logs", "Logs_20140328.CreateLogGroup", {"logGroupName": name})
    assert status in (200, 400)


def test_moto_writes_no_recording(cloud: Cloud) -> None:
    for path in ("/moto-api/recorder/upload-recording", "/moto-api/reset", "/moto-api/"):
        assert send(cloud.endpoint, Request("POST", path, body=b"{}"), 30).status == 404
    assert not Path("moto_recording").exists()
