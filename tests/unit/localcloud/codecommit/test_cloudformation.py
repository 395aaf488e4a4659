"""AWS::CodeCommit::Repository in a stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codecommit-repository.html
"""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import WaiterError

from localcloud.cloud import current

Cloud = Any
Git = Any
Content = bytes | tuple[int, bytes]


def zip_of(files: Mapping[str, Content]) -> bytes:
    """A zip; a file is its content, or its Unix mode and content."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            mode, data = content if isinstance(content, tuple) else (0o100644, content)
            info.external_attr = mode << 16
            zipped.writestr(info, data)
    return archive.getvalue()


class Stack:
    """One stack with one repository."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloudformation = cloud.client("cloudformation")
        self._s3 = cloud.client("s3")
        self.name = f"s-{uuid4().hex[:8]}"
        self._bucket = f"code-{uuid4().hex[:8]}"
        self._s3.create_bucket(Bucket=self._bucket)

    def upload(self, content: bytes) -> dict[str, str]:
        """Put a zip where the template finds it: `Code.S3`."""
        self._s3.put_object(Bucket=self._bucket, Key="code.zip", Body=content)
        return {"Bucket": self._bucket, "Key": "code.zip"}

    def deploy(self, properties: dict[str, Any], operation: str = "create") -> dict[str, str]:
        """Create or update; the outputs."""
        resource = {"Type": "AWS::CodeCommit::Repository", "Properties": properties}
        attributes = ("Arn", "CloneUrlHttp", "CloneUrlSsh", "Name")
        outputs: dict[str, Any] = {
            name: {"Value": {"Fn::GetAtt": ["Repository", name]}} for name in attributes
        }
        outputs["Ref"] = {"Value": {"Ref": "Repository"}}
        body = json.dumps({"Resources": {"Repository": resource}, "Outputs": outputs})
        getattr(self._cloudformation, f"{operation}_stack")(StackName=self.name, TemplateBody=body)
        self.wait(f"stack_{operation}_complete")
        stack = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def delete(self) -> None:
        """Delete the stack."""
        self._cloudformation.delete_stack(StackName=self.name)
        self.wait("stack_delete_complete")

    def wait(self, waiter: str) -> None:
        """Wait for a state."""
        configuration = {"Delay": 0.1, "MaxAttempts": 200}
        self._cloudformation.get_waiter(waiter).wait(
            StackName=self.name, WaiterConfig=configuration
        )

    def wait_until_rolled_back(self) -> None:
        """Wait for the end of a failed creation (botocore's waiter is for failed updates)."""

        def rolled_back() -> bool:
            stack = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
            return bool(stack["StackStatus"] == "ROLLBACK_COMPLETE")

        assert current().changes.wait_until(rolled_back, 20)

    def reasons(self) -> str:
        """Why things failed."""
        events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return "\n".join(each.get("ResourceStatusReason", "") for each in events)


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    """A stack that is not there yet."""
    return Stack(cloud)


def names(cloud: Cloud) -> set[str]:
    """The repositories that exist."""
    listed = cloud.codecommit.list_repositories()["repositories"]
    return {each["repositoryName"] for each in listed}


def test_code_is_the_first_commit(cloud: Cloud, stack: Stack, work: Git, tmp_path: Path) -> None:
    name = f"r-{uuid4().hex[:8]}"
    place = stack.upload(
        zip_of(
            {
                "README.md": b"read me\r\n",
                "folder/": (0o040755, b""),
                "folder/run.sh": (0o100755, b"#!/bin/sh\n"),
                "folder/link": (stat.S_IFLNK | 0o777, b"../README.md"),
                **{f"many/{number}.txt": str(number).encode() for number in range(300)},
            }
        )
    )
    outputs = stack.deploy(
        {
            "RepositoryName": name,
            "RepositoryDescription": "seeded",
            "Code": {"BranchName": "trunk", "S3": place},
            "Tags": [{"Key": "team", "Value": "ml"}],
        }
    )
    metadata = cloud.codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    assert outputs == {
        "Arn": metadata["Arn"],
        "CloneUrlHttp": metadata["cloneUrlHttp"],
        "CloneUrlSsh": metadata["cloneUrlSsh"],
        "Name": name,
        "Ref": metadata["repositoryId"],
    }
    assert metadata["defaultBranch"] == "trunk"
    tags = cloud.codecommit.list_tags_for_resource(resourceArn=metadata["Arn"])["tags"]
    assert tags["team"] == "ml"
    clone = tmp_path / "clone"
    work("clone", "--quiet", outputs["CloneUrlHttp"], str(clone))
    assert (clone / "README.md").read_bytes() == b"read me\r\n"
    assert (clone / "folder/run.sh").stat().st_mode & 0o100
    assert not (clone / "README.md").stat().st_mode & 0o100
    assert (clone / "folder/link").read_text() == "read me\n"
    assert (clone / "many/299.txt").read_text() == "299"
    log = work("-C", str(clone), "log", "--format=%an %ae %s")
    assert log == (
        "AWS CodeCommit noreply-awscodecommit@amazon.com Initial commit by AWS CodeCommit"
    )
    work("-C", str(clone), "fsck", "--strict")
    (event,) = cloud.events(name, 1)
    assert event["detail"]["event"] == "referenceCreated"
    assert event["detail"]["commitId"] == cloud.head(name, "trunk")


