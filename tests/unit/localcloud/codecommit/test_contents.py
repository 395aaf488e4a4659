"""Commits made, and files read, through the API.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html and its siblings
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

Cloud = Any
Git = Any


def put(path: str, content: bytes = b"x", **more: Any) -> dict[str, Any]:
    """An entry of `putFiles`."""
    return {"filePath": path, "fileContent": content, **more}


def refused(call: Any, **members: Any) -> str:
    """The error code of a call that must fail; one that the operation's model lists."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    error = caught.value
    shapes = call.__self__.meta.service_model.operation_model(error.operation_name).error_shapes
    assert error.response["Error"]["Code"] in {shape.name for shape in shapes}
    return str(error.response["Error"]["Code"])


def test_the_first_commit_makes_the_branch(cloud: Cloud, work: Git, tmp_path: Path) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    made = codecommit.create_commit(
        repositoryName=name,
        branchName="main",
        authorName="Ana",
        email="ana@example.com",
        commitMessage="first",
        putFiles=[put("run.sh", b"#!/bin/sh\n", fileMode="EXECUTABLE"), put("d/a.txt", b"\xff\0")],
    )
    added = {each["absolutePath"]: each["fileMode"] for each in made["filesAdded"]}
    assert added == {"run.sh": "EXECUTABLE", "d/a.txt": "NORMAL"}
    assert cloud.head(name) == made["commitId"]
    metadata = codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    assert metadata["defaultBranch"] == "main"
    work("clone", "--quiet", cloud.url(name), str(tmp_path / "clone"))
    assert (tmp_path / "clone/run.sh").stat().st_mode & 0o100
    assert (tmp_path / "clone/d/a.txt").read_bytes() == b"\xff\0"
    author = work("-C", str(tmp_path / "clone"), "log", "-1", "--format=%an <%ae> %s")
    assert author == "Ana <ana@example.com> first"
    work("-C", str(tmp_path / "clone"), "fsck", "--strict")
    (event,) = cloud.events(name, 1)
    assert (event["detail"]["event"], event["detail"]["commitId"]) == (
        "referenceCreated",
        made["commitId"],
    )


def test_files_are_put_moved_deleted_and_changed(cloud: Cloud) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    where = {"repositoryName": name, "branchName": "main"}
    first = codecommit.create_commit(
        **where, putFiles=[put("a"), put("b/only", b"b"), put("c", b"c"), put("s", b"s")]
    )
    second = codecommit.create_commit(
        **where,
        parentCommitId=first["commitId"],
        keepEmptyFolders=True,
        putFiles=[
            put("a", b"new"),
            {"filePath": "moved", "sourceFile": {"filePath": "c", "isMove": True}},
        ],
        deleteFiles=[{"filePath": "b/only"}],
        setFileModes=[{"filePath": "s", "fileMode": "EXECUTABLE"}],
    )

    def paths(member: str) -> set[str]:
        return {each["absolutePath"] for each in second[member]}

    assert paths("filesAdded") == {"moved", "b/.gitkeep"}
    assert paths("filesUpdated") == {"a", "s"}
    assert paths("filesDeleted") == {"b/only", "c"}
    told = codecommit.get_commit(repositoryName=name, commitId=second["commitId"])["commit"]
    assert told["parents"] == [first["commitId"]]
    assert told["treeId"] == second["treeId"]
    differences = codecommit.get_differences(
        repositoryName=name,
        beforeCommitSpecifier=first["commitId"],
        afterCommitSpecifier="main",
    )["differences"]
    seen = {
        (each.get("afterBlob") or each["beforeBlob"])["path"]: each["changeType"]
        for each in differences
    }
    assert seen == {
        "a": "M",
        "b/.gitkeep": "A",
        "b/only": "D",
        "c": "D",
        "moved": "A",
        "s": "M",
    }
    mode = next(each for each in differences if each["changeType"] == "M" and "s" in str(each))
    assert mode["afterBlob"]["mode"] in {"100644", "100755"}
    page = codecommit.get_differences(
        repositoryName=name, afterCommitSpecifier="main", MaxResults=2
    )
    assert len(page["differences"]) == 2
    assert page["NextToken"]
    below = codecommit.get_differences(
        repositoryName=name, afterCommitSpecifier="main", afterPath="b", beforePath="b"
    )
    assert [each["afterBlob"]["path"] for each in below["differences"]] == ["b/.gitkeep"]


