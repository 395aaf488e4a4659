"""A training job's final metrics: what its metric definitions find in its log.

https://docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html. Known difference: the
values are in DescribeTrainingJob only, not also in CloudWatch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any


def final_metrics(
    definitions: Sequence[Mapping[str, str]], log: Sequence[tuple[datetime, str]]
) -> list[dict[str, Any]]:
    """FinalMetricDataList: the last number that each definition's first group matches in the log."""
    # Many definitions, as a built-in algorithm has, mostly match nothing: look once for all of them.
    wanted = {definition["Name"]: re.compile(definition["Regex"]) for definition in definitions}
    found: dict[str, dict[str, Any]] = {}
    for moment, line in reversed(log):
        if not any(character.isdigit() for character in line):
            continue
        for name in [name for name in wanted if name not in found]:
            match = wanted[name].search(line)
            value = _number(match.group(1)) if match and match.re.groups else None
            if value is not None:
                found[name] = {"MetricName": name, "Value": value, "Timestamp": moment}
        if len(found) == len(wanted):
            break
    return [found[name] for name in wanted if name in found]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
