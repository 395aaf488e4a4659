"""How busy a variant's containers are: CloudWatch metrics in the namespace /aws/sagemaker/Endpoints.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: every minute, for each
instance, CPUUtilization (the sum of its processors, so that two busy ones are 200 %), MemoryUtilization
and DiskUtilization, in percent. Serverless variants have MemoryUtilization alone, of their memory size
(https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html). Known differences:
an instance is this machine, and what is counted is the container's processes; there is nothing where
there is no /proc.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.cloud import current
from localcloud.process_tree import descendants
from localcloud.sagemaker.endpoints import metrics
from localcloud.sagemaker.endpoints.serverless_variant import MEBIBYTE, ServerlessVariant

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.fleet import Variant

PERIOD_SECONDS = 60.0
_PROC = Path("/proc")


def watch(variant: Variant, endpoint: str, *, account_id: str, region: str) -> None:
    """Publish a variant's utilisation until it is closed."""
    if not (_PROC / "self/stat").exists():
        return
    dimensions = {"EndpointName": endpoint, "VariantName": variant.name}

    def publish() -> None:
        stopping, used = current().stopping, _Processors()
        _measured(variant, used)  # so that the first minute counts
        # The machine's own time, whatever clock there is: it is its processors that are measured.
        while not stopping.wait(current().paced(PERIOD_SECONDS)) and variant.is_open:
            for values in _measured(variant, used):
                metrics.put(account_id, region, metrics.INSTANCES, dimensions, values)

    current().background(f"utilisation of {endpoint}/{variant.name}", publish)


def _measured(variant: Variant, used: _Processors) -> list[dict[str, float]]:
    """Each container's values."""
    if isinstance(variant, ServerlessVariant):
        whole = float(variant.memory_megabytes * MEBIBYTE)
        pids = [each.pid for each in variant.environments]
        return [{"MemoryUtilization": 100 * _resident_bytes(pid) / whole} for pid in pids]
    whole = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    disk = shutil.disk_usage(current().settings.state_dir)
    values = []
    for container in variant.containers:
        measured = {
            "MemoryUtilization": 100 * _resident_bytes(container.pid) / whole,
            "DiskUtilization": 100 * disk.used / disk.total,
        }
        busy = used.since_last(container.pid)
        if busy is not None:
            measured["CPUUtilization"] = 100 * busy
        values.append(measured)
    return values


class _Processors:
    """How many processors a container has used since it was last looked at."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[float, float]] = {}

    def since_last(self, pid: int) -> float | None:
        """None at the first look, and for processes that have ended meanwhile."""
        now = time.monotonic(), sum(_processor_seconds(each) for each in _tree(pid))
        before, self._last[pid] = self._last.get(pid), now
        if before is None or now[1] < before[1]:
            return None
        return (now[1] - before[1]) / (now[0] - before[0])


def _tree(pid: int) -> list[int]:
    return [pid, *descendants([pid])]


def _processor_seconds(pid: int) -> float:
    try:
        # The name, which comes in brackets, may hold anything (proc(5)).
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _resident_bytes(pid: int) -> int:
    total = 0
    for each in _tree(pid):
        try:
            pages = int((_PROC / str(each) / "statm").read_bytes().split()[1])
        except (OSError, ValueError, IndexError):
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total
