"""The references of a repository: reading them, and changing one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from localcloud.codecommit.git_command import NO_OBJECT, GitError, git, line

BRANCHES = "refs/heads/"
TAGS = "refs/tags/"


@dataclass(frozen=True)
class ReferenceChange:
    """A reference that moved from one object to another; `None` is where there was or is none."""

    name: str
    old: str | None
    new: str | None

    @classmethod
    def parse(cls, text: str) -> ReferenceChange:
        """Of a line that git gives to a post-receive hook: old, new and name."""
        old, new, name = text.split(" ", 2)
        return cls(name, None if old == NO_OBJECT else old, None if new == NO_OBJECT else new)


def branches(directory: Path) -> list[str]:
    """The names of all branches, sorted."""
    listed = git(directory, "for-each-ref", "--format=%(refname)", BRANCHES).decode()
    return [name.removeprefix(BRANCHES) for name in listed.splitlines()]


def read(directory: Path, name: str) -> str | None:
    """The object that a reference (by its full name) points at."""
    try:
        return line(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    except GitError:
        return None


def change(directory: Path, wanted: ReferenceChange) -> None:
    """Move a reference if it is where `wanted` says; GitError otherwise."""
    old, new = wanted.old or NO_OBJECT, wanted.new
    if new is None:
        git(directory, "update-ref", "-d", wanted.name, old)
    else:
        git(directory, "update-ref", wanted.name, new, old)


def is_name(name: str) -> bool:
    """Whether a full reference name is one that git allows."""
    try:
        git(Path("/"), "check-ref-format", name)
    except GitError:
        return False
    return True


def point_head(directory: Path, branch: str) -> None:
    """Make a branch what a clone checks out."""
    git(directory, "symbolic-ref", "HEAD", BRANCHES + branch)


def commit_of(directory: Path, object_id: str) -> str:
    """The commit that an object is or, as an annotated tag, names; itself if it is neither."""
    try:
        return line(directory, "rev-parse", "--verify", "--quiet", f"{object_id}^{{commit}}")
    except GitError:
        return object_id
