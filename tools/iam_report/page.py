"""docs/iam.md: the report as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tools.iam_report.acknowledgements import Acknowledgement
from tools.iam_report.snapshot import Snapshot
from tools.iam_report.usage import Permission, permissions

PAGE = Path(__file__).resolve().parents[2] / "docs" / "iam.md"

_HEAD = """\
# What each role may do, and does

Written by `make iam-report`: the end-to-end tests ran on the local cloud, which authorises each call as its
caller and writes it down. A role's permission is *used* if a call needed it, on a resource that its statement
names. What is never used (or not in each run), is allowed on any resource, or was denied has its reason in
`tools/iam_report/acknowledged.toml`, or the report fails. The roles of `cdk bootstrap` are the CDK's own.
"""


def render(snapshot: Snapshot, known: Sequence[Acknowledgement]) -> str:
    """The page."""
    return "\n".join(_lines(snapshot, known)) + "\n"


def _lines(snapshot: Snapshot, known: Sequence[Acknowledgement]) -> Iterator[str]:
    every = permissions(snapshot)
    roles = list(snapshot.statements)
    never = [each for each in every if _is_acknowledged(each, known)]
    yield _HEAD
    yield (
        f"{len(roles)} roles, {len(every)} permissions, {len(every) - len(never)} of them used; "
        f"{len(never)} never used, or not in each run, each with a reason. 0 unexplained."
    )
    yield ""
    for role, group in groupby(every, key=lambda each: each.role):
        yield f"## {role}"
        yield ""
        yield "| action | on | |"
        yield "|---|---|---|"
        for each in group:
            yield f"| `{each.action}` | {_resources(each)} | {_said(each, known)} |"
        yield ""
    yield "## Denied"
    yield ""
    yield "| role | action | why it is right |"
    yield "|---|---|---|"
    for line in (each for each in known if each.kind == "denied"):
        actions = ", ".join(f"`{action}`" for action in line.actions)
        yield f"| {line.role} | {actions} | {line.reason} |"


def _resources(each: Permission) -> str:
    shown = sorted({resource.split(":", 5)[-1] or resource for resource in each.resources})
    more = f" and {len(shown) - 2} more" if len(shown) > 2 else ""
    return ", ".join(f"`{name}`" for name in shown[:2]) + more


def _said(each: Permission, known: Sequence[Acknowledgement]) -> str:
    said = "used" if each.used else "**never used**"
    if _is_acknowledged(each, known):
        said = f"never used: {_reason('never_used', each.role, each.action, known)}"
    if each.is_on_any_resource:
        said += f"; any resource: {_reason('any_resource', each.role, each.action, known)}"
    return said


def _is_acknowledged(each: Permission, known: Sequence[Acknowledgement]) -> bool:
    return any(line.kind == "never_used" and line.covers(each.role, each.action) for line in known)


def _reason(kind: str, role: str, action: str, known: Sequence[Acknowledgement]) -> str:
    return next(
        (each.reason for each in known if each.kind == kind and each.covers(role, action)),
        "**unexplained**",
    )
