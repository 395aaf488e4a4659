"""A function's deployment package: checked, and unpacked where its processes run it.

https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
Difference from AWS: the unpacked folder is not read-only.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from pathlib import Path

from localcloud import safe_archive
from localcloud.cloud import current
from localcloud.errors import AwsError

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
UNZIPPED_LIMIT = 262_144_000

_lock = threading.Lock()


def check(archive: bytes) -> None:
    """Refuse what Lambda cannot unpack, in its words."""
    try:
        size = safe_archive.check_zip(archive)
    except safe_archive.BadArchive as error:
        raise _not_unzipped(error) from error
    if size > UNZIPPED_LIMIT:
        raise AwsError(
            "InvalidParameterValueException",
            f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes",
        )


def unpacked(function_name: str, archive: bytes) -> Path:
    """The folder with this archive's files; made once for each content."""
    digest = hashlib.sha256(archive).hexdigest()[:16]
    target = current().directory("lambda", "code", function_name) / digest
    with _lock:
        if not target.exists():
            partial = target.with_suffix(".part")
            shutil.rmtree(partial, ignore_errors=True)
            try:
                safe_archive.unzip(archive, partial, UNZIPPED_LIMIT)
            except safe_archive.BadArchive as error:
                raise _not_unzipped(error) from error
            partial.rename(target)
    return target


def _not_unzipped(error: Exception) -> AwsError:
    return AwsError(
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again. "
        f"({error})",
    )
