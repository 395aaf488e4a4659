"""Make one check: its files, and where it differs from the previous baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import report
from .baseline import Baseline
from .errors import CheckError
from .kinds import Kind
from .violation import Violation, write_violations

# How many violations stand in a message; the rest is in the report.
SHOWN = 3


@dataclass(frozen=True)
class Result:
    """The new baseline, and the violations; None without a comparison."""

    new: Baseline
    violations: list[Violation] | None


def run(kind: Kind, directory: Path, previous: Baseline | None) -> Result:
    """Write the new baseline and `report.html` to the directory, and compare with `previous`.

    `constraint_violations.json` is written only by a comparison. Raises CheckError.
    """
    new = kind.analyze()
    new.write(directory)
    violations = None if previous is None else _compared(kind, new, previous)
    if violations is not None:
        write_violations(directory, violations)
    page = kind.report(new, previous, violations or [])
    (directory / report.FILE_NAME).write_text(page)
    return Result(new, violations)


def _compared(kind: Kind, new: Baseline, previous: Baseline) -> list[Violation]:
    try:
        return kind.compare(new, previous)
    except CheckError as error:
        raise CheckError(f"no comparison with the previous baseline: {error}") from error


def in_words(violations: Sequence[Violation]) -> str:
    """The first violations, and how many there are."""
    shown = "; ".join(violation.sentence for violation in violations[:SHOWN])
    count = len(violations)
    more = f" (and {count - SHOWN} more)" if count > SHOWN else ""
    return f"violations of the baseline ({count}): {shown}{more}"
