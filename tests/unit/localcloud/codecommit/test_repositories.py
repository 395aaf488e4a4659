"""The operations on repositories, branches and tags.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

Cloud = Any
Git = Any


def code(call: Callable[..., Any], **members: Any) -> str:
    """The error code of a call that must fail; one that the operation's model lists."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    error = caught.value
    shapes = call.__self__.meta.service_model.operation_model(error.operation_name).error_shapes
    assert error.response["Error"]["Code"] in {shape.name for shape in shapes}
    return str(error.response["Error"]["Code"])


def test_a_repository_is_told_as_it_was_made(cloud: Cloud) -> None:
    codecommit, name = cloud.codecommit, f"r-{uuid4().hex[:8]}"
    made = codecommit.create_repository(
        repositoryName=name, repositoryDescription="about it", tags={"team": "ml"}
    )["repositoryMetadata"]
    assert made["Arn"] == f"arn:aws:codecommit:us-east-1:123456789012:{name}"
    assert made["cloneUrlHttp"] == f"{cloud.endpoint}/v1/repos/{name}"
    assert made["cloneUrlSsh"] == f"ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/{name}"
    assert made["creationDate"].tzinfo is not None
    assert "defaultBranch" not in made
    assert codecommit.get_repository(repositoryName=name)["repositoryMetadata"] == made
    tags = codecommit.list_tags_for_resource(resourceArn=made["Arn"])["tags"]
    assert tags == {"team": "ml"}
    listed = codecommit.list_repositories(sortBy="lastModifiedDate", order="descending")
    found = {"repositoryName": name, "repositoryId": made["repositoryId"]}
    assert found in listed["repositories"]
    batch = codecommit.batch_get_repositories(repositoryNames=[name, "nowhere"])
    assert batch["repositories"] == [made]
    assert batch["repositoriesNotFound"] == ["nowhere"]


def test_names_and_their_errors(cloud: Cloud) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    create = codecommit.create_repository
    assert code(create, repositoryName=name) == "RepositoryNameExistsException"
    for bad in ("with space", "x.git"):
        assert code(create, repositoryName=bad) == "InvalidRepositoryNameException"
    assert code(codecommit.get_repository, repositoryName="no") == "RepositoryDoesNotExistException"
    missing = code(codecommit.get_branch, repositoryName=name, branchName="main")
    assert missing == "BranchDoesNotExistException"
    bad_branch = code(codecommit.get_branch, repositoryName=name, branchName="a..b")
    assert bad_branch == "InvalidBranchNameException"
    assert code(codecommit.get_branch, branchName="main") == "RepositoryNameRequiredException"
    key = code(create, repositoryName="k", kmsKeyId=str(uuid4()))
    assert key == "EncryptionKeyNotFoundException"
    assert code(codecommit.get_repository, repositoryName="k") == "RepositoryDoesNotExistException"


def test_an_unsupported_operation_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="MergeBranchesByFastForward") as caught:
        cloud.codecommit.merge_branches_by_fast_forward(
            repositoryName="r", sourceCommitSpecifier="a", destinationCommitSpecifier="b"
        )
    assert caught.value.response["Error"]["Code"] == "NotImplemented"


def test_renaming_keeps_the_content_and_the_id(cloud: Cloud, work: Git, tmp_path: Path) -> None:
    codecommit, old, new = cloud.codecommit, cloud.repository(), f"r-{uuid4().hex[:8]}"
    before = codecommit.get_repository(repositoryName=old)["repositoryMetadata"]
    commit = work.commit({"a.txt": "one"})
    work("push", cloud.url(old), "main")
    taken = cloud.repository()
    clash = code(codecommit.update_repository_name, oldName=old, newName=taken)
    assert clash == "RepositoryNameExistsException"
    codecommit.update_repository_name(oldName=old, newName=new)
    after = codecommit.get_repository(repositoryName=new)["repositoryMetadata"]
    assert after["repositoryId"] == before["repositoryId"]
    assert after["Arn"].endswith(f":{new}")
    assert code(codecommit.get_repository, repositoryName=old) == "RepositoryDoesNotExistException"
    work("clone", "--quiet", cloud.url(new), str(tmp_path / "clone"))
    assert work("-C", str(tmp_path / "clone"), "rev-parse", "HEAD") == commit


