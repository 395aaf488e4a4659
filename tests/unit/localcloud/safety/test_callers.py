"""Who may ask the server, and how much may be asked of it."""

from __future__ import annotations

import io
import json
import os
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from localcloud import http_limits
from localcloud.http_hosts import Hosts, is_loopback
from localcloud.http_limits import LAMBDA_REQUEST, OTHERS, Limits
from localcloud.processes import Processes, TooManyProcesses
from localcloud.settings import Settings
from tests.unit.localcloud.safety.fuzzed_requests import Request, send
from tests.unit.localcloud.safety.other_server import started

SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{}/aws4_request"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:4510"}, 200),
        ({"Host": "bucket.localhost:4510"}, 404),
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "[::1]:4510"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example:4510"}, 403),
        ({"Host": "evillocalhost"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_pages_from_elsewhere_are_refused(
    endpoint: str, headers: dict[str, str], status: int
) -> None:
    answer = send(endpoint, Request("GET", "/", headers), 30)
    assert answer.status == status, answer
    if status == 403:
        assert b"<Code>AccessDenied</Code>" in answer.body
        assert b"access-control-allow-origin" not in str(answer.headers).lower().encode()


def test_git_is_refused_to_them_too(endpoint: str) -> None:
    path = "/v1/repos/x/info/refs?service=git-upload-pack"
    assert send(endpoint, Request("GET", path, {"Host": "evil.example"}), 30).status == 403


def test_names_of_a_server_that_listens_elsewhere() -> None:
    given = Hosts("build.example")
    assert given.objection({"HTTP_HOST": "bucket.build.example:1"}) is None
    assert given.objection({"HTTP_HOST": "host.docker.internal"}) is None
    assert given.objection({"HTTP_HOST": socket.gethostname()}) is None
    assert given.objection({"HTTP_HOST": "other.example"})
    assert [is_loopback(host) for host in ("localhost", "127.0.0.9", "::1", "[::1]")] == [True] * 4
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "build.example"))
    assert Settings(host="0.0.0.0").endpoint_url == "http://localhost:4510"
    assert Settings(host="::1").endpoint_url == "http://[::1]:4510"


@pytest.mark.parametrize(("host", "warns"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_the_server_says_what_another_address_means(tmp_path: Path, host: str, warns: bool) -> None:
    with started(tmp_path, "--host", host) as (server, endpoint):
        boto3.client("s3", endpoint_url=endpoint).list_buckets()
    assert server.stderr is not None
    said = server.stderr.read()
    server.stderr.close()
    assert ("anybody who reaches this port can run programs as you" in said) is warns, said


@pytest.mark.parametrize(
    ("service", "path", "length", "status", "code"),
    [
        ("lambda", "/2015-03-31/functions", LAMBDA_REQUEST + 1, 413, "RequestEntityTooLarge"),
        ("codebuild", "/", OTHERS + 1, 413, "RequestEntityTooLargeException"),
        ("s3", "/bucket/key", 5 * 2**30 + 1, 400, "EntityTooLarge"),
        ("sagemaker", "/endpoints/x/invocations", 26 * 2**20, 413, "RequestEntityTooLarge"),
        ("s3", "/bucket/key", -1, 400, "InvalidRequest"),
    ],
)
def test_too_large_a_body_is_refused_by_its_length(
    endpoint: str, service: str, path: str, length: int, status: int, code: str
) -> None:
    """The body is never sent: an answer shows that nobody waited for it."""
    address = urlsplit(endpoint)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.putrequest("PUT", path)
    connection.putheader("Authorization", SIGNED.format(service))
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == status
    assert code in answer.read().decode()
    connection.close()


def test_too_large_a_body_without_a_length_is_refused_as_it_comes(endpoint: str) -> None:
    address = urlsplit(endpoint)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    pieces = (b"x" * 2**20 for _ in range(OTHERS // 2**20 + 2))
    headers = {"Authorization": SIGNED.format("codebuild")}
    connection.request("POST", "/", pieces, headers, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["__type"] == "RequestEntityTooLargeException"
    connection.close()


def test_a_large_object_still_goes_through(endpoint: str) -> None:
    s3 = boto3.client("s3", endpoint_url=endpoint)
    s3.create_bucket(Bucket="large")
    body = os.urandom(1 << 20) * 20
    s3.put_object(Bucket="large", Key="key", Body=body)
    assert s3.get_object(Bucket="large", Key="key")["Body"].read() == body


def test_a_client_that_stalls_holds_up_nobody(endpoint: str) -> None:
    """moto's dispatcher reads a form with the lock held that every request needs."""
    address = urlsplit(endpoint)
    with socket.create_connection((address.hostname or "", address.port or 0)) as stalled:
        stalled.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nAction="
        )
        sts = boto3.client(
            "sts",
            endpoint_url=endpoint,
            config=Config(read_timeout=10, retries={"max_attempts": 0}),
        )
        assert sts.get_caller_identity()["Account"]


def test_one_request_too_many_is_refused_and_not_queued() -> None:
    waiting, go = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        waiting.release()
        go.wait(30)
        start_response("200 OK", [])
        return iter([b""])

    limits, statuses = Limits(slow, at_once=2), []

    def ask() -> None:
        environ = {"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()}
        limits(environ, lambda status, headers: statuses.append(status))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
        assert waiting.acquire(timeout=30)
    ask()
    assert statuses == ["503 Service Unavailable"]
    go.set()
    for thread in threads:
        thread.join()
    ask()
    assert statuses[1:] == ["200 OK"] * 3


def test_one_process_too_many_is_refused() -> None:
    processes = Processes(at_once=2)
    children = [
        processes.spawn(["sleep", "300"], environment={"PATH": os.environ["PATH"]})
        for _ in range(2)
    ]
    with pytest.raises(TooManyProcesses, match="already runs 2 processes"):
        processes.spawn(["true"], environment={"PATH": os.environ["PATH"]})
    processes.end(children[0])
    processes.end(processes.spawn(["true"], environment={"PATH": os.environ["PATH"]}))
    processes.stop()
    children[1].wait(30)


def test_limits_are_what_the_page_says(root: Path) -> None:
    page = (root / "docs" / "safety.md").read_text()
    assert f"{http_limits.REQUESTS_AT_ONCE} requests" in page
    assert f"{OTHERS >> 20} MB" in page
