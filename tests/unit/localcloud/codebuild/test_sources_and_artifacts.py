"""What a build is made of and what comes out: S3 zips, versions, secondary sources, globs."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.unit.localcloud.codebuild.conftest import (
    Cloud,
    phase,
    statuses,
)

SPEC = """\
version: 0.2
phases:
  build:
    commands:
      - mkdir -p out/deep && cp word out/word && echo x > out/deep/x.txt && echo t > out/x.tmp
artifacts:
  base-directory: out
  files: ["**/*"]
  exclude-paths: ["*.tmp"]
"""


def s3_source(cloud: Cloud, key: str, **more: Any) -> dict[str, Any]:
    return {"type": "S3", "location": f"{cloud.bucket}/{key}", **more}


def zip_artifacts(cloud: Cloud, **more: Any) -> dict[str, Any]:
    return {"type": "S3", "location": cloud.bucket, "packaging": "ZIP", **more}


def test_zip_in_and_zip_out(cloud: Cloud) -> None:
    first = cloud.put_zip("in.zip", {"buildspec.yml": SPEC, "word": "one"})
    second = cloud.put_zip("in.zip", {"buildspec.yml": SPEC, "word": "two"})
    project = cloud.project(
        source=s3_source(cloud, "in.zip"),
        artifacts=zip_artifacts(cloud, path="built", name="out.zip"),
    )
    build = cloud.wait(cloud.start(project))
    assert build["buildStatus"] == "SUCCEEDED", cloud.log(build)
    assert build["resolvedSourceVersion"] == second
    assert cloud.read_zip("built/out.zip") == {"word": b"two", "deep/x.txt": b"x\n"}
    body = cloud.client("s3").get_object(Bucket=cloud.bucket, Key="built/out.zip")["Body"].read()
    assert build["artifacts"]["location"] == f"arn:aws:s3:::{cloud.bucket}/built/out.zip"
    assert build["artifacts"]["sha256sum"] == hashlib.sha256(body).hexdigest()
    cloud.wait(cloud.start(project, sourceVersion=first))
    assert cloud.read_zip("built/out.zip")["word"] == b"one"


def test_project_of_a_pipeline_starts_only_with_overrides(cloud: Cloud) -> None:
    project = cloud.project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})
    with pytest.raises(ClientError, match="CODEPIPELINE is started by CodePipeline only"):
        cloud.start(project)
    cloud.put_zip("pipe/Source/abc", {"buildspec.yml": SPEC, "word": "piped"})
    build = cloud.wait(
        cloud.start(
            project,
            sourceTypeOverride="S3",
            sourceLocationOverride=f"{cloud.bucket}/pipe/Source/abc",
            artifactsOverride=zip_artifacts(cloud, path="pipe/Build", name="def"),
        )
    )
    assert build["buildStatus"] == "SUCCEEDED", cloud.log(build)
    assert cloud.read_zip("pipe/Build/def")["word"] == b"piped"


def test_secondary_sources_and_artifacts(cloud: Cloud) -> None:
    spec = """\
version: 0.2
phases:
  build:
    commands: [cp "$CODEBUILD_SRC_DIR_other/word" copied]
artifacts:
  secondary-artifacts:
    First: {files: [copied]}
    Second: {files: [buildspec.yml], discard-paths: yes}
