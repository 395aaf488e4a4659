"""Where a build's buildspec is: in its project's or StartBuild's own text, or in a file of the source.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-name-storage
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from localcloud.codebuild.errors import PhaseFailed
from localcloud.safe_paths import is_inside

DEFAULT_BUILDSPEC = "buildspec.yml"


def read(given: str, root: Path, log: Callable[[str], None]) -> str:
    """The buildspec's text; `given` is the project's setting, `root` the primary source's directory.

    Raises PhaseFailed when it is not there, and for one in S3.
    """
    if "\n" in given or given.lstrip().startswith(("version:", "{")):
        return given
    if given.startswith("arn:"):
        raise PhaseFailed(
            "YAML_FILE_ERROR",
            f"unsupported by the local cloud: buildspec {given!r}; supported: a path in the "
            "source, or the text itself",
        )
    path = root / (given or DEFAULT_BUILDSPEC)
    log(f"YAML location is {path}")
    try:
        if not is_inside(path, root):
            raise FileNotFoundError
        return path.read_text()
    except (OSError, ValueError):
        raise PhaseFailed("YAML_FILE_ERROR", f"stat {path}: no such file or directory") from None
