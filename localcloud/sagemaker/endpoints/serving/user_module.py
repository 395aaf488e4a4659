"""The caller's own inference code, in a container that serves in script mode.

As https://github.com/aws/sagemaker-containers does (`_env.py`, `_files.py`, `_modules.py`, `_server.py`):
SAGEMAKER_PROGRAM names a module or its file; SAGEMAKER_SUBMIT_DIRECTORY says where its folder is (a
directory, an archive, or an archive in S3; without it, /opt/ml/code itself) and that is copied to
/opt/ml/code, from which everything beside the module can be imported. Known differences: nothing is
installed, so that a `setup.py` there is not run and a `requirements.txt` is refused.
"""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import sys
import tarfile
from pathlib import Path
from types import ModuleType
from urllib.parse import urlparse

PROGRAM = "SAGEMAKER_PROGRAM"
SUBMIT_DIRECTORY = "SAGEMAKER_SUBMIT_DIRECTORY"
CODE_DIRECTORY = Path("/opt/ml/code")

logger = logging.getLogger(__name__)


class ImportModuleError(Exception):
    """The caller's module cannot be imported; named as the container names it."""


def load(directory: Path = CODE_DIRECTORY) -> ModuleType:
    """Fetch the caller's code into a directory, and import its module.

    Raises what the container raises where it ends with a traceback: ImportModuleError for a module
    that is not there or fails, AttributeError or ValueError where no module is named.
    """
    program = os.environ.get(PROGRAM)
    if not program:
        logger.error("%s names no module", PROGRAM)
        # For its words, which are what the container says then.
        return importlib.import_module(program)  # type: ignore[arg-type]
    _fetch(os.environ.get(SUBMIT_DIRECTORY) or str(directory), directory)
    if (directory / "requirements.txt").exists():
        raise ImportModuleError(
            "unsupported by the local cloud: requirements.txt beside the inference code; supported: "
            "the libraries that are installed with the local cloud"
        )
    # Before all else: a module of the caller's may have the name of one of ours.
    sys.path.insert(0, str(directory))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(program.removesuffix(".py"))
    except Exception as error:
        raise ImportModuleError(error) from error


def _fetch(location: str, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        return
    if location.startswith("s3://"):
        import boto3

        url = urlparse(location)
        archive = Path("/tmp/sourcedir.tar.gz")
        boto3.client("s3").download_file(url.netloc, url.path.lstrip("/"), str(archive))
        _unpack(archive, directory)
        archive.unlink()
    elif Path(location).is_dir():
        if Path(location) != directory:
            shutil.copytree(location, directory, dirs_exist_ok=True)
    elif tarfile.is_tarfile(location):
        _unpack(Path(location), directory)
    else:
        shutil.copy2(location, directory)


def _unpack(archive: Path, directory: Path) -> None:
    with tarfile.open(archive) as members:
        members.extractall(directory, filter="data")
