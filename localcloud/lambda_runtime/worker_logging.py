"""Inside a function's process: how its `logging` records and uncaught errors are written.

Formats: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and the open source of AWS's
runtime, https://github.com/aws/aws-lambda-python-runtime-interface-client (bootstrap.py,
lambda_runtime_log_utils.py). `print` stays plain text in both formats.
Only the standard library may be imported here: the process has nothing else of ours.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

JSON_TIME = "%Y-%m-%dT%H:%M:%SZ"
TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
TEXT_TIME = "%Y-%m-%dT%H:%M:%S"
LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40, "FATAL": 50}

# What every record has; anything else on it was given with `extra=` and is written too.
RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id"}


class RequestIds(logging.Filter):
    """Gives each record the id of the invocation it belongs to."""

    request_id: str | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.request_id
        return True


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON, as the runtime writes it with LogFormat JSON."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        written: dict[str, Any] = {
            "timestamp": self.formatTime(record, JSON_TIME),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", None),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, _ = record.exc_info
            written["stackTrace"] = self.formatException(record.exc_info).splitlines()
            written["errorType"] = kind.__name__
            written["errorMessage"] = str(error)
            written["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        extra = {key: value for key, value in vars(record).items() if key not in RESERVED}
        written.update({key: value for key, value in extra.items() if key not in written})
        kept = {key: value for key, value in written.items() if value is not None}
        return json.dumps(kept, ensure_ascii=False, default=str)


def set_up(environment: Mapping[str, str]) -> RequestIds:
    """Give the root logger the runtime's handler; the function may still set any level itself."""
    as_json = environment.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    logging.addLevelName(LEVELS["TRACE"], "TRACE")
    handler = logging.StreamHandler(sys.stdout)
    if as_json:
        handler.setFormatter(JsonFormatter())
    else:
        formatter = logging.Formatter(TEXT_FORMAT, TEXT_TIME)
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    ids = RequestIds()
    handler.addFilter(ids)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = environment.get("AWS_LAMBDA_LOG_LEVEL", "")
    if level in LEVELS:
        root.setLevel(LEVELS[level])
    return ids


def write_error(error: Mapping[str, Any], as_json: bool) -> None:
    """Write an uncaught error, as the runtime does before it answers with it."""
    if as_json:
        record = {
            "timestamp": time.strftime(JSON_TIME, time.gmtime()),
            "log_level": "ERROR",
            **error,
        }
        line = json.dumps(record, ensure_ascii=False)
    else:
        trace = "".join(error.get("stackTrace", []))
        line = f"[ERROR] {error['errorType']}: {error['errorMessage']}"
        if trace:
            line += f"\nTraceback (most recent call last):\n{trace}"
    sys.stdout.write(line.rstrip("\n") + "\n")
    sys.stdout.flush()
