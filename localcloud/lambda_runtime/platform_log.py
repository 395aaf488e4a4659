"""The lines that Lambda itself writes to a function's log around each invocation.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html (text)
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON)
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.lambda_runtime.invocation_run import Ran


@dataclass(frozen=True)
class PlatformLog:
    """Writes in one function's format; every method answers the lines, none or one."""

    as_json: bool
    system_level: str
    memory_mb: int
    version: str

    def init_start(self, now: datetime) -> list[str]:
        """A new process has been started."""
        runtime = f"python:{platform.python_version()}.local"
        if self.as_json:
            record = {
                "initializationType": "on-demand",
                "phase": "init",
                "runtimeVersion": runtime,
                "functionVersion": self.version,
            }
            return self._record(now, "platform.initStart", record)
        return [f"INIT_START Runtime Version: {runtime}"]

    def start(self, now: datetime, request_id: str) -> list[str]:
        """An invocation begins."""
        if self.as_json:
            record = {"requestId": request_id, "version": self.version}
            return self._record(now, "platform.start", record)
        return [f"START RequestId: {request_id} Version: {self.version}"]

    def end(self, now: datetime, request_id: str, ran: Ran) -> list[str]:
        """An invocation has ended, in whatever way."""
        billed = math.ceil(ran.duration_ms)
        if self.as_json:
            return self._report(now, request_id, ran, billed)
        report = (
            f"REPORT RequestId: {request_id}\tDuration: {ran.duration_ms:.2f} ms\t"
            f"Billed Duration: {billed} ms\tMemory Size: {self.memory_mb} MB\t"
            f"Max Memory Used: {ran.max_memory_mb} MB\t"
        )
        if ran.init_ms is not None:
            report += f"Init Duration: {ran.init_ms:.2f} ms\t"
        before: list[str] = []
        if ran.status == "timeout":
            report += "Status: timeout\t"
            text = str(ran.answer["error"]["errorMessage"]).partition("Error: ")[2]
            before = [f"{iso(now)} {request_id} {text}"]
        elif ran.status == "failure":
            report += f"Status: error\tError Type: {ran.error_type}\t"
            before = [str(ran.answer["error"]["errorMessage"]), str(ran.error_type)]
        return [*before, f"END RequestId: {request_id}", report]

    def _report(self, now: datetime, request_id: str, ran: Ran, billed: int) -> list[str]:
        metrics: dict[str, Any] = {
            "durationMs": round(ran.duration_ms, 3),
            "billedDurationMs": billed,
            "memorySizeMB": self.memory_mb,
            "maxMemoryUsedMB": ran.max_memory_mb,
        }
        if ran.init_ms is not None:
            metrics["initDurationMs"] = round(ran.init_ms, 3)
        record: dict[str, Any] = {
            "requestId": request_id,
            "metrics": metrics,
            "status": ran.status,
        }
        if ran.error_type:
            record["errorType"] = ran.error_type
        return self._record(now, "platform.report", record, failed=ran.status != "success")

    def _record(
        self, now: datetime, kind: str, record: Mapping[str, Any], failed: bool = False
    ) -> list[str]:
        if self.system_level == "WARN" and not failed:
            return []
        return [json.dumps({"time": iso(now), "type": kind, "record": record})]


def iso(moment: datetime) -> str:
    """ISO 8601 to the millisecond, as Lambda's records have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
