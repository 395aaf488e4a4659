"""The event of each changed branch and tag: none lost, none twice.

https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

Cloud = Any
Git = Any

PAGE = "https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html"
ROOT = "arn:aws:iam::123456789012:root"


def kinds(events: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How often each event of each reference was seen."""
    return Counter((each["detail"]["event"], each["detail"]["referenceName"]) for each in events)


@pytest.mark.documented(PAGE)
def test_a_branch_s_life_is_told_in_aws_s_form(cloud: Cloud, work: Git) -> None:
    name = cloud.repository()
    metadata = cloud.codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    first = work.commit({"a.txt": "one"})
    work("push", cloud.url(name), "main", "main:topic")
    created = {each["detail"]["referenceName"]: each for each in cloud.events(name, 2)}
    event = created["main"]
    assert event["source"] == "aws.codecommit"
    assert event["detail-type"] == "CodeCommit Repository State Change"
    assert event["resources"] == [metadata["Arn"]]
    assert event["detail"] == {
        "callerUserArn": ROOT,
        "commitId": first,
        "event": "referenceCreated",
        "referenceFullName": "refs/heads/main",
        "referenceName": "main",
        "referenceType": "branch",
        "repositoryId": metadata["repositoryId"],
        "repositoryName": name,
    }
    second = work.commit({"a.txt": "two"})
    work("push", cloud.url(name), "main")
    updated = cloud.events(name, 3)[-1]["detail"]
    assert (updated["event"], updated["commitId"], updated["oldCommitId"]) == (
        "referenceUpdated",
        second,
        first,
    )
    work("push", cloud.url(name), ":topic")
    deleted = cloud.events(name, 4)[-1]["detail"]
    assert (deleted["event"], deleted["referenceName"]) == ("referenceDeleted", "topic")
    assert deleted["oldCommitId"] == first
    assert "commitId" not in deleted


def test_an_annotated_tag_names_its_commit(cloud: Cloud, work: Git) -> None:
    name = cloud.repository()
    commit = work.commit({"a.txt": "one"})
    work("tag", "-a", "v1", "-m", "one")
    work("push", cloud.url(name), "v1")
    (event,) = cloud.events(name, 1)
    assert event["detail"]["referenceType"] == "tag"
    assert event["detail"]["referenceFullName"] == "refs/tags/v1"
    assert event["detail"]["commitId"] == commit
    metadata = cloud.codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    assert "defaultBranch" not in metadata


def test_a_rejected_push_makes_no_event_and_a_forced_one_does(cloud: Cloud, work: Git) -> None:
    name = cloud.repository()
    first = work.commit({"a.txt": "one"})
    second = work.commit({"a.txt": "two"})
    work("push", cloud.url(name), "main")
    work("reset", "--quiet", "--hard", first)
    other = work.commit({"a.txt": "three"})
    refused = work.run("push", cloud.url(name), "main")
    assert refused.returncode != 0
    assert "non-fast-forward" in refused.stderr or "fetch first" in refused.stderr
    work("push", "--force", cloud.url(name), "main")
    moves = [
        (each["detail"].get("oldCommitId"), each["detail"]["commitId"])
        for each in cloud.events(name, 2)
    ]
    assert moves == [(None, second), (second, other)]


def test_the_default_branch_cannot_be_deleted_by_a_push(cloud: Cloud, work: Git) -> None:
    name = cloud.repository()
    work.commit({"a.txt": "one"})
    work("push", cloud.url(name), "main")
    assert work.run("push", cloud.url(name), ":main").returncode != 0
    work("push", cloud.url(name), "main:marker")
    assert kinds(cloud.events(name, 2)) == Counter(
        {("referenceCreated", "main"): 1, ("referenceCreated", "marker"): 1}
    )


def test_concurrent_pushes_make_one_event_each(cloud: Cloud, work: Git, tmp_path: Path) -> None:
    name = cloud.repository()
    url = cloud.url(name)
    work.commit({"a.txt": "one"})
    work("push", url, "main")
    commits = [work.commit({"a.txt": str(number)}) for number in range(6)]

    def push(number: int) -> int:
        return int(work.run("push", url, f"{commits[number]}:refs/heads/b{number}").returncode)

    def contend(number: int) -> int:
        clone = tmp_path / f"clone{number}"
        work("clone", "--quiet", url, str(clone))
        work("-C", str(clone), "commit", "--quiet", "--allow-empty", "-m", f"by {number}")
        return int(work.run("-C", str(clone), "push", "origin", "HEAD:contended").returncode)

    with ThreadPoolExecutor(6) as pool:
        pushed = list(pool.map(push, range(6)))
        contended = list(pool.map(contend, range(6)))
    assert pushed == [0] * 6
    won = contended.count(0)
    assert won >= 1
    work("push", url, "main:last")
    expected = {("referenceCreated", f"b{number}"): 1 for number in range(6)}
    expected |= {("referenceCreated", "main"): 1, ("referenceCreated", "last"): 1}
    expected[("referenceCreated", "contended")] = 1
    seen = kinds(cloud.events(name, 8 + won))
    assert seen == Counter(
        expected | ({("referenceUpdated", "contended"): won - 1} if won > 1 else {})
    )


def test_a_user_s_credentials_name_the_caller(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="pusher")
    key = iam.create_access_key(UserName="pusher")["AccessKey"]
    iam.put_user_policy(
        UserName="pusher",
        PolicyName="all",
        PolicyDocument='{"Version":"2012-10-17","Statement":'
        '[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    )
    name = cloud.repository()
    import boto3

    codecommit = boto3.client(
        "codecommit",
        region_name="us-east-1",
        endpoint_url=cloud.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    made = codecommit.put_file(
        repositoryName=name, branchName="main", filePath="a.txt", fileContent=b"one"
    )
    (event,) = cloud.events(name, 1)
    assert event["detail"]["callerUserArn"] == "arn:aws:iam::123456789012:user/pusher"
    told = codecommit.get_commit(repositoryName=name, commitId=made["commitId"])["commit"]
    assert told["author"]["name"] == "pusher"
