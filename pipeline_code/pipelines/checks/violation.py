"""One way in which new data, or a new model, differs too much from its baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "constraint_violations.json"


@dataclass(frozen=True)
class Violation:
    """An entry of `constraint_violations.json`, and what it says to a person.

    `entry` has the keys that Model Monitor and Clarify use for this kind of check
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html).
    `sentence` names the feature (or metric, or facet), the statistic, the baseline's value, the
    new value and the bound between them.
    """

    entry: Mapping[str, str]
    sentence: str


def write_violations(directory: Path, violations: Sequence[Violation]) -> None:
    """Write `constraint_violations.json`; without violations, the empty list."""
    content = {"violations": [dict(violation.entry) for violation in violations]}
    (directory / FILE_NAME).write_text(json.dumps(content, indent=2) + "\n")
