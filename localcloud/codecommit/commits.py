"""Commits: reading one as GetCommit tells it, finding one by a specifier, making one.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Commit.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cloud import current
from localcloud.codecommit.git_command import GitError, git, line
from localcloud.codecommit.names import OBJECT_ID
from localcloud.codecommit.references import BRANCHES, TAGS

_PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<date>.*)")
_UNSAFE = re.compile(r"[<>\n\r\0]")


@dataclass(frozen=True)
class Person:
    """An author or committer."""

    name: str
    email: str


def exists(directory: Path, commit_id: str) -> bool:
    """Whether a full id is that of a commit here."""
    try:
        return line(directory, "cat-file", "-t", commit_id) == "commit"
    except GitError:
        return False


def find(directory: Path, specifier: str | None) -> str | None:
    """The commit of a branch, tag, full reference, `HEAD` (also None) or full id; None if none."""
    wanted = specifier or "HEAD"
    if OBJECT_ID.fullmatch(wanted):
        return wanted if exists(directory, wanted) else None
    plain = wanted == "HEAD" or wanted.startswith("refs/")
    names = [wanted] if plain else [BRANCHES + wanted, TAGS + wanted]
    for name in names:
        try:
            # A reference's name only: no `~1`, no `@{date}`.
            git(directory, "check-ref-format", "--allow-onelevel", name)
            return line(directory, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitError:
            continue
    return None


def describe(directory: Path, commit_id: str) -> dict[str, Any]:
    """A commit as the API tells it; `additionalData` is what else its header holds (signatures)."""
    raw = git(directory, "cat-file", "commit", commit_id).decode(errors="replace")
    head, _, message = raw.partition("\n\n")
    told: dict[str, Any] = {"commitId": commit_id, "parents": [], "message": message}
    other: list[str] = []
    for text in head.split("\n"):
        key, _, value = text.partition(" ")
        if key == "tree":
            told["treeId"] = value
        elif key == "parent":
            told["parents"].append(value)
        elif key in ("author", "committer"):
            match = _PERSON.fullmatch(value)
            told[key] = match.groupdict() if match else {"name": value, "email": "", "date": ""}
        else:
            other.append(text)
    told["additionalData"] = "\n".join(other)
    return told


def make(
    directory: Path, tree_id: str, parents: Sequence[str], person: Person, message: str
) -> str:
    """A commit object by `person`, now; its id. No reference is changed."""
    who = f"{_clean(person.name)} <{_clean(person.email)}>"
    when = f"{int(current().clock.now().timestamp())} +0000"
    lines = [f"tree {tree_id}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {who} {when}", f"committer {who} {when}", "", message]
    # The message as it is given: the `git` program would end it with a line end (observed: AWS's own
    # first commits have none).
    content = "\n".join(lines).encode()
    made = git(directory, "hash-object", "-t", "commit", "-w", "--stdin", content=content)
    return made.decode().strip()


def _clean(text: str) -> str:
    return _UNSAFE.sub("", text).strip()
