"""What a function's log group gets, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from .conftest import Client, Function, until

LOGGING = "https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"


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
