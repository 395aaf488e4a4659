"""What is known to be wider than what the tests use, each line with its reason (`acknowledged.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tools.iam_report.snapshot import Snapshot
from tools.iam_report.usage import denials, permissions

FILE = Path(__file__).with_name("acknowledged.toml")
KINDS = ("never_used", "any_resource", "denied")


@dataclass(frozen=True)
class Acknowledgement:
    """Roles and actions (shell patterns) of one kind, and why it is right."""

    kind: str
    role: str
    actions: tuple[str, ...]
    reason: str

    def covers(self, role: str, action: str) -> bool:
        """Whether it is about this."""
        return fnmatchcase(role, self.role) and any(
            fnmatchcase(action, pattern) for pattern in self.actions
        )


def load(file: Path = FILE) -> list[Acknowledgement]:
    """The file's lines. Raises ValueError for one without a reason."""
    content = tomllib.loads(file.read_text())
    found = []
    for kind in content:
        if kind not in KINDS:
            raise ValueError(f"{file.name}: unknown table {kind!r}; allowed are {', '.join(KINDS)}")
        for each in content[kind]:
            if len(each.get("reason", "")) < 20:
                raise ValueError(f"{file.name}: {kind} of {each.get('role')} has no reason")
            found.append(
                Acknowledgement(kind, each["role"], tuple(each["actions"]), each["reason"])
            )
    return found


def problems(snapshot: Snapshot, known: Iterable[Acknowledgement]) -> list[str]:
    """One sentence for each thing that nobody has acknowledged, and for each line about nothing."""
    lines = list(known)

    def acknowledged(kind: str, role: str, action: str) -> bool:
        return any(each.kind == kind and each.covers(role, action) for each in lines)

    found = []
    for each in permissions(snapshot):
        where = ", ".join(each.resources)
        if not each.used and not acknowledged("never_used", each.role, each.action):
            found.append(f"{each.role} is allowed {each.action} on {where} and never used it")
        if each.is_on_any_resource and not acknowledged("any_resource", each.role, each.action):
            found.append(f'{each.role} is allowed {each.action} on "*", and no line says why')
    for call in denials(snapshot):
        if not acknowledged("denied", call.role, call.action):
            found.append(
                f"{call.role} was denied {call.action} on {call.resource} ({call.reason}), which no "
                "test expects"
            )
    for line in lines:
        # Rare calls are made in one run and not in another; what nobody is allowed is not needed.
        unneeded = (
            []
            if line.kind == "denied"
            else [
                pattern
                for pattern in line.actions
                if not any(
                    fnmatchcase(each.role, line.role) and fnmatchcase(each.action, pattern)
                    for each in permissions(snapshot)
                )
            ]
        )
        if unneeded:
            found.append(
                f"acknowledged.toml: {line.kind} of {line.role}: {', '.join(unneeded)} is not needed "
                "any more"
            )
    return found
