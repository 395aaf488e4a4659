"""The git remote, driven by plain git."""

from __future__ import annotations

import gzip
import http.client
import io
import os
import socket
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import current

Cloud = Any
Git = Any


def test_a_push_makes_the_branch_the_default_and_can_be_cloned(
    cloud: Cloud, work: Git, tmp_path: Path
) -> None:
    name = cloud.repository()
    commit = work.commit({"a.txt": "one", "folder/b.txt": "two"})
    work("push", cloud.url(name), "HEAD:refs/heads/trunk")
    metadata = cloud.codecommit.get_repository(repositoryName=name)["repositoryMetadata"]
    assert metadata["defaultBranch"] == "trunk"
    assert cloud.head(name, "trunk") == commit
    work("clone", "--quiet", cloud.url(name), str(tmp_path / "clone"))
    assert (tmp_path / "clone/folder/b.txt").read_text() == "two"
    assert work("-C", str(tmp_path / "clone"), "branch", "--show-current") == "trunk"


def test_the_pipeline_s_source_action_finds_what_it_calls(cloud: Cloud, work: Git) -> None:
    from moto.codecommit import codecommit_backends

    from localcloud.codecommit.archives import zip_of_commit

    name = cloud.repository()
    commit = work.commit({"a.txt": "one", "folder/b.txt": "two"}, "a message")
    work("push", cloud.url(name), "main")
    told = cloud.codecommit.get_commit(repositoryName=name, commitId=commit)["commit"]
    assert told["message"] == "a message\n"
    assert told["author"]["name"] == "A Person"
    directory = codecommit_backends["123456789012"]["us-east-1"].repository_directory(name)
    content = zip_of_commit(directory, commit)
    assert content == zip_of_commit(directory, commit)
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert sorted(zipped.namelist()) == ["a.txt", "folder/b.txt"]
        assert zipped.read("folder/b.txt") == b"two"


def test_an_unknown_repository_is_named(cloud: Cloud, work: Git) -> None:
    done = work.run("clone", f"{cloud.endpoint}/v1/repos/nowhere", "x")
    assert done.returncode != 0
    assert "Repository nowhere does not exist" in done.stderr


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_every_protocol_version_is_served(
    cloud: Cloud, work: Git, tmp_path: Path, version: str
) -> None:
    name = cloud.repository()
    for number in range(3):
        work.commit({"a.txt": str(number)})
    protocol = ("-c", f"protocol.version={version}")
    work(*protocol, "push", cloud.url(name), "main")
    work(*protocol, "clone", "--depth=1", "--quiet", cloud.url(name), str(tmp_path / "clone"))
    assert work("-C", str(tmp_path / "clone"), "rev-list", "--count", "HEAD") == "1"
    work("-C", str(tmp_path / "clone"), *protocol, "fetch", "--unshallow", "--quiet")
    assert work("-C", str(tmp_path / "clone"), "rev-list", "--count", "HEAD") == "3"


def test_credentials_are_accepted_and_none_are_asked_for(
    cloud: Cloud, work: Git, tmp_path: Path
) -> None:
    name = cloud.repository()
    commit = work.commit({"a.txt": "one"})
    work("push", cloud.url(name), "main")
    address = cloud.url(name).replace("://", "://AKIAEXAMPLE%25token:20261124T101010Zabc@")
    work("clone", "--quiet", address, str(tmp_path / "clone"))
    assert work("-C", str(tmp_path / "clone"), "rev-parse", "HEAD") == commit


def test_large_pushes_arrive_whole(cloud: Cloud, work: Git, tmp_path: Path) -> None:
    name = cloud.repository()
    commit = work.commit({f"{number}.bin": os.urandom(8_000_000) for number in range(4)})
    work("push", cloud.url(name), "main")
    assert cloud.head(name) == commit
    work("clone", "--quiet", cloud.url(name), str(tmp_path / "clone"))
    work("-C", str(tmp_path / "clone"), "fsck", "--full")
    assert (tmp_path / "clone/3.bin").read_bytes() == (work.directory / "3.bin").read_bytes()


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_body_is_read_however_it_is_sent(
    cloud: Cloud, work: Git, *, chunked: bool, zipped: bool
) -> None:
    name = cloud.repository()
    commit = work.commit({"a.txt": "one"})
    work("push", cloud.url(name), "main")
    command = (
        b"0011command=fetch0001000fno-progress" + f"0032want {commit}\n0009done\n0000".encode()
    )
    body = gzip.compress(command) if zipped else command
    headers = {"Git-Protocol": "version=2", "Content-Type": "application/x-git-upload-pack-request"}
    if zipped:
        headers["Content-Encoding"] = "gzip"
    host = cloud.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    sent: Any = iter([body[:7], body[7:]]) if chunked else body
    connection.request(
        "POST",
        f"/v1/repos/{name}/git-upload-pack",
        sent,
        headers,
        encode_chunked=chunked,
    )
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status == 200
    assert b"packfile" in content
    assert b"PACK" in content


def test_a_person_s_own_configuration_of_git_plays_no_part(
    cloud: Cloud, work: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-receive").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-receive").chmod(0o755)
    (tmp_path / ".gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    name = cloud.repository()
    commit = work.commit({"a.txt": "one"})
    work("push", cloud.url(name), "main")
    assert cloud.head(name) == commit


def test_a_push_that_breaks_off_changes_nothing(cloud: Cloud, work: Git) -> None:
    name = cloud.repository()
    work.commit({"a.txt": "one"})
    line = f"{'0' * 40} {'1' * 40} refs/heads/main\0report-status"
    begun = f"{len(line) + 4:04x}{line}0000PACK".encode()
    host, port = cloud.endpoint.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /v1/repos/{name}/git-receive-pack HTTP/1.1\r\nHost: {host}\r\n"
        head += (
            "Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 99999\r\n\r\n"
        )
        connection.sendall(head.encode() + begun)
    commit = work("rev-parse", "HEAD")
    work("push", cloud.url(name), "main")
    assert [each["detail"]["commitId"] for each in cloud.events(name, 1)] == [commit]


def test_a_push_whose_client_has_gone_is_completed_and_told_of_once(
    cloud: Cloud, work: Git
) -> None:
    name = cloud.repository()
    commit = work.commit({"a.txt": os.urandom(3_000_000)})
    pack = subprocess.run(
        ["git", "pack-objects", "--stdout", "--revs", "--quiet"],
        cwd=work.directory,
        input=f"{commit}\n".encode(),
        capture_output=True,
        check=True,
    ).stdout
    line = f"{'0' * 40} {commit} refs/heads/main\0report-status side-band-64k"
    body = f"{len(line) + 4:04x}{line}0000".encode() + pack
    host, port = cloud.endpoint.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    head = f"POST /v1/repos/{name}/git-receive-pack HTTP/1.1\r\nHost: {host}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    # With a reset, not a farewell: the server's next write or read fails.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    current().changes.wait_until(lambda: _has_branch(cloud, name), 20, recheck_seconds=0.01)
    connection.close()
    work("push", cloud.url(name), "main:second")
    references = [each["detail"]["referenceName"] for each in cloud.events(name, 2)]
    assert sorted(references) == ["main", "second"]


def _has_branch(cloud: Cloud, name: str) -> bool:
    return bool(cloud.codecommit.list_branches(repositoryName=name)["branches"])
