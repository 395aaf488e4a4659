"""The load: InvokeEndpoint at the times of a timetable, by Locust, in a process of its own.

Locust's gevent replaces sockets and threads of the whole process; nothing else of the project imports
this file. Run by `load`; what is to be done is in the file that PROD_LOAD_PLAN names, and each request's
outcome becomes a line of the file that the plan names.

How far it is an open load, and from when latency counts, is said in `timetable`. Locust's own
`constant_throughput` paces each user alone and forgets the time that it lost; here a user's wait is
until its next time in the table.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from typing import Any, TextIO

# Before boto3: it replaces what that is built on.
from locust import User, events, task

import boto3  # isort: skip
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bench.prod_load.samples import Sample
from bench.prod_load.timetable import Timetable

PLAN: dict[str, Any] = json.loads(Path(os.environ["PROD_LOAD_PLAN"]).read_text(encoding="utf-8"))
TABLE = Timetable(PLAN["rate"], PLAN["users"])
# For the users to be there, all of them, before the first request is due.
LEAD_SECONDS = 2.0
# Of an error's message.
MOST_TEXT = 200
_numbers = itertools.count()


class _Run:
    """What all users share."""

    def __init__(self) -> None:
        self.begins = time.time() + LEAD_SECONDS
        # Open until the process ends; a line is there as soon as it is written.
        self.file: TextIO = Path(PLAN["samples"]).open("w", 1, encoding="utf-8")  # noqa: SIM115
        self.runtime = boto3.client(
            "sagemaker-runtime",
            endpoint_url=PLAN["endpoint_url"],
            region_name=PLAN["region"],
            config=Config(
                connect_timeout=TABLE.turn_seconds,
                read_timeout=TABLE.turn_seconds,
                # A second attempt would hide a failure.
                retries={"total_max_attempts": 1},
                max_pool_connections=TABLE.users,
            ),
        )


run: _Run


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def begin(**_: object) -> None:
    """The clock runs from here."""
    global run
    run = _Run()


class Caller(User):
    """One of the many who ask prod."""

    def on_start(self) -> None:
        """Wait for the first time."""
        self.number, self.turn = next(_numbers), 0
        self.wait()  # type: ignore[no-untyped-call]

    def wait_time(self) -> float:
        """Until the next time in the table."""
        due: float = run.begins + TABLE.due(self.number, self.turn)
        return max(0.0, due - time.time())

    @task
    def invoke(self) -> None:
        """One request."""
        due = run.begins + TABLE.due(self.number, self.turn)
        record = TABLE.number(self.number, self.turn) % len(PLAN["records"])
        self.turn += 1
        sent = time.time()
        answer, error = _ask(PLAN["records"][record])
        sample = Sample(record, due, sent, time.time(), answer, error)
        run.file.write(sample.to_json() + "\n")
        self.environment.events.request.fire(
            request_type="InvokeEndpoint",
            name=PLAN["endpoint_name"],
            response_time=1000 * sample.seconds,
            response_length=len(answer or ""),
            exception=None if error is None else RuntimeError(error),
            context={},
        )


def _ask(record: str) -> tuple[str | None, str | None]:
    try:
        response = run.runtime.invoke_endpoint(
            EndpointName=PLAN["endpoint_name"],
            ContentType="text/csv",
            Accept="text/csv",
            Body=f"{record}\n".encode(),
        )
        return response["Body"].read().decode("utf-8", "replace"), None
    except ClientError as failure:
        answered = failure.response
        status = (
            answered.get("OriginalStatusCode") or answered["ResponseMetadata"]["HTTPStatusCode"]
        )
        said = str(answered["Error"].get("Message"))[:MOST_TEXT]
        return None, f"{answered['Error']['Code']} {status}: {said}"
    except BotoCoreError as failure:
        return None, type(failure).__name__
    except Exception as failure:  # noqa: BLE001 (a read that breaks off is urllib3's to raise)
        return None, type(failure).__name__
