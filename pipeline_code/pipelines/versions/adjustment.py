"""A constraints file with wider thresholds, or with another value. Pure: content in, content out.

The keys and the kind of each value stay as Model Monitor and Clarify have them, and what comes out is
read as the checks read it, before anything is written.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines._utils import CommandError
from pipelines.checks.errors import CheckError
from pipelines.versions import constraint_path

WIDENED = "model_quality"


@dataclass(frozen=True)
class Change:
    """One value that is another now."""

    path: str
    before: Any
    after: Any

    @property
    def sentence(self) -> str:
        """What a person reads."""
        return f"{self.path}: {json.dumps(self.before)} is now {json.dumps(self.after)}"


def widened(check: str, content: Mapping[str, Any], by: float) -> dict[str, Any]:
    """Thresholds wider by a share, as a new baseline's tolerance widens them. Raises CommandError."""
    from pipelines.checks.model_quality import relax  # it takes pandas, which takes a second

    if check != WIDENED:
        raise CommandError(
            f"--check {check} cannot be widened: only {WIDENED} has a threshold for each metric; "
            "change a value of another check with edit"
        )
    if not (math.isfinite(by) and by > 0):
        raise CommandError(f"--by is {by:g}; a share above 0 is needed, 0.1 for 10 %")
    try:
        return relax(content, by)
    except CheckError as error:
        raise CommandError(str(error)) from None


def edited(content: Mapping[str, Any], assignment: str) -> dict[str, Any]:
    """The content with the value of `path=value`, which keeps its kind. Raises CommandError."""
    path, sign, text = assignment.partition("=")
    if not sign:
        raise CommandError(f"--set {assignment!r} is not of the form path=value")
    result = copy.deepcopy(dict(content))
    constraint_path.put(result, path, _value(path, constraint_path.get(result, path), text))
    return result


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The values that differ; both have the same paths."""
    now = dict(constraint_path.leaves(after))
    return [
        Change(path, value, now.get(path))
        for path, value in constraint_path.leaves(before)
        if now.get(path) != value
    ]


def require_valid(check: str, content: Mapping[str, Any]) -> None:
    """Refuse, with CommandError, what the check could not read as a baseline."""
    try:
        if check == "model_quality":
            _require_thresholds(content)
        elif check == "data_quality":
            _require_data_constraints(content)
        elif check == "explainability":
            from pipelines.checks import explainability

            explainability.compare(content, content)
        else:
            from pipelines.checks import bias

            # Compared with itself: every metric is found again, or said to be missing.
            bias.compare(content, content)
    except CheckError as error:
        raise CommandError(f"this would be no baseline of {check}: {error}") from None


def _require_thresholds(content: Mapping[str, Any]) -> None:
    from pipelines.checks.model_quality.constraints import GREATER, LESS, thresholds_of

    for name, entry in thresholds_of(content).items():
        if entry["comparison_operator"] not in (GREATER, LESS):
            raise CheckError(
                f"{name} has the comparison_operator {entry['comparison_operator']!r}; it has to be "
                f"{GREATER} or {LESS}"
            )


def _require_data_constraints(content: Mapping[str, Any]) -> None:
    from pipelines.checks.data_quality.monitoring import constraints_of

    monitoring, constraints = constraints_of(content, "the constraints")
    shares = {f"completeness of {each.name}": each.completeness for each in constraints}
    for name, each in {"": monitoring, **{c.name: c.monitoring for c in constraints}}.items():
        of = f" of {name}" if name else ""
        shares |= {
            f"datatype_check_threshold{of}": each.datatype_threshold,
            f"domain_content_threshold{of}": each.domain_threshold,
            f"comparison_threshold{of}": each.threshold,
            f"categorical_comparison_threshold{of}": each.categorical_threshold,
        }
    for name, share in shares.items():
        if share is not None and not 0 <= share <= 1:
            raise CheckError(f"{name} is {share:g}; it is a share, from 0 to 1")


def _value(path: str, old: Any, text: str) -> Any:
    if isinstance(old, str):
        return text
    if isinstance(old, Mapping) or old is None:
        what = "nothing" if old is None else "several values; name one of them"
        raise CommandError(f"{path} has {what}")
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        raise CommandError(f"{path} is {json.dumps(old)}; {text!r} is no JSON value") from None
    if _kind(value) != _kind(old):
        raise CommandError(f"{path} is {_kind(old)} ({json.dumps(old)}); {text} is {_kind(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise CommandError(f"{path}: {text} is no finite number")
    if isinstance(old, list) and {_kind(item) for item in value} - {_kind(item) for item in old}:
        raise CommandError(f"{path}: its items have to be of the kind they are: {json.dumps(old)}")
    return value


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = {int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "nothing")
