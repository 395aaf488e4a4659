"""What a push really changed, as git itself reports it to the post-receive hook.

The hook is given exactly the references that this push moved, with the objects before and after,
whatever other pushes do at the same time; a refused push or reference is not in it. It copies them
into a file of this push.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from localcloud.cloud import current
from localcloud.codecommit.references import ReferenceChange

VARIABLE = "LOCALCLOUD_PUSH_REPORT"
HOOK = f'#!/bin/sh\nexec cat >>"${VARIABLE}"\n'


def hooks() -> Path:
    """The directory of the hooks of every repository."""
    directory = current().directory("codecommit", "hooks")
    hook = directory / "post-receive"
    if not hook.exists():
        # Complete before it has its name: another thread may be about to use it.
        handle, path = tempfile.mkstemp(dir=directory)
        with os.fdopen(handle, "w") as file:
            file.write(HOOK)
        Path(path).chmod(0o755)
        Path(path).rename(hook)
    return directory


def new_report() -> Path:
    """An empty file for one push's report; its path goes into the variable `VARIABLE`."""
    handle, path = tempfile.mkstemp(prefix="push-", dir=current().directory("codecommit", "pushes"))
    os.close(handle)
    return Path(path)


def read_and_remove(report: Path) -> list[ReferenceChange]:
    """The references that the push changed, in git's order."""
    lines = report.read_text(errors="surrogateescape").splitlines()
    report.unlink()
    return [ReferenceChange.parse(line) for line in lines]