"""
    cloud.put_zip("main.zip", {"buildspec.yml": spec})
    cloud.put_zip("other.zip", {"word": "elsewhere"})
    project = cloud.project(
        source=s3_source(cloud, "main.zip"),
        secondarySources=[s3_source(cloud, "other.zip", sourceIdentifier="other")],
        secondaryArtifacts=[
            zip_artifacts(cloud, name="first.zip", artifactIdentifier="First"),
            zip_artifacts(cloud, name="second.zip", artifactIdentifier="Second"),
        ],
    )
    build = cloud.wait(cloud.start(project))
    assert build["buildStatus"] == "SUCCEEDED", cloud.log(build)
    assert cloud.read_zip("first.zip") == {"copied": b"elsewhere"}
    assert set(cloud.read_zip("second.zip")) == {"buildspec.yml"}
    assert {each["artifactIdentifier"] for each in build["secondaryArtifacts"]} == {
        "First",
        "Second",
    }


def test_unpackaged_artifacts_with_a_name_of_the_buildspec(cloud: Cloud) -> None:
    build = cloud.build(
        SPEC.replace("cp word out/word", "echo w > out/word")
        + '  name: "v-$CODEBUILD_BUILD_NUMBER"\n',
        artifacts={
            "type": "S3",
            "location": cloud.bucket,
            "namespaceType": "BUILD_ID",
            "overrideArtifactName": True,
        },
    )
    assert build["buildStatus"] == "SUCCEEDED", cloud.log(build)
    uuid = build["id"].partition(":")[2]
    listed = cloud.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix=f"{uuid}/")
    assert {each["Key"] for each in listed["Contents"]} == {
        f"{uuid}/v-1/word",
        f"{uuid}/v-1/deep/x.txt",
    }


@pytest.mark.parametrize(
    ("files", "failed", "code", "message"),
    [
        ({"x": ""}, "DOWNLOAD_SOURCE", "YAML_FILE_ERROR", "no such file or directory"),
        (
            {
                "buildspec.yml": "version: 0.2\nphases: {build: {commands: ['true']}}\n"
                "artifacts: {files: [no]}"
            },
            "UPLOAD_ARTIFACTS",
            "CLIENT_ERROR",
            "no matching artifact paths found",
        ),
        (
            {"buildspec.yml": "version: 0.2\nphases: {build: {run-as: x, commands: ['true']}}"},
            "DOWNLOAD_SOURCE",
            "YAML_FILE_ERROR",
            "unsupported by the local cloud: phases/build member 'run-as'",
        ),
    ],
)
def test_failures_name_their_phase(
    cloud: Cloud, files: dict[str, str], failed: str, code: str, message: str
) -> None:
    cloud.put_zip("bad.zip", files)
    project = cloud.project(
        source=s3_source(cloud, "bad.zip"), artifacts=zip_artifacts(cloud, name="never.zip")
    )
    build = cloud.wait(cloud.start(project))
    assert build["buildStatus"] == statuses(build)[failed] == "FAILED"
    (context,) = phase(build, failed)["contexts"]
    assert context["statusCode"] == code
    assert message in context["message"]


def test_missing_source_object_fails_the_download(cloud: Cloud) -> None:
    build = cloud.wait(cloud.start(cloud.project(source=s3_source(cloud, "absent.zip"))))
    (context,) = phase(build, "DOWNLOAD_SOURCE")["contexts"]
    assert "NoSuchKey" in context["message"]


def test_codecommit_source_is_cloned_at_its_version(cloud: Cloud) -> None:
    codecommit, name = cloud.client("codecommit"), f"words-{uuid4().hex[:8]}"
    codecommit.create_repository(repositoryName=name)
    spec = b"version: 0.2\nphases: {build: {commands: [cat word]}}\n"

    def commit(word: bytes, parent: dict[str, str]) -> str:
        put = [{"filePath": "word", "fileContent": word}]
        if not parent:
            put.append({"filePath": "buildspec.yml", "fileContent": spec})
        made = codecommit.create_commit(
            repositoryName=name, branchName="main", putFiles=put, **parent
        )
        return str(made["commitId"])

    first = commit(b"old\n", {})
    second = commit(b"new\n", {"parentCommitId": first})
    location = f"https://git-codecommit.us-east-1.amazonaws.com/v1/repos/{name}"
    project = cloud.project(
        source={"type": "CODECOMMIT", "location": location}, sourceVersion="refs/heads/main"
    )
    newest = cloud.wait(cloud.start(project))
    assert newest["resolvedSourceVersion"] == second, cloud.log(newest)
    assert "new" in cloud.log(newest)
    older = cloud.wait(cloud.start(project, sourceVersion=first))
    assert older["resolvedSourceVersion"] == first
    assert "old" in cloud.log(older)
    absent = cloud.wait(cloud.start(project, sourceVersion="absent"))
    assert phase(absent, "DOWNLOAD_SOURCE")["contexts"][0]["statusCode"] == "GIT_CLONE_FAILED"
