"""A check's baseline: the files of it, read, written, and judged for being one at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import CheckError

STATISTICS_FILE = "statistics.json"
CONSTRAINTS_FILE = "constraints.json"
# What Clarify writes, and what it takes as a baseline.
ANALYSIS_FILE = "analysis.json"


@dataclass(frozen=True)
class Baseline:
    """What a check computes of data or a model, and compares with.

    Quality checks have statistics and constraints, Clarify's checks have constraints alone
    (https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html).
    """

    constraints: Mapping[str, Any]
    statistics: Mapping[str, Any] | None = None

    def files(self) -> dict[str, Mapping[str, Any]]:
        """File names and contents, as Model Monitor and Clarify name them."""
        if self.statistics is None:
            return {ANALYSIS_FILE: self.constraints}
        return {STATISTICS_FILE: self.statistics, CONSTRAINTS_FILE: self.constraints}

    def write(self, directory: Path) -> None:
        """Write the files. Raises ValueError for a number that JSON has no word for."""
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in self.files().items():
            (directory / name).write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


def read_json(path: Path, what: str) -> dict[str, Any]:
    """The JSON object in a file. Raises CheckError, which calls the file `what`."""
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        raise CheckError(f"{what} cannot be read ({error.strerror}); supply another one") from error
    except ValueError as error:
        raise CheckError(f"{what} is not JSON ({error}); supply another one") from error
    if not isinstance(content, dict):
        raise CheckError(f"{what} is not a JSON object; supply another one")
    return content
