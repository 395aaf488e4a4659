"""What is made of a container's answers, and of those that are none."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.sagemaker.endpoints import container_client
from localcloud.sagemaker.endpoints.container_client import ContainerClient, ContainerGone
from localcloud.sagemaker.endpoints.invocations import Request

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html",
    "https://www.rfc-editor.org/rfc/rfc9112",
)
REQUEST = Request("endpoint", b"1,2", "text/csv", "text/csv", custom_attributes="one\r\nX-Two: two")
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/csv\r\n\r\nyes"


class Container:
    """Answers each request with the next of some bytes; an empty one closes the connection."""

    def __init__(self, *answers: bytes | Callable[[socket.socket], None]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._listener:
            while self._answers:
                connected, _ = self._listener.accept()
                self.connections += 1
                with connected:
                    self._answer(connected)

    def _answer(self, connected: socket.socket) -> None:
        while self._answers:
            received = b""
            while not received.endswith(b"1,2"):
                piece = connected.recv(1 << 16)
                if not piece:
                    return
                received += piece
            self.requests.append(received)
            answer = self._answers.pop(0)
            if callable(answer):
                answer(connected)
            elif answer:
                connected.sendall(answer)
            if not answer or b"Connection: close" in bytes(answer if not callable(answer) else b""):
                return


@pytest.fixture
def client() -> Iterator[ContainerClient]:
    made = ContainerClient()
    yield made
    made.close()


def test_a_connection_is_kept(client: ContainerClient) -> None:
    container = Container(GOOD, GOOD, GOOD)
    answers = [client.post(container.port, REQUEST) for _ in range(3)]
    assert [(each.status, each.body, each.content_type) for each in answers] == [
        (200, b"yes", "text/csv")
    ] * 3
    assert all(each.is_good and each.seconds > 0 for each in answers)
    assert container.connections == 1
    head = container.requests[0].decode().split("\r\n")
    assert head[0] == "POST /invocations HTTP/1.1"
    # What a caller sends in a header is one header to the container.
    assert "X-Amzn-SageMaker-Custom-Attributes: one X-Two: two" in head


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n2;a=b\r\nes\r\n0\r\nT: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nyes",
        b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes",
    ],
)
def test_bodies_come_in_all_the_ways_of_http(client: ContainerClient, answer: bytes) -> None:
    container = Container(answer, GOOD)
    for _ in range(2):
        assert client.post(container.port, REQUEST).body == b"yes"


def test_an_answer_without_a_body(client: ContainerClient) -> None:
    container = Container(b"HTTP/1.1 204 No Content\r\n\r\n", GOOD)
    assert client.post(container.port, REQUEST).status == 204
    assert client.post(container.port, REQUEST).body == b"yes"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\nyes",
        b"SSH-2.0-no http\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\nConnection: close\r\n\r\n",
    ],
)
def test_a_container_that_breaks_off_is_asked_once(client: ContainerClient, answer: bytes) -> None:
    container = Container(GOOD, answer, GOOD)
    assert client.post(container.port, REQUEST).is_good
    broken = client.post(container.port, REQUEST)
    assert broken.status == 0
    assert broken.body == b"An error occurred while handling request as the model process exited."
    assert len(container.requests) == 2


def test_a_connection_that_was_closed_meanwhile_is_not_used(client: ContainerClient) -> None:
    closed = threading.Event()

    def answer_and_close(connected: socket.socket) -> None:
        connected.sendall(GOOD)
        connected.shutdown(socket.SHUT_RDWR)
        closed.set()

    container = Container(answer_and_close, GOOD)
    assert client.post(container.port, REQUEST).is_good
    assert closed.wait(10)
    assert client.post(container.port, REQUEST).is_good
    assert container.connections == 2


def test_nothing_listens(client: ContainerClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ContainerGone):
        client.post(port, REQUEST)


def test_an_answer_that_comes_in_drops_is_late(
    client: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_client, "INVOCATION_SECONDS", 0.3)
    done = threading.Event()

    def drip(connected: socket.socket) -> None:
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            while not done.wait(0.05):
                connected.sendall(b"x")

    container = Container(drip)
    began = time.monotonic()
    answer = client.post(container.port, REQUEST)
    done.set()
    assert 0.3 <= time.monotonic() - began < 5
    assert answer.status == 0
    assert answer.body.startswith(b"Your invocation timed out while waiting for a response")


@pytest.mark.parametrize("size", [10, 11])
def test_an_answer_may_be_so_large(client: ContainerClient, size: int) -> None:
    answer = b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
    container = Container(answer)
    found: Any = client.post(container.port, REQUEST, 10)
    assert (found.status, found.is_whole, len(found.body)) == (
        (500, True, 10) if size == 10 else (500, False, 0)
    )
