"""Functions that run: from their package, as their role, with the runtime's answers."""

from __future__ import annotations

import base64
import os

import pytest

from .conftest import Client, Function

PYTHON = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"
ERRORS = "https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html"


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
    assert function.result() == "arn:aws:sts::123456789012:assumed-role/tested-function/identity"


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