def test_files_and_folders_are_read_at_any_commit(cloud: Cloud, work: Git) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    work.commit({"d/a.txt": "one", "d/e/b.txt": "two", "top.txt": "top"})
    (work.directory / "link").symlink_to("top.txt")
    old = work.commit({})
    work("tag", "-a", "v1", "-m", "one")
    work.commit({"d/a.txt": "three"})
    work("push", cloud.url(name), "main", "v1")

    def file(**more: Any) -> bytes:
        return bytes(
            codecommit.get_file(repositoryName=name, filePath="d/a.txt", **more)["fileContent"]
        )

    assert file() == b"three"
    for specifier in (old, "v1", "refs/tags/v1"):
        assert file(commitSpecifier=specifier) == b"one"
    told = codecommit.get_file(repositoryName=name, filePath="d/a.txt")
    assert (told["fileMode"], told["fileSize"]) == ("NORMAL", 5)
    assert codecommit.get_blob(repositoryName=name, blobId=told["blobId"])["content"] == b"three"
    folder = codecommit.get_folder(repositoryName=name, folderPath="d")
    assert [each["relativePath"] for each in folder["files"]] == ["a.txt"]
    assert [each["absolutePath"] for each in folder["subFolders"]] == ["d/e"]
    root = codecommit.get_folder(repositoryName=name, folderPath="/")
    assert [each["absolutePath"] for each in root["symbolicLinks"]] == ["link"]
    for specifier in ("nothing", "main~1", "0" * 40):
        gone = refused(
            codecommit.get_file,
            repositoryName=name,
            filePath="top.txt",
            commitSpecifier=specifier,
        )
        assert gone == "CommitDoesNotExistException"
    missing = refused(codecommit.get_file, repositoryName=name, filePath="d")
    assert missing == "FileDoesNotExistException"
    nowhere = refused(codecommit.get_folder, repositoryName=name, folderPath="x")
    assert nowhere == "FolderDoesNotExistException"
    unknown = refused(codecommit.get_commit, repositoryName=name, commitId="1" * 40)
    assert unknown == "CommitIdDoesNotExistException"
    batch = codecommit.batch_get_commits(repositoryName=name, commitIds=[old, "1" * 40])
    assert [each["commitId"] for each in batch["commits"]] == [old]
    assert batch["errors"][0]["errorCode"] == "CommitIdDoesNotExistException"


def test_what_a_commit_must_not_be(cloud: Cloud) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    where = {"repositoryName": name, "branchName": "main"}
    first = codecommit.put_file(**where, filePath="a", fileContent=b"x")["commitId"]
    second = codecommit.put_file(**where, filePath="d/b", fileContent=b"x", parentCommitId=first)[
        "commitId"
    ]
    on = {**where, "parentCommitId": second}

    def commit(**more: Any) -> str:
        return refused(codecommit.create_commit, **{**on, **more})

    assert refused(codecommit.create_commit, **where, putFiles=[put("z")]) == (
        "ParentCommitIdRequiredException"
    )
    assert commit(parentCommitId=first, putFiles=[put("z")]) == "ParentCommitIdOutdatedException"
    assert commit(parentCommitId="1" * 40, putFiles=[put("z")]) == (
        "ParentCommitDoesNotExistException"
    )
    assert commit(branchName="other", putFiles=[put("z")]) == "BranchDoesNotExistException"
    assert commit() == "FileEntryRequiredException"
    assert commit(putFiles=[put("a")]) == "NoChangeException"
    assert commit(putFiles=[put("z"), put("z")]) == "SamePathRequestException"
    assert commit(putFiles=[put("d")]) == "FileNameConflictsWithDirectoryNameException"
    assert commit(putFiles=[put("a/b")]) == "DirectoryNameConflictsWithFileNameException"
    for path in ("../z", "d/../../z", ".git/config", "d/.GIT/x"):
        assert commit(putFiles=[put(path)]) == "InvalidPathException"
    assert commit(deleteFiles=[{"filePath": "z"}]) == "FileDoesNotExistException"
    large = b"x" * (6 * 1024 * 1024 + 1)
    assert commit(putFiles=[put("z", large)]) == "FileContentSizeLimitExceededException"
    many = [put(f"f{number}") for number in range(101)]
    assert commit(putFiles=many) == "MaximumFileEntriesExceededException"
    same = refused(codecommit.put_file, **on, filePath="a", fileContent=b"x")
    assert same == "SameFileContentException"
    assert cloud.head(name) == second
    assert len(cloud.events(name, 2)) == 2
