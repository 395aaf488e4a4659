"""A function's deployment package: checked, and unpacked where its processes run it.

https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
Difference from AWS: the unpacked folder is not read-only.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
import zipfile
from pathlib import Path

from localcloud.cloud import current
from localcloud.errors import AwsError

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
UNZIPPED_LIMIT = 262_144_000

_lock = threading.Lock()


def check(archive: bytes) -> None:
    """Refuse what Lambda cannot unpack, in its words."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            size = sum(entry.file_size for entry in opened.infolist())
    except zipfile.BadZipFile:
        raise AwsError(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ) from None
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
            _extract(archive, partial)
            partial.rename(target)
    return target


def _extract(archive: bytes, target: Path) -> None:
    target.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            extracted = Path(opened.extract(entry, target))
            mode = (entry.external_attr >> 16) & 0o777
            if mode and extracted.is_file():
                extracted.chmod(mode | 0o400)
