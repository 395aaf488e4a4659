"""The processes that functions run in: killed, ended, kept warm, many at once, quickly there."""

from __future__ import annotations

import base64
import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from .conftest import Client, Function, package


@pytest.mark.documented("https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html")
def test_a_function_that_takes_too_long_is_killed(client: Client, tmp_path: Path) -> None:
    mark = tmp_path / "survived"
    code = (
        "import os, time\n"
        "def handler(event, context):\n"
        "    if event:\n"
        "        time.sleep(1.5)\n"
        f"        open({str(mark)!r}, 'w').close()\n"
        "    return os.getpid()\n"
    )
    function = Function(client, "slow", code, Timeout=1)
    before = function.result()
    answer = function.invoke({"sleep": True}, LogType="Tail")
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == "Sandbox.Timedout"
    assert answer["Payload"]["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert "Task timed out after 1.00 seconds" in tail
    assert function.result() != before
    assert not mark.exists()


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("import os; os._exit(3)", "Runtime exited with error: exit status 3"),
        ("import sys; sys.exit(4)", "Runtime exited with error: exit status 4"),
        ("import os; os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("import os; os._exit(0)", "Runtime exited without providing a reason"),
    ],
)
def test_a_process_that_ends_by_itself_says_how(client: Client, ending: str, words: str) -> None:
    name = f"ending-{abs(hash(ending))}"
    function = Function(client, name, f"def handler(e, c):\n    {ending}\n")
    answer = function.invoke()
    assert answer["FunctionError"] == "Unhandled"
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert answer["Payload"] == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id} Error: {words}",
    }


@pytest.mark.documented(
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"
)
def test_a_process_is_reused_until_code_or_configuration_changes(client: Client) -> None:
    code = (
        "import os\nN = []\ndef handler(e, c):\n    N.append(1)\n    return [len(N), os.getpid()]\n"
    )
    function = Function(client, "warm", code)
    first, second = function.result(), function.result()
    assert (first[0], second[0]) == (1, 2)
    assert first[1] == second[1]
    function.api.update_function_configuration(
        FunctionName="warm", Environment={"Variables": {"NEW": "1"}}
    )
    third = function.result()
    assert third[0] == 1
    changed = package(main="def handler(e, c): return 'new code'\n")
    function.api.update_function_code(FunctionName="warm", ZipFile=changed)
    assert function.result() == "new code"


def test_events_at_once_run_in_processes_of_their_own(client: Client) -> None:
    code = "import os, time\ndef handler(e, c):\n    time.sleep(0.4)\n    return os.getpid()\n"
    function = Function(client, "parallel", code, Timeout=10)
    pids: list[int] = []
    threads = [threading.Thread(target=lambda: pids.append(function.result())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pids)) == 3


@pytest.mark.documented(
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"
)
def test_reserved_concurrency_throttles(client: Client) -> None:
    function = Function(client, "throttled", "def handler(e, c): return 1\n")
    function.api.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as caught:
        function.invoke()
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


@pytest.mark.local_only("a measured promise: a cold start is not felt")
def test_a_cold_start_is_quick(client: Client) -> None:
    function = Function(client, "quick", "import boto3\ndef handler(e, c): return 1\n")
    function.result()
    taken = []
    for number in range(5):
        function.api.update_function_configuration(FunctionName="quick", Description=str(number))
        began = time.monotonic()
        function.result()
        taken.append(time.monotonic() - began)
    assert min(taken) < 0.2
