"""Functions that run: from their package, as their role, in processes of their own."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends

from localcloud import cloud as running
from localcloud.clock import ManualClock
from localcloud.errors import AwsError
from localcloud.lambda_runtime.resource_policy import require_service_access
from localcloud.server import Server
from localcloud.settings import Settings

PYTHON = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"
ERRORS = "https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html"
INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"
ASYNC = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"
RECORDS = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"
LOGGING = "https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Server(Settings(port=port, state_dir=Path(tmp_path_factory.mktemp("cloud"))))
    server.start()
    endpoint = server.settings.endpoint_url
    config = Config(retries={"total_max_attempts": 1}, read_timeout=30)

    def make(service: str) -> Any:
        return boto3.client(service, endpoint_url=endpoint, config=config)

    iam = make("iam")
    iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="function", PolicyName="all", PolicyDocument=json.dumps(ALL))
    yield make
    server.stop()


ROLE = "arn:aws:iam::123456789012:role/function"


def package(**files: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(f"{name}.py", text)
    return archive.getvalue()


class Function:
    """A function under test."""

    def __init__(self, client: Client, name: str, code: str, **options: Any) -> None:
        self.name = name
        self.client = client
        files = options.pop("files", {})
        self.api = client("lambda")
        self.api.create_function(
            FunctionName=name,
            **{
                "Role": ROLE,
                "Runtime": "python3.13",
                "Handler": "main.handler",
                "Code": {"ZipFile": package(main=code, **files)},
                **options,
            },
        )

    def invoke(self, event: Any = None, **options: Any) -> dict[str, Any]:
        answer = self.api.invoke(FunctionName=self.name, Payload=json.dumps(event), **options)
        return {**answer, "Payload": json.loads(answer["Payload"].read() or "null")}

    def result(self, event: Any = None) -> Any:
        answer = self.invoke(event)
        assert "FunctionError" not in answer, answer["Payload"]
        return answer["Payload"]

    def messages(self, group: str | None = None) -> list[str]:
        logs = self.client("logs")
        try:
            found = logs.filter_log_events(logGroupName=group or f"/aws/lambda/{self.name}")
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in found["events"]]


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    found: list[Any] = []

    def look() -> bool:
        found[:] = [condition()]
        return bool(found[0])

    assert running.current().changes.wait_until(look, seconds, recheck_seconds=0.05), found
    return found[0]


@pytest.mark.documented(PYTHON)
def test_the_handler_gets_event_context_and_its_own_environment(client: Client) -> None:
    code = (
        "import os\n"
        "def handler(event, context):\n"
        "    return {'event': event, 'left': context.get_remaining_time_in_millis(),\n"
        "            'name': context.function_name, 'arn': context.invoked_function_arn,\n"
        "            'memory': context.memory_limit_in_mb, 'group': context.log_group_name,\n"
        "            'environment': dict(os.environ), 'cwd': os.getcwd(), 'pid': os.getpid()}\n"
    )
    os.environ["NOT_FOR_FUNCTIONS"] = "1"
    environment = {"Variables": {"OWN": "value"}}
    function = Function(client, "context", code, Environment=environment, Timeout=5)
    got = function.result({"a": [1, "ü"]})
    assert got["event"] == {"a": [1, "ü"]}
    assert 4000 < got["left"] <= 5000
    assert got["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:context"
    assert (got["name"], got["memory"], got["group"]) == ("context", "128", "/aws/lambda/context")
    own = got["environment"]
    assert own["OWN"] == "value"
    assert own["AWS_REGION"] == "us-east-1"
    assert own["AWS_LAMBDA_FUNCTION_NAME"] == "context"
    assert own["LAMBDA_TASK_ROOT"] == got["cwd"]
    assert "NOT_FOR_FUNCTIONS" not in own
    assert got["pid"] != os.getpid()


@pytest.mark.documented(PYTHON)
def test_the_sdk_calls_this_cloud_as_the_functions_role(client: Client) -> None:
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    return boto3.client('sts').get_caller_identity()['Arn']\n"
    )
    function = Function(client, "identity", code, Timeout=10)
    assert function.result() == "arn:aws:sts::123456789012:assumed-role/function/identity"


@pytest.mark.documented(PYTHON)
@pytest.mark.parametrize("module", ["localcloud", "moto", "pandas"])
def test_only_what_the_runtime_provides_can_be_imported(client: Client, module: str) -> None:
    function = Function(client, f"import-{module}", f"import {module}\ndef handler(e, c): pass\n")
    answer = function.invoke()
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == "Runtime.ImportModuleError"
    assert answer["Payload"]["errorMessage"] == (
        f"Unable to import module 'main': No module named '{module}'"
    )


@pytest.mark.documented(PYTHON)
def test_a_functions_own_modules_win(client: Client) -> None:
    own = {"worker": "NAME = 'own worker'\n", "urllib3": "NAME = 'own urllib3'\n"}
    code = (
        "import worker, urllib3\ndef handler(event, context): return [worker.NAME, urllib3.NAME]\n"
    )
    assert Function(client, "own", code, files=own).result() == ["own worker", "own urllib3"]


@pytest.mark.documented(ERRORS)
def test_an_exception_is_answered_in_lambdas_form(client: Client) -> None:
    code = "def handler(event, context):\n    raise KeyError('absent')\n"
    function = Function(client, "raising", code)
    answer = function.invoke(LogType="Tail")
    assert answer["StatusCode"] == 200
    assert answer["FunctionError"] == "Unhandled"
    error = answer["Payload"]
    assert (error["errorMessage"], error["errorType"]) == ("'absent'", "KeyError")
    assert error["requestId"] == answer["ResponseMetadata"]["RequestId"]
    assert len(error["stackTrace"]) == 1
    assert "line 2, in handler\n    raise KeyError('absent')" in error["stackTrace"][0]
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert "[ERROR] KeyError: 'absent'\nTraceback (most recent call last):\n" in tail


@pytest.mark.documented(ERRORS)
@pytest.mark.parametrize(
    ("code", "handler", "kind", "message"),
    [
        (
            "x = 1\n",
            "main.handler",
            "HandlerNotFound",
            "Handler 'handler' missing on module 'main'",
        ),
        ("x = 1\n", "main", "MalformedHandlerName", "Bad handler 'main': not enough values"),
        ("def f(:\n", "main.f", "UserCodeSyntaxError", "Syntax error in module 'main': "),
        (
            "def f(e, c): return object()\n",
            "main.f",
            "MarshalError",
            "Unable to marshal response: Object of type object is not JSON serializable",
        ),
    ],
)
def test_what_cannot_be_run_says_why(
    client: Client, code: str, handler: str, kind: str, message: str
) -> None:
    answer = Function(client, f"bad-{kind}", code, Handler=handler).invoke()
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == f"Runtime.{kind}"
    assert answer["Payload"]["errorMessage"].startswith(message)


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


@pytest.mark.documented(LOGGING)
def test_text_logs_have_lambdas_lines(client: Client) -> None:
    code = (
        "import logging\n"
        "def handler(event, context):\n"
        "    print('printed')\n"
        "    logging.getLogger().warning('careful')\n"
        "    logging.getLogger().info('below the level')\n"
    )
    function = Function(client, "text-log", code)
    request_id = function.invoke()["ResponseMetadata"]["RequestId"]
    lines = until(function.messages)
    assert lines[0].startswith("INIT_START Runtime Version: python:3.")
    assert lines[1:3] == [f"START RequestId: {request_id} Version: $LATEST", "printed"]
    assert lines[3].startswith("[WARNING]\t20")
    assert lines[3].endswith(f"Z\t{request_id}\tcareful")
    assert lines[4] == f"END RequestId: {request_id}"
    assert lines[5].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "Memory Size: 128 MB" in lines[5]
    assert len(lines) == 6


@pytest.mark.documented(LOGGING)
def test_json_logs_have_lambdas_records_at_the_configured_level(client: Client) -> None:
    code = (
        "import logging\n"
        "log = logging.getLogger('own')\n"
        "def handler(event, context):\n"
        "    log.debug('seen')\n"
        "    try:\n"
        "        1 / 0\n"
        "    except ZeroDivisionError:\n"
        "        log.exception('failed', extra={'number': 7})\n"
    )
    client("logs").create_log_group(logGroupName="shared-group")
    logging_config = {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "DEBUG",
        "LogGroup": "shared-group",
    }
    function = Function(client, "json-log", code, LoggingConfig=logging_config)
    request_id = function.invoke()["ResponseMetadata"]["RequestId"]
    records = [json.loads(line) for line in until(lambda: function.messages("shared-group"))]
    kinds = [record.get("type", record.get("level")) for record in records]
    assert kinds == [
        "platform.initStart",
        "platform.start",
        "DEBUG",
        "ERROR",
        "platform.report",
    ]
    failed = records[3]
    assert failed["message"] == "failed"
    assert failed["logger"] == "own"
    assert failed["requestId"] == request_id
    assert failed["errorType"] == "ZeroDivisionError"
    assert failed["number"] == 7
    assert records[4]["record"]["status"] == "success"
    shown = function.api.get_function_configuration(FunctionName="json-log")["LoggingConfig"]
    assert shown == {**logging_config, "SystemLogLevel": "INFO"}


@pytest.mark.documented(INVOKE)
def test_request_types_and_refusals(client: Client) -> None:
    function = Function(client, "kinds", "def handler(e, c): return 1\n")
    assert function.invoke(InvocationType="DryRun")["StatusCode"] == 204
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        function.api.invoke(FunctionName="kinds", Payload=b"{")
    with pytest.raises(ClientError) as caught:
        function.api.invoke(FunctionName="no-such-function")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    arn = "arn:aws:lambda:us-east-1:123456789012:function:kinds"
    assert function.api.invoke(FunctionName=arn)["StatusCode"] == 200


@pytest.fixture
def manual_clock() -> Iterator[ManualClock]:
    cloud = running.current()
    real, cloud.clock = cloud.clock, ManualClock(cloud.clock.now())
    yield cloud.clock
    cloud.clock = real


def messages(client: Client, url: str) -> list[dict[str, Any]]:
    received = client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    found: list[dict[str, Any]] = received.get("Messages", [])
    return found


@pytest.mark.documented(ASYNC)
def test_an_asynchronous_error_is_tried_three_times_and_then_told(
    client: Client, manual_clock: ManualClock
) -> None:
    sqs = client("sqs")
    letters, failures = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "fail"))
    code = "def handler(event, context):\n    raise RuntimeError('always')\n"
    arn = "arn:aws:sqs:us-east-1:123456789012"
    function = Function(client, "event", code, DeadLetterConfig={"TargetArn": f"{arn}:dead"})
    function.api.put_function_event_invoke_config(
        FunctionName="event", DestinationConfig={"OnFailure": {"Destination": f"{arn}:fail"}}
    )
    began = manual_clock.now()
    assert function.invoke({"k": 1}, InvocationType="Event")["StatusCode"] == 202
    letter = until(lambda: messages(client, letters))[0]
    assert (manual_clock.now() - began).total_seconds() == 180
    assert json.loads(letter["Body"]) == {"k": 1}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "always"
    record = json.loads(until(lambda: messages(client, failures))[0]["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"] == {"k": 1}
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "always"

    def starts() -> list[str]:
        return [line for line in function.messages() if line.startswith("START")]

    until(lambda: len(starts()) == 3)
    assert len(set(starts())) == 1  # every try has the same request id


@pytest.mark.documented(RECORDS)
def test_an_asynchronous_success_is_told_to_its_destination(client: Client) -> None:
    url = client("sqs").create_queue(QueueName="success")["QueueUrl"]
    function = Function(client, "told", "def handler(e, c): return {'did': e}\n")
    function.api.put_function_event_invoke_config(
        FunctionName="told",
        DestinationConfig={
            "OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:123456789012:success"}
        },
    )
    function.invoke("work", InvocationType="Event")
    record = json.loads(until(lambda: messages(client, url))[0]["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"] == {"did": "work"}
    assert record["version"] == "1.0"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"Runtime": "nodejs22.x"}, "'nodejs22.x'; supported: python3.11, python3.12"),
        ({"Role": ROLE + "-nobody"}, "role defined for the function cannot be assumed by Lambda"),
        ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]}, "'Layers'"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "reserved keys"),
        ({"Code": {"ZipFile": b"no archive"}}, "Could not unzip uploaded file"),
        ({"Code": {"S3Bucket": "nowhere", "S3Key": "k"}}, "S3 Error Code: NoSuchBucket"),
        ({"Timeout": 901}, "Member must have value less than or equal to 900"),
        (
            {"LoggingConfig": {"LogFormat": "Text", "ApplicationLogLevel": "INFO"}},
            "only supported for functions with LogFormat JSON",
        ),
    ],
)
def test_what_cannot_run_here_is_refused_by_name(
    client: Client, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError) as caught:
        Function(client, "refused", "def handler(e, c): pass\n", **options)
    assert words in str(caught.value)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("lambda").get_function(FunctionName="refused")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"
)
def test_a_service_needs_a_statement_of_the_functions_policy(client: Client) -> None:
    function = Function(client, "permitted", "def handler(e, c): pass\n")
    rule = "arn:aws:events:us-east-1:123456789012:rule/"
    function.api.add_permission(
        FunctionName="permitted",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"{rule}mine",
    )
    kept = lambda_backends["123456789012"]["us-east-1"].get_function("permitted")
    require_service_access(kept, "events.amazonaws.com", f"{rule}mine")
    for service, source in (
        ("events.amazonaws.com", f"{rule}other"),
        ("sns.amazonaws.com", f"{rule}mine"),
    ):
        with pytest.raises(AwsError, match=f"User: {service} is not authorized to perform"):
            require_service_access(kept, service, source)


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
