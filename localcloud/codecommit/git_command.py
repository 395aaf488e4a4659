"""Running the `git` program on a repository's bare directory, in an environment of our own.

Nothing of the person who started the cloud takes part: no system or user configuration, no hooks
but ours, no credentials, no prompt.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

NO_OBJECT = "0" * 40
# git's own name for a tree without entries; it need not be stored.
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class GitError(Exception):
    """git ended with an error; the text is what it wrote."""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of every git process."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        # The state directory may belong to another user (a mounted folder); it is the cloud's.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        **(more or {}),
    }


def git(
    directory: Path, *arguments: str, content: bytes = b"", more: Mapping[str, str] | None = None
) -> bytes:
    """Run a git command on a bare directory; what it answers. Raises GitError."""
    if any("\0" in argument for argument in arguments):
        raise GitError("an argument has a NUL character")
    done = subprocess.run(
        ["git", f"--git-dir={directory}", *arguments],
        input=content,
        capture_output=True,
        env=environment(more),
        cwd=directory,
        check=False,
    )
    if done.returncode != 0:
        raise GitError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


def line(directory: Path, *arguments: str) -> str:
    """The one line that a git command answers. Raises GitError."""
    return git(directory, *arguments).decode().strip()


def make_bare(directory: Path, hooks: Path) -> None:
    """Make an empty bare repository whose only hooks are those of `hooks`."""
    directory.mkdir(parents=True)
    git(directory, "init", "--quiet", "--bare", "--template=", "--initial-branch=main")
    # An empty repository names no branch (`unborn`): the client's own default is used, so that the
    # first pushed branch may become the default branch.
    with (directory / "config").open("a") as config:
        config.write(
            f'[core]\n\thooksPath = "{hooks}"\n\tlogAllRefUpdates = false\n'
            "[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n\tmaxInputSize = 5g\n"
            "[lsrefs]\n\tunborn = ignore\n[uploadpack]\n\tallowFilter = true\n"
        )