def test_an_update_renames_and_never_commits_again(cloud: Cloud, stack: Stack) -> None:
    name, new = f"r-{uuid4().hex[:8]}", f"r-{uuid4().hex[:8]}"
    code = {"S3": stack.upload(zip_of({"a.txt": b"one"}))}
    before = stack.deploy({"RepositoryName": name, "Code": code})
    commit = cloud.head(name)
    code = {"S3": stack.upload(zip_of({"a.txt": b"two"})), "BranchName": "other"}
    after = stack.deploy(
        {"RepositoryName": new, "RepositoryDescription": "described", "Code": code}, "update"
    )
    assert after["Ref"] == before["Ref"]
    assert after["Name"] == new
    assert after["CloneUrlHttp"].endswith(new)
    assert cloud.head(new) == commit
    metadata = cloud.codecommit.get_repository(repositoryName=new)["repositoryMetadata"]
    assert metadata["repositoryDescription"] == "described"
    assert cloud.codecommit.list_branches(repositoryName=new)["branches"] == ["main"]
    assert name not in names(cloud)
    stack.delete()
    assert new not in names(cloud)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"../evil": b"x"}, "The path ../evil is not valid"),
        ({"/etc/evil": b"x"}, "The path /etc/evil is not valid"),
        ({"d/.git/config": b"x"}, "The path d/.git/config is not valid"),
        ({"l": (stat.S_IFLNK | 0o777, b"../../etc")}, "leads out of the repository"),
        ({"l": (stat.S_IFLNK | 0o777, b"/etc")}, "leads out of the repository"),
        ({"l": (stat.S_IFLNK | 0o777, b"d"), "l/x": b"x"}, "has both l and l/x"),
    ],
)
def test_code_that_would_escape_is_refused_and_rolled_back(
    cloud: Cloud, stack: Stack, files: dict[str, Content], reason: str
) -> None:
    name = f"r-{uuid4().hex[:8]}"
    place = stack.upload(zip_of(files))
    with pytest.raises(WaiterError):
        stack.deploy({"RepositoryName": name, "Code": {"S3": place}})
    assert reason in stack.reasons()
    stack.wait_until_rolled_back()
    assert name not in names(cloud)


def test_code_that_is_not_there_or_no_zip_is_refused(cloud: Cloud, stack: Stack) -> None:
    name = f"r-{uuid4().hex[:8]}"
    place = stack.upload(b"no zip")
    with pytest.raises(WaiterError):
        stack.deploy({"RepositoryName": name, "Code": {"S3": {**place, "Key": "nowhere"}}})
    assert "nowhere" in stack.reasons()
    stack.wait_until_rolled_back()
    stack.delete()
    with pytest.raises(WaiterError):
        stack.deploy({"RepositoryName": name, "Code": {"S3": place}})
    assert "no readable zip" in stack.reasons()
    stack.wait_until_rolled_back()
    assert name not in names(cloud)


def test_triggers_are_refused_by_name(cloud: Cloud, stack: Stack) -> None:
    name = f"r-{uuid4().hex[:8]}"
    with pytest.raises(Exception, match=r"Triggers|ROLLBACK"):
        stack.deploy({"RepositoryName": name, "Triggers": []})
    assert name not in names(cloud)


def test_a_key_must_exist_and_can_be_changed(cloud: Cloud, stack: Stack) -> None:
    kms, name = cloud.client("kms"), f"r-{uuid4().hex[:8]}"
    keys = [kms.create_key()["KeyMetadata"] for _ in range(2)]
    stack.deploy({"RepositoryName": name, "KmsKeyId": keys[0]["KeyId"]})
    stack.deploy({"RepositoryName": name, "KmsKeyId": keys[1]["Arn"]}, "update")
    metadata = cloud.codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    assert metadata["kmsKeyId"] == keys[1]["Arn"]