def test_deleting_removes_the_files(cloud: Cloud, work: Git) -> None:
    from moto.codecommit import codecommit_backends

    codecommit, name = cloud.codecommit, cloud.repository()
    url = cloud.url(name)
    work.commit({"a.txt": "one"})
    work("push", url, "main")
    directory = codecommit_backends["123456789012"]["us-east-1"].repository_directory(name)
    assert (directory / "HEAD").is_file()
    assert codecommit.delete_repository(repositoryName=name)["repositoryId"]
    assert [each for each in directory.parent.iterdir() if directory.stem in each.name] == []
    assert "repositoryId" not in codecommit.delete_repository(repositoryName=name)
    assert "does not exist" in work.run("push", url, "main").stderr
    # A new repository of the name is empty.
    cloud.repository(name)
    assert codecommit.list_branches(repositoryName=name)["branches"] == []


def test_branches(cloud: Cloud, work: Git) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    commit = work.commit({"a.txt": "one"})
    work("push", cloud.url(name), "main")
    create = codecommit.create_branch
    create(repositoryName=name, branchName="feature/x", commitId=commit)
    assert codecommit.list_branches(repositoryName=name)["branches"] == ["feature/x", "main"]
    twice = code(create, repositoryName=name, branchName="main", commitId=commit)
    assert twice == "BranchNameExistsException"
    below = code(create, repositoryName=name, branchName="feature", commitId=commit)
    assert below == "InvalidBranchNameException"
    unknown = code(create, repositoryName=name, branchName="y", commitId="0" * 39 + "1")
    assert unknown == "CommitDoesNotExistException"
    short = code(create, repositoryName=name, branchName="y", commitId=commit[:8])
    assert short == "InvalidCommitIdException"
    delete = codecommit.delete_branch
    default = code(delete, repositoryName=name, branchName="main")
    assert default == "DefaultBranchCannotBeDeletedException"
    codecommit.update_default_branch(repositoryName=name, defaultBranchName="feature/x")
    deleted = delete(repositoryName=name, branchName="main")["deletedBranch"]
    assert deleted == {"branchName": "main", "commitId": commit}
    assert "deletedBranch" not in delete(repositoryName=name, branchName="main")
    symref = work("ls-remote", "--symref", cloud.url(name), "HEAD")
    assert "refs/heads/feature/x" in symref
    assert len(cloud.events(name, 3)) == 3


def test_pages(cloud: Cloud, work: Git) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    commit = work.commit({"a.txt": "one"})
    work("push", cloud.url(name), *(f"{commit}:refs/heads/b{n:03}" for n in range(130)))
    first = codecommit.list_branches(repositoryName=name)
    assert len(first["branches"]) == 100
    rest = codecommit.list_branches(repositoryName=name, nextToken=first["nextToken"])
    assert rest["branches"][-1] == "b129"
    assert "nextToken" not in rest
    bad = code(codecommit.list_branches, repositoryName=name, nextToken="%")
    assert bad == "InvalidContinuationTokenException"


def test_tags(cloud: Cloud) -> None:
    codecommit, name = cloud.codecommit, cloud.repository()
    arn = codecommit.get_repository(repositoryName=name)["repositoryMetadata"]["Arn"]
    codecommit.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    codecommit.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert codecommit.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    system = code(codecommit.tag_resource, resourceArn=arn, tags={"aws:x": "1"})
    assert system == "InvalidSystemTagUsageException"
    many = {str(number): "" for number in range(50)}
    too_many = code(codecommit.tag_resource, resourceArn=arn, tags=many)
    assert too_many == "TooManyTagsException"
    other = code(codecommit.list_tags_for_resource, resourceArn="arn:aws:s3:::bucket")
    assert other == "InvalidResourceArnException"
